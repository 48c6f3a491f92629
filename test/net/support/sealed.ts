import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const INSIDE = 'mount -t tmpfs t /run && mkdir -p /run/netns && ip link set lo up && exec "$@"';

/** What a test must have to seal a script in. */
export const SEALED = { root: true, programs: ['unshare', 'ip'] } as const;

/**
 * Runs a script of test/net/scripts in namespaces of its own (mounts, network, processes), so that nothing it does reaches
 * this machine's interfaces and nothing outlives it. Gives the JSON of its last line; throws when it fails or hangs.
 */
export function sealed<T>(script: string, args: readonly string[] = [], options: SealedOptions = {}): Promise<T> {
  const path = fileURLToPath(new URL(`../scripts/${script}`, import.meta.url));
  const preload = options.preload === undefined ? [] : ['env', `LD_PRELOAD=${options.preload}`];
  const command = ['sh', '-c', INSIDE, 'sealed', ...preload, process.execPath, path, ...args];
  const child = spawn(
    'unshare',
    ['-m', '-n', '-p', '-f', '--kill-child', '--mount-proc', '--propagation', 'private', ...command],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...options.env } },
  );
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    const limit = options.timeout ?? 60_000;
    const timer = setTimeout(() => child.kill('SIGKILL'), limit);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const last = stdout.trimEnd().split('\n').at(-1) ?? '';
      if (code === 0 && last !== '') resolve(JSON.parse(last) as T);
      else reject(new Error(`${script}: ${signal ?? `exit code ${code}`} (limit ${limit} ms)\n${stdout}\n${stderr}`));
    });
  });
}

interface SealedOptions {
  readonly timeout?: number;
  /** A shared library for the script's process alone. */
  readonly preload?: string;
  readonly env?: Readonly<Record<string, string>>;
}

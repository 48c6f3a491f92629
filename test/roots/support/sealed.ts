import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const INSIDE = 'mount -t tmpfs -o mode=755 t /run && mkdir -p /run/netns && ip link set lo up && exec "$@"';

/**
 * Runs a scenario in namespaces of its own (mounts, network, processes): nothing it does reaches this machine and nothing
 * outlives it. Gives the JSON of its last line of output; rejects with all output when it fails or is not done in time.
 *
 * @param user run it in a user namespace, as somebody without rights on the machine would
 */
export function sealed<T>(
  scenario: string,
  args: readonly string[],
  options: { limit?: number; user?: boolean } = {},
): Promise<T> {
  const path = fileURLToPath(new URL(`../scenarios/${scenario}`, import.meta.url));
  const namespaces = [
    '-m',
    '-n',
    '-p',
    '-f',
    '--kill-child',
    '--mount-proc',
    '--propagation',
    'private',
    ...(options.user ? ['-r'] : []),
  ];
  const command = [
    'sh',
    '-c',
    INSIDE,
    'sealed',
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    path,
    ...args,
  ];
  const child = spawn('unshare', [...namespaces, ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    const limit = options.limit ?? 120_000;
    const timer = setTimeout(() => child.kill('SIGKILL'), limit);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const last = stdout.trimEnd().split('\n').at(-1) ?? '';
      if (code === 0 && last !== '') resolve(JSON.parse(last) as T);
      else reject(new Error(`${scenario}: ${signal ?? `exit code ${code}`} (limit ${limit} ms)\n${stdout}\n${stderr}`));
    });
  });
}

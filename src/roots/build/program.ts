/** Runs a program that takes minutes: its output line by line, its end, and an end before that with all that it started. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { BuildRefused } from './errors.ts';

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly signal?: AbortSignal | undefined;
  readonly onLine?: (line: string) => void;
  /** Called with the process's id when it has written its first line; what is then written to its input lets it go on. */
  readonly onReady?: (pid: number) => void;
}

/** Lines kept for the message of a failure. */
const KEPT = 400;

/** All lines of both outputs, the last ones. Throws BuildRefused with the complaints among them, or the signal's reason. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { env, cwd, signal, onLine, onReady }: ProgramOptions,
): Promise<readonly string[]> {
  signal?.throwIfAborted();
  // A group of its own: an interrupt at the terminal is for pirack, which ends the group itself.
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true, ...(env ? { env } : {}), cwd });
  const end = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It is gone already.
    }
  };
  signal?.addEventListener('abort', end, { once: true });
  const lines: string[] = [];
  let waiting = onReady;
  const take = (line: string) => {
    lines.push(line);
    if (lines.length > KEPT) lines.shift();
    onLine?.(line);
    if (waiting === undefined || child.pid === undefined) return;
    waiting(child.pid);
    waiting = undefined;
    child.stdin.end('go\n');
  };
  child.stdin.on('error', () => {});
  if (waiting === undefined) child.stdin.end();
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', take);
  try {
    const ended = await new Promise<string | undefined>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, by) => resolve(code === 0 ? undefined : `${code ?? by}`));
    });
    signal?.throwIfAborted();
    if (ended !== undefined) throw new BuildRefused(`${program} ended with ${ended}: ${complaints(lines)}`);
    return lines;
  } finally {
    signal?.removeEventListener('abort', end);
    end();
  }
}

function complaints(lines: readonly string[]): string {
  const bad = lines.filter((line) => COMPLAINT.test(line) && !line.includes('warning'));
  return (
    (bad.length > 0 ? bad : lines)
      .map((line) => line.slice(0, 300))
      .slice(-6)
      .join('; ') || 'it said nothing'
  );
}

/** apt, mmdebstrap, dpkg, the shell and its programs. */
const COMPLAINT = /^(E|Err|dpkg|make-full-[a-z]+|[a-z/-]+): |: line \d+: |failed to run|cannot /;

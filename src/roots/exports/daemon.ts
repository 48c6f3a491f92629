/**
 * Programs that outlive the controller. They are recognised by their command line, which names a file of ours, and never by
 * a process number alone: that may belong to somebody else by now.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { type Clock, sleep } from '../../rack/clock.ts';
import { type Millis, millis } from '../../rack/units.ts';
import { hasCode } from '../errors.ts';

export interface DaemonCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** Added to PATH, which is all it gets of this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Its stdout and stderr are appended here. */
  readonly output: string;
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Starts it in a session of its own, so that the end of this process does not end it. Resolves with its process number. */
export async function startDaemon(command: DaemonCommand): Promise<number> {
  const output = openSync(command.output, 'a', 0o600);
  try {
    const child = spawn(command.program, command.args, {
      detached: true,
      stdio: ['ignore', output, output],
      env: { PATH, ...command.env },
      cwd: '/',
    });
    await once(child, 'spawn');
    child.unref();
    return child.pid as number;
  } finally {
    closeSync(output);
  }
}

/** Number of the process of root that runs `program` with `argument` among its arguments; undefined when there is none. */
export function findDaemon(program: string, argument: string): number | undefined {
  for (const name of readdirSync('/proc')) {
    if (/^\d+$/.test(name) && isDaemon(Number(name), program, argument)) return Number(name);
  }
  return undefined;
}

export function isDaemon(pid: number, program: string, argument: string): boolean {
  try {
    const [name, ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return basename(name ?? '') === basename(program) && args.includes(argument) && statSync(`/proc/${pid}`).uid === 0;
  } catch {
    // It ended while it was looked at.
    return false;
  }
}

/** Whether there is a process with this number, whatever it is now. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !hasCode(error, 'ESRCH');
  }
}

/** After SIGKILL, a process that is still there hangs in the kernel: no waiting helps. */
const KILL_LIMIT = 5_000;

/** Asks a daemon to end, waits, and kills it when it has not ended after `patience`. Throws when even that does not help. */
export async function stopDaemon(pid: number, isIt: () => boolean, patience: Millis, clock: Clock): Promise<void> {
  const began = clock.monotonic();
  send(pid, 'SIGTERM');
  let killed = false;
  while (isIt()) {
    const waited = clock.monotonic() - began;
    if (waited >= patience && !killed) {
      killed = true;
      send(pid, 'SIGKILL');
    }
    if (waited >= patience + KILL_LIMIT)
      throw new Error(`process ${pid} is still there ${Math.round(waited / 1000)} s after SIGTERM, and after SIGKILL`);
    await sleep(clock, millis(20));
  }
}

function send(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It ended by itself in the meantime.
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}

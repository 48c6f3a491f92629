/**
 * Runs restic: behind others for processor and disk, its standard output line by line, and gone when this process is. What a killed
 * restic leaves in the repository is a lock, so each is written down before it can make one.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Millis } from '../../rack/units.ts';
import { seconds } from '../../rack/units.ts';
import { messageOf } from '../errors.ts';
import type { RunningChildren } from './running.ts';

export interface ResticRun {
  readonly args: readonly string[];
  /** Its whole environment: the only place where the repository and its secrets are named. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Left out: its standard output is an answer that is read whole. */
  readonly line?: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
  readonly limit: Millis;
  readonly niceness: number;
}

export interface ResticEnd {
  readonly code: number;
  /** Empty where it was told line by line. */
  readonly stdout: string;
  /** The last of what it wrote to standard error. */
  readonly stderr: string;
}

/** It could not be started, was killed, or was stopped. */
export class ResticStopped extends Error {
  override readonly name = 'ResticStopped';
}

const MOST_STDERR = 64 * 1024;
/** A line of `ls --json` for a file of the longest name, several times over. */
const MOST_LINE = 1024 * 1024;
/** All backups are one answer, and one line: half a kilobyte each, more with `exclude`. */
const MOST_ANSWER = 64 * 1024 * 1024;
/** For taking its lock away when it is interrupted; behind uploads of a slow line that may take longer. */
const PATIENCE = seconds(20);

/**
 * `setpriv` has the kernel interrupt it when its parent dies: an orphan would go on reading a picture that the next controller
 * takes away. It then dies of its broken pipes before it has taken its lock away; `Restic.prepare` does that.
 */
const BEHIND = ['ionice', '-c', '2', '-n', '7', 'setpriv', '--pdeathsig', 'INT', 'restic'];

export async function runRestic(children: RunningChildren, wanted: ResticRun): Promise<ResticEnd> {
  wanted.signal?.throwIfAborted();
  const child = spawn('nice', ['-n', String(wanted.niceness), ...BEHIND, ...wanted.args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: wanted.env,
    ...(wanted.cwd === undefined ? {} : { cwd: wanted.cwd }),
  });
  const stopper = new Stopper(child, wanted);
  try {
    const ending = ended(child, wanted, stopper);
    // Deriving its key takes restic hundreds of milliseconds before it can make a lock; this file is there in one.
    if (child.pid !== undefined) record(children, child.pid, stopper);
    const end = await ending;
    // One that ended by itself took its lock with it; of one that was stopped or killed the record stays.
    if (child.pid !== undefined) children.remove(child.pid);
    return end;
  } finally {
    stopper.done();
  }
}

/** A full disk: without a record nobody would take its lock away, so it may not make one. */
function record(children: RunningChildren, pid: number, stopper: Stopper): void {
  try {
    children.add(pid);
  } catch (error) {
    stopper.stop(`it cannot be recorded: ${messageOf(error)}`);
  }
}

/** Interrupts a child that is no longer wanted, or takes too long, and kills it when that does not help. */
class Stopper {
  readonly #child: ChildProcess;
  readonly #signal: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout;
  #killer: NodeJS.Timeout | undefined;
  reason: string | undefined;
  readonly #abort = () => this.stop('it was told to stop');

  constructor(child: ChildProcess, { signal, limit }: ResticRun) {
    this.#child = child;
    this.#signal = signal;
    this.#timer = setTimeout(() => this.stop(`it did not end in ${Math.round(limit / 60_000)} min`), limit);
    signal?.addEventListener('abort', this.#abort, { once: true });
  }

  stop(reason: string): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    this.#child.kill('SIGINT');
    this.#killer = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE);
  }

  done(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#killer);
    this.#signal?.removeEventListener('abort', this.#abort);
  }
}

function ended(child: ChildProcess, { line }: ResticRun, stopper: Stopper): Promise<ResticEnd> {
  let stderr = '';
  const output = new Output(line);
  const most = line === undefined ? MOST_ANSWER : MOST_LINE;
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-MOST_STDERR);
  });
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    // What it says while it is being stopped is read, so that it can end, and forgotten.
    if (stopper.reason !== undefined || output.add(text) <= most) return;
    stopper.stop(`it wrote ${line === undefined ? 'an answer' : 'a line'} of more than ${most} bytes`);
  });
  return new Promise((resolve, reject) => {
    child.on('error', (cause) => reject(new ResticStopped(`restic cannot be started: ${cause.message}`, { cause })));
    child.on('close', (code, signal) => {
      const { reason } = stopper;
      if (reason !== undefined) reject(new ResticStopped(`restic was stopped: ${reason}`));
      else if (code === null) reject(new ResticStopped(`restic was killed (${signal})`));
      else resolve({ code, stdout: output.end(), stderr });
    });
  });
}

/** Told line by line, or kept. Pieces are joined once: a long line comes in thousands. */
class Output {
  readonly #tell: ((line: string) => void) | undefined;
  #pieces: string[] = [];
  #length = 0;

  constructor(tell: ((line: string) => void) | undefined) {
    this.#tell = tell;
  }

  /** Returns the length of what has no end yet. */
  add(text: string): number {
    const [first = '', ...more] = this.#tell === undefined ? [text] : text.split('\n');
    this.#pieces.push(first);
    this.#length += first.length;
    for (const next of more) {
      this.#tell?.(this.#pieces.join(''));
      this.#pieces = [next];
      this.#length = next.length;
    }
    return this.#length;
  }

  /** What was kept. */
  end(): string {
    const rest = this.#pieces.join('');
    if (this.#tell === undefined) return rest;
    if (rest !== '') this.#tell(rest);
    return '';
  }
}

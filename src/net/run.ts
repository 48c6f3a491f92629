/** Runs a program: arguments as a list (never through a shell), a time limit, bounded output, a typed error. */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Millis } from '../rack/units.ts';

export interface RunOptions {
  /** Text for its standard input; without it, standard input is empty. */
  readonly input?: string;
  /** After this long it is killed (SIGKILL) and CommandFailed is thrown. Default: 30 s. */
  readonly timeout?: Millis;
  /** Its whole environment; that of this process by default. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Bytes of stdout and of stderr that are kept (16 MiB each). More stdout than this is a failure; more stderr is cut. */
  readonly maxOutput?: number;
  /** Exit codes besides 0 that are an answer, not a failure. */
  readonly allowedCodes?: readonly number[];
  readonly signal?: AbortSignal;
}

export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** A program that could not be started, was killed, or ended with a code that means failure. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly program: string;
  readonly args: readonly string[];
  /** Undefined when it did not exit by itself. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;

  constructor(program: string, args: readonly string[], what: string, output: Partial<RunResult>, cause?: unknown) {
    const last = output.stderr?.trimEnd().split('\n').at(-1) ?? '';
    super(`${[program, ...args].join(' ')}: ${what}${last === '' ? '' : `: ${last}`}`, { cause });
    this.program = program;
    this.args = args;
    this.code = output.code;
    this.stdout = output.stdout ?? '';
    this.stderr = output.stderr ?? '';
  }
}

const DEFAULT_TIMEOUT = 30_000;
const DEFAULT_MAX_OUTPUT = 16 * 1024 * 1024;

/** Runs `program` to its end. Throws CommandFailed, which names program, arguments, exit code and last line of stderr. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const timeout = options.timeout ?? DEFAULT_TIMEOUT;
  const maxOutput = options.maxOutput ?? DEFAULT_MAX_OUTPUT;
  return new Promise((resolve, reject) => {
    let stopped: string | undefined;
    const stdout = new Output(maxOutput);
    const stderr = new Output(maxOutput);
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.env === undefined ? {} : { env: options.env as NodeJS.ProcessEnv }),
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    const stop = (why: string): void => {
      stopped ??= why;
      child.kill('SIGKILL');
      // A grandchild may hold the pipes open; what it writes is not waited for.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const timer = setTimeout(() => stop(`no end after ${timeout} ms`), timeout);
    const aborted = (): void => stop('aborted');
    if (options.signal?.aborted) aborted();
    options.signal?.addEventListener('abort', aborted, { once: true });
    const settle = (): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', aborted);
    };
    const fail = (what: string, code?: number, cause?: unknown): void => {
      const output = { stdout: stdout.text(), stderr: stderr.text(), ...(code === undefined ? {} : { code }) };
      reject(new CommandFailed(program, args, what, output, cause));
    };
    child.stdout.on('data', (chunk: Buffer) => {
      if (!stdout.add(chunk)) stop(`wrote more than ${maxOutput} bytes`);
    });
    child.stderr.on('data', (chunk: Buffer) => stderr.add(chunk));
    // A program that does not read its input closes the pipe: its exit code says whether that was a failure.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    child.on('error', (cause) => {
      settle();
      fail('does not start', undefined, cause);
    });
    child.on('close', (code, signal) => {
      settle();
      if (stopped !== undefined) fail(stopped);
      else if (code === null) fail(`killed by ${signal}`);
      else if (code !== 0 && !options.allowedCodes?.includes(code)) fail(`exit code ${code}`, code);
      else resolve({ stdout: stdout.text(), stderr: stderr.text(), code });
    });
  });
}

/** Chunks up to a limit. */
class Output {
  readonly #chunks: Buffer[] = [];
  readonly #limit: number;
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False when the chunk did not fit whole. */
  add(chunk: Buffer): boolean {
    const kept = chunk.subarray(0, this.#limit - this.#length);
    if (kept.length > 0) this.#chunks.push(kept);
    this.#length += kept.length;
    return kept.length === chunk.length;
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}

/**
 * Full path of a program in the directories of `path` (as in PATH), or where Debian keeps daemons, which a user's PATH
 * often lacks; undefined when it is not installed.
 */
export function findProgram(name: string, path: string): string | undefined {
  return [...path.split(delimiter), '/usr/sbin', '/sbin']
    .map((directory) => join(directory, name))
    .find((candidate) => {
      try {
        accessSync(candidate, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

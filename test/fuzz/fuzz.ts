/** Runs one target: so many inputs, each a value or a DecodeError, each in bounded time. */
import { DecodeError } from '../../src/wire/cursor.ts';
import { Mutator } from './mutate.ts';
import type { FuzzTarget } from './target.ts';

export interface FuzzResult {
  readonly inputs: number;
  /** Of them, decoded. */
  readonly values: number;
  readonly seconds: number;
}

/** What went wrong, with the input as hex to try again. */
export class FuzzFailed extends Error {
  override readonly name = 'FuzzFailed';
}

/** One input may take so long. By the clock any may seem to on a busy machine: a suspect is measured in CPU time. */
const LONGEST_MS = 20;
const TRIES = 5;

export function fuzz(target: FuzzTarget, inputs: number, seed: number, progress?: (done: number) => void): FuzzResult {
  const mutator = new Mutator(target.seeds, seed, target.longest);
  for (const golden of target.seeds)
    if (!attempt(target, golden)) throw failure(golden, 'a packet to begin with is refused');
  const began = performance.now();
  let values = 0;
  let before = began;
  for (let done = 1; done <= inputs; done++) {
    const bytes = mutator.next();
    if (attempt(target, bytes)) values++;
    if (performance.now() - before > LONGEST_MS) requireQuick(target, bytes);
    if (progress !== undefined && done % 1_000_000 === 0) progress(done);
    before = performance.now();
  }
  return { inputs, values, seconds: (performance.now() - began) / 1000 };
}

function attempt(target: FuzzTarget, bytes: Uint8Array): boolean {
  try {
    return target.check(bytes);
  } catch (cause) {
    throw failure(bytes, `${(cause as Error).name}: ${(cause as Error).message}`, cause);
  }
}

function requireQuick(target: FuzzTarget, bytes: Uint8Array): void {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < TRIES && best > LONGEST_MS; i++) {
    const before = process.threadCpuUsage();
    attempt(target, bytes);
    const { user, system } = process.threadCpuUsage(before);
    best = Math.min(best, (user + system) / 1000);
  }
  if (best > LONGEST_MS) throw failure(bytes, `took ${best.toFixed(1)} ms, expected ${LONGEST_MS} at most`);
}

function failure(bytes: Uint8Array, reason: string, cause?: unknown): FuzzFailed {
  return new FuzzFailed(`input ${Buffer.from(bytes).toString('hex') || '(empty)'}: ${reason}`, { cause });
}

/** What `decode` gives, or undefined where it says that these bytes are none. */
export function orRefusal<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

import { describe, expect, it } from 'vitest';
import { DecodeError, Reader } from '../../src/wire/cursor.ts';
import { FuzzFailed, fuzz, orRefusal } from './fuzz.ts';
import { Mutator } from './mutate.ts';
import { type FuzzTarget, mustBeSame } from './target.ts';
import { TARGETS } from './targets/index.ts';

/** `scripts/fuzz` does the millions. */
const INPUTS = 5000;

describe('spoilt packets are values or refusals, and values survive', () => {
  it.each(Object.keys(TARGETS))('%s', (name) => {
    const target = TARGETS[name] as FuzzTarget;
    const { values } = fuzz(target, INPUTS, 20_261_125);
    // Inputs that nobody reads prove nothing, and neither do inputs that nobody refuses.
    expect(values).toBeGreaterThan(INPUTS / 50);
    expect(values).toBeLessThan(INPUTS * 0.98);
  });
});

/** Microseconds of this thread's time. */
function spin(duration: number): void {
  const before = process.threadCpuUsage();
  for (let spent = 0; spent < duration; ) {
    const { user, system } = process.threadCpuUsage(before);
    spent = user + system;
  }
}

describe('the fuzzer', () => {
  const seeds = [Uint8Array.of(1, 2, 3, 4, 5, 6)];
  const reads = (check: (bytes: Uint8Array) => void): FuzzTarget => ({
    seeds,
    check: (bytes) => orRefusal(() => void check(bytes)) === undefined && bytes.length > 0,
  });

  it('makes the same inputs from the same seed, others from another, and none longer than it may', () => {
    const of = (seed: number) => {
      const mutator = new Mutator(seeds, seed, 100);
      return Array.from({ length: 500 }, () => Buffer.from(mutator.next()).toString('hex'));
    };
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
    expect(Math.max(...of(3).map(({ length }) => length / 2))).toBeLessThanOrEqual(100);
    expect(new Set(of(1)).size).toBeGreaterThan(300);
  });

  it('finds an error that is no refusal, and says by which input', () => {
    const careless = reads((bytes) => {
      if (bytes.length > 6) throw new TypeError('read past the end');
    });
    expect(() => fuzz(careless, 1000, 1)).toThrow(FuzzFailed);
    expect(() => fuzz(careless, 1000, 1)).toThrow(/^input [0-9a-f]+: TypeError: read past the end/);
  });

  it('finds a value that comes back as another', () => {
    const forgetful = reads((bytes) => mustBeSame('byte', bytes[0], 1));
    expect(() => fuzz(forgetful, 1000, 1)).toThrow(/byte: .* came back as 1/);
  });

  it('finds an input that takes too long', () => {
    const slow = reads((bytes) => {
      if (bytes.length > 6) spin(30_000);
    });
    expect(() => fuzz(slow, 1000, 1)).toThrow(/took \d+\.\d ms, expected 20 at most/);
  });

  it('takes refusals as they are', () => {
    const strict: FuzzTarget = {
      seeds,
      check: (bytes) => orRefusal(() => new Reader('test', bytes).bytes('six', 6)) !== undefined,
    };
    const { values } = fuzz(strict, 1000, 1);
    expect(values).toBeGreaterThan(100);
    expect(values).toBeLessThan(1000);
    expect(() => orRefusal(() => new Reader('test', seeds[0] as Uint8Array).bytes('seven', 7))).not.toThrow(
      DecodeError,
    );
  });
});

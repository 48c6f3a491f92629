import fc from 'fast-check';
import { expect } from 'vitest';
import { type Disk, DiskError, MemoryDisk } from '../../../src/roots/disk/disk.ts';

/** A disk that ends a walk which reads for ever. */
export function bounded(disk: Disk, reads: number): Disk {
  let left = reads;
  return {
    size: disk.size,
    read(at, length) {
      if (--left < 0) throw new Error(`more than ${reads} reads`);
      return disk.read(at, length);
    },
  };
}

/** As if single bytes were others: quicker than a copy of all for each run. */
function changed(disk: Disk, changes: readonly { readonly at: number; readonly value: number }[]): Disk {
  return {
    size: disk.size,
    read(from, length) {
      const bytes = Uint8Array.from(disk.read(from, length));
      for (const { at, value } of changes) if (at >= from && at < from + length) bytes[at - from] = value;
      return bytes;
    },
  };
}

/** Changes to bytes, mostly to values that mean something: none, all, small numbers. */
const mutations = (areas: readonly (readonly [from: number, to: number])[]) =>
  fc.array(
    fc.record({
      at: fc.oneof(...areas.map(([from, to]) => fc.integer({ min: from, max: to - 1 }))),
      value: fc.oneof(fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xff), fc.integer({ min: 0, max: 255 })),
    }),
    { minLength: 1, maxLength: 8 },
  );

/**
 * Reads good bytes with mutations in `areas`: `read` must end, with a value or a DiskError. Both must happen, or nothing
 * was tried.
 */
export function fuzz(
  good: Uint8Array,
  areas: readonly (readonly [number, number])[],
  read: (disk: Disk) => unknown,
  runs = 300,
): void {
  const ends = { value: 0, refused: 0 };
  fc.assert(
    fc.property(mutations(areas), (changes) => {
      try {
        read(bounded(changed(new MemoryDisk(good), changes), 100_000));
        ends.value++;
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
        ends.refused++;
      }
    }),
    { numRuns: runs, seed: 20_261_125 },
  );
  expect(ends.value).toBeGreaterThan(0);
  expect(ends.refused).toBeGreaterThan(0);
}

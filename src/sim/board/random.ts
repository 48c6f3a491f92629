/** Numbers from 0 to below 1: `Math.random`, or a seeded source where a run must be the same every time. */
export type Random = () => number;

/** A seeded source (Weyl sequence through a 32-bit finalizer); the same seed gives the same numbers everywhere. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) / 0x1_0000_0000;
  };
}

/** An unsigned 32-bit number. */
export function random32(random: Random): number {
  return Math.floor(random() * 0x1_0000_0000) >>> 0;
}

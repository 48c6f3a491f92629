/** What `vcgencmd get_throttled` says. The same four from bit 16 on: it has been so since the board started. */
export const THROTTLED = Object.freeze([
  { bit: 0, name: 'under_voltage' },
  { bit: 1, name: 'frequency_capped' },
  { bit: 2, name: 'throttled' },
  { bit: 3, name: 'soft_temperature_limit' },
] as const);

export type ThrottledName = (typeof THROTTLED)[number]['name'];

export const THROTTLED_NAMES: readonly ThrottledName[] = THROTTLED.map(({ name }) => name);
/** Bits of what is now, and of what has been since the start. */
export const THROTTLED_BITS = 0xf_000f;
const SINCE_START = 16;

export interface ThrottledWords {
  readonly now: readonly ThrottledName[];
  readonly sinceStart: readonly ThrottledName[];
}

export function throttledWords(bits: number): ThrottledWords {
  const of = (shift: number) => THROTTLED.filter(({ bit }) => (bits >> (bit + shift)) & 1).map(({ name }) => name);
  return { now: of(0), sinceStart: of(SINCE_START) };
}

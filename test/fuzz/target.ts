/** What can be fuzzed: a decoder with all that reads what it read, and packets to begin with. */

export interface FuzzTarget {
  /** Packets that are right. */
  readonly seeds: readonly Uint8Array[];
  /** Longest input in bytes; 1500 if left out. */
  readonly longest?: number;
  /**
   * Decodes, reads every field, and where that succeeds writes it back. True where it was a value, false where it was a
   * `refusal`; throws a Violation for a value that does not survive, and lets every other error through.
   */
  check(bytes: Uint8Array): boolean;
}

/** Decoded, and then not what it was. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** Whether both are the same value; quicker than what a test runner brings, which is too slow for millions. */
export function same(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (one instanceof Uint8Array) return other instanceof Uint8Array && Buffer.compare(one, other) === 0;
  if (one instanceof Map) {
    if (!(other instanceof Map) || one.size !== other.size) return false;
    for (const [key, value] of one) if (!other.has(key) || !same(value, other.get(key))) return false;
    return true;
  }
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  return keys.every((key) => same((one as Fields)[key], (other as Fields)[key]));
}

type Fields = Readonly<Record<string, unknown>>;

export function mustBeSame(what: string, before: unknown, after: unknown): void {
  if (!same(before, after)) throw new Violation(`${what}: ${show(before)} came back as ${show(after)}`);
}

function show(value: unknown): string {
  const text = JSON.stringify(value, (_key, one: unknown) => {
    if (one instanceof Uint8Array) return Buffer.from(one).toString('hex');
    return one instanceof Map ? [...one] : one;
  });
  return text.slice(0, 600);
}

export const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
export const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

/** How neighbour discovery options lie in a message (RFC 4861 §4.6): type, length in units of eight bytes, value. */
import type { Reader } from '../cursor.ts';

export interface NdOption {
  readonly type: number;
  /** What follows type and length. */
  readonly value: Uint8Array;
}

/** Options up to the end. Throws a DecodeError where a length is zero or beyond the end: the whole message is then void. */
export function readNdOptions(reader: Reader): NdOption[] {
  const options: NdOption[] = [];
  while (reader.remaining > 0) {
    const type = reader.u8('option type');
    const units = reader.u8('option length');
    if (units === 0) throw reader.error('option length', 'is zero');
    options.push({ type, value: reader.bytes('option value', units * 8 - 2) });
  }
  return options;
}

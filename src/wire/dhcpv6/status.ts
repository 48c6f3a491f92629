/** Status Code option (RFC 8415 §21.13). */
import { Reader, Writer } from '../cursor.ts';
import { PROTOCOL6 } from './packet.ts';

export const StatusCode = Object.freeze({
  success: 0,
  unspecFail: 1,
  noAddrsAvail: 2,
  noBinding: 3,
  notOnLink: 4,
  useMulticast: 5,
  noPrefixAvail: 6,
} as const);

export interface Status {
  /** A `StatusCode`, or a number that is none. */
  readonly code: number;
  /** For people, UTF-8; may be empty. */
  readonly message: string;
}

export function readStatus(value: Uint8Array): Status {
  const reader = new Reader(PROTOCOL6, value);
  const code = reader.u16('status code');
  return { code, message: Buffer.from(reader.rest()).toString('utf8') };
}

export function statusValue({ code, message }: Status): Uint8Array {
  const text = Buffer.from(message, 'utf8');
  return new Writer(2 + text.length).u16(code).bytes(text).done();
}

/** The message between client and server (RFC 8415 §8): type, transaction id, options, which may repeat and nest. */
import { copyMessage, DecodeError, Reader, Writer } from '../cursor.ts';
import { option6Name } from './options.ts';

export interface Option6Value {
  readonly code: number;
  readonly value: Uint8Array;
}

export interface Dhcpv6Packet {
  /** A `MessageType6`, or a number that is none: decoding does not judge. Never a relay's, whose header is another. */
  readonly type: number;
  /** 24 bits. */
  readonly transactionId: number;
  /** In wire order. The values are copies: they outlive the bytes they were read from. */
  readonly options: readonly Option6Value[];
}

/** Longest message that is read: a leg's MTU is 1500, and no client of a leg has as much to say. */
export const MAX_PACKET6_LENGTH = 4096;
/** Most options of a message or of one option: more is a flood, not a client. */
const MOST_OPTIONS = 256;
const RELAY_FORWARD = 12;
const RELAY_REPLY = 13;
export const PROTOCOL6 = 'dhcpv6';

/** Reads one message. Throws a DecodeError for anything that is not one; relay messages are not one (a leg has no relay). */
export function decodeDhcpv6(bytes: Uint8Array): Dhcpv6Packet {
  if (bytes.length > MAX_PACKET6_LENGTH) {
    throw new DecodeError(PROTOCOL6, 'length', 0, `expected at most ${MAX_PACKET6_LENGTH} bytes, got ${bytes.length}`);
  }
  const reader = new Reader(PROTOCOL6, copyMessage(bytes));
  const head = reader.u32('message type and transaction id');
  const type = head >>> 24;
  if (type === RELAY_FORWARD || type === RELAY_REPLY) {
    throw new DecodeError(PROTOCOL6, 'message type', 0, `${type} is a relay's, and a leg has none`);
  }
  return { type, transactionId: head & 0xffffff, options: readOptions6(reader, 4) };
}

/** Writes a message: options in the list's order. Throws a RangeError for a field that does not fit. */
export function encodeDhcpv6(packet: Dhcpv6Packet): Uint8Array {
  const { type, transactionId, options } = packet;
  if (!(Number.isInteger(type) && type >= 0 && type <= 255))
    throw new RangeError(`expected a message type, got ${type}`);
  if (!(Number.isInteger(transactionId) && transactionId >= 0 && transactionId <= 0xffffff)) {
    throw new RangeError(`expected a transaction id of 24 bits, got ${transactionId}`);
  }
  const writer = new Writer(256);
  writer.u32(((type << 24) | transactionId) >>> 0);
  for (const option of options) writeOption6(writer, option);
  return writer.done();
}

/** Options up to the end of `reader`. `base` is where it begins in the message, for errors. */
export function readOptions6(reader: Reader, base: number): Option6Value[] {
  const options: Option6Value[] = [];
  const from = reader.offset;
  while (reader.remaining > 0) {
    const at = base + reader.offset - from;
    if (options.length === MOST_OPTIONS) {
      throw new DecodeError(PROTOCOL6, 'options', at, `expected at most ${MOST_OPTIONS} options`);
    }
    if (reader.remaining < 4) {
      throw new DecodeError(PROTOCOL6, 'option', at, `needs 4 bytes of code and length, ${reader.remaining} left`);
    }
    const code = reader.u16('option code');
    const length = reader.u16('option length');
    if (length > reader.remaining) {
      const reason = `says ${length} bytes, ${reader.remaining} left`;
      throw new DecodeError(PROTOCOL6, `${option6Name(code)} (${code})`, at, reason);
    }
    options.push({ code, value: reader.bytes('option value', length) });
  }
  return options;
}

export function writeOption6(writer: Writer, { code, value }: Option6Value): void {
  if (!(Number.isInteger(code) && code > 0 && code <= 0xffff))
    throw new RangeError(`expected an option code, got ${code}`);
  if (value.length > 0xffff)
    throw new RangeError(`expected at most 65535 bytes in option ${code}, got ${value.length}`);
  writer.u16(code).u16(value.length).bytes(value);
}

/** The value of the first option of that code; undefined where there is none. */
export function findOption6(options: readonly Option6Value[], code: number): Uint8Array | undefined {
  for (const option of options) if (option.code === code) return option.value;
  return undefined;
}

/** A DecodeError for an option's value; the offset counts from the value's first byte. */
export function option6Error(code: number, reason: string, offset = 0): DecodeError {
  return new DecodeError(PROTOCOL6, `${option6Name(code)} (${code})`, offset, reason);
}

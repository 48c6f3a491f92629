/** A TFTP packet to the bytes of one datagram. */
import { Writer } from '../cursor.ts';
import { TFTP_OPTION_NAMES, type TftpOptionName, type TftpOptions } from './options.ts';
import { TFTP_OPCODE, type TftpPacket } from './packet.ts';

/** Encodes a packet. Throws a RangeError for text that the format cannot hold: a NUL, or a character above U+00FF. */
export function encodeTftp(packet: TftpPacket): Uint8Array {
  const writer = new Writer(longest(packet)).u16(TFTP_OPCODE[packet.kind]);
  switch (packet.kind) {
    case 'rrq':
    case 'wrq':
      text(writer, 'file name', packet.name);
      text(writer, 'mode', packet.mode);
      options(writer, packet.options);
      break;
    case 'data':
      writer.u16(packet.block).bytes(packet.data);
      break;
    case 'ack':
      writer.u16(packet.block);
      break;
    case 'error':
      text(writer.u16(packet.code), 'message', packet.message);
      break;
    case 'oack':
      options(writer, packet.options);
      break;
  }
  return writer.done();
}

/** No packet of this content is longer, in bytes. */
function longest(packet: TftpPacket): number {
  const allOptions = 160;
  switch (packet.kind) {
    case 'rrq':
    case 'wrq':
      return packet.name.length + 16 + allOptions;
    case 'data':
      return packet.data.length + 4;
    case 'error':
      return packet.message.length + 5;
    default:
      return allOptions;
  }
}

/** In the order of the object's own keys, so that an OACK repeats the order of the request. */
function options(writer: Writer, values: TftpOptions): void {
  for (const name of Object.keys(values) as TftpOptionName[]) {
    const value = values[name];
    if (value === undefined) continue;
    if (!TFTP_OPTION_NAMES.includes(name)) throw new RangeError(`no TFTP option ${JSON.stringify(name)}`);
    if (!Number.isSafeInteger(value) || value < 0)
      throw new RangeError(`${name}: expected a whole number, got ${value}`);
    text(writer, 'option name', name);
    text(writer, 'option value', String(value));
  }
}

function text(writer: Writer, field: string, value: string): void {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code === 0 || code > 255) {
      throw new RangeError(
        `${field}: character ${i} is U+${code.toString(16).padStart(4, '0')}, expected one byte, not NUL`,
      );
    }
    writer.u8(code);
  }
  writer.u8(0);
}

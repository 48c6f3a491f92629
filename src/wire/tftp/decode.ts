/** Bytes of one datagram to a TFTP packet. */
import { Reader } from '../cursor.ts';
import { optionName, readOptionValue, type TftpOptionName, type TftpOptions } from './options.ts';
import { MAX_NAME_LENGTH, MAX_REQUEST_LENGTH, TFTP_OPCODE, type TftpMode, type TftpPacket } from './packet.ts';

const PROTOCOL = 'tftp';
const MAX_MESSAGE_LENGTH = 255;
const MAX_OPTION_LENGTH = 64;

/**
 * Decodes one datagram. Lenient where firmware is known to be sloppy (numbers with spaces, option names in any case,
 * unknown or unreadable options, an ERROR without its NUL, bytes after an ACK); anything else that does not follow
 * RFC 1350 or RFC 2347 throws a DecodeError.
 */
export function decodeTftp(bytes: Uint8Array): TftpPacket {
  const reader = new Reader(PROTOCOL, bytes);
  const opcode = reader.u16('opcode');
  switch (opcode) {
    case TFTP_OPCODE.rrq:
    case TFTP_OPCODE.wrq:
      return decodeRequest(reader, bytes.length, opcode === TFTP_OPCODE.rrq ? 'rrq' : 'wrq');
    case TFTP_OPCODE.data:
      return { kind: 'data', block: reader.u16('block'), data: reader.rest() };
    case TFTP_OPCODE.ack:
      return { kind: 'ack', block: reader.u16('block') };
    case TFTP_OPCODE.error:
      return { kind: 'error', code: reader.u16('error code'), message: errorMessage(reader.rest()) };
    case TFTP_OPCODE.oack:
      return { kind: 'oack', options: decodeOptions(reader) };
    default:
      throw reader.error('opcode', `expected 1 to 6, got ${opcode}`);
  }
}

/**
 * The block number of a datagram that is an ACK, or -1: what the server asks of nearly every datagram it gets, without
 * an object for each.
 */
export function ackedBlock(bytes: Uint8Array): number {
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== TFTP_OPCODE.ack) return -1;
  return ((bytes[2] as number) << 8) | (bytes[3] as number);
}

function decodeRequest(reader: Reader, length: number, kind: 'rrq' | 'wrq'): TftpPacket {
  if (length > MAX_REQUEST_LENGTH) {
    throw reader.error('request', `expected at most ${MAX_REQUEST_LENGTH} bytes, got ${length}`);
  }
  const name = reader.untilNul('file name');
  if (name.length === 0) throw reader.error('file name', 'is empty');
  if (name.length > MAX_NAME_LENGTH) {
    throw reader.error('file name', `expected at most ${MAX_NAME_LENGTH} bytes, got ${name.length}`);
  }
  return { kind, name: latin1(name), mode: decodeMode(reader), options: decodeOptions(reader) };
}

function decodeMode(reader: Reader): TftpMode {
  const mode = latin1(reader.untilNul('mode').subarray(0, MAX_OPTION_LENGTH)).toLowerCase();
  if (mode === 'octet' || mode === 'netascii') return mode;
  throw reader.error('mode', `expected octet or netascii, got ${JSON.stringify(mode)}`);
}

/** Pairs of NUL-terminated strings; of an option that is sent twice the first counts (RFC 2347 allows only one). */
function decodeOptions(reader: Reader): TftpOptions {
  const options: { -readonly [name in TftpOptionName]?: number } = {};
  while (reader.remaining > 0) {
    const name = optionName(optionText(reader, 'option name'));
    const value = readOptionValue(optionText(reader, 'option value'));
    if (name !== undefined && value !== undefined) options[name] ??= value;
  }
  return options;
}

function optionText(reader: Reader, field: string): string {
  const bytes = reader.untilNul(field);
  return bytes.length > MAX_OPTION_LENGTH ? '' : latin1(bytes);
}

function errorMessage(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return latin1(bytes.subarray(0, Math.min(end < 0 ? bytes.length : end, MAX_MESSAGE_LENGTH)));
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

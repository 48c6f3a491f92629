/** The DHCP message: BOOTP's fixed fields, the magic cookie, and the options (RFC 2131 §2). */
import { type Ipv4, ipv4FromNumber, ipv4ToNumber, type Mac, macFromBytes, macToBytes } from '../address.ts';
import { copyMessage, DecodeError, Reader, Writer } from '../cursor.ts';
import { OPTIONS_OFFSET, optionsLength, readOptions, writeOptions } from './option-fields.ts';
import { latin1 } from './values.ts';

export interface Dhcpv4Packet {
  /** 1 = BOOTREQUEST, from a client; 2 = BOOTREPLY, from a server. */
  readonly op: 1 | 2;
  /** Hardware type, 1 = Ethernet. */
  readonly htype: number;
  /** Length of the hardware address, 6 for Ethernet; at most 16. */
  readonly hlen: number;
  readonly hops: number;
  readonly xid: number;
  /** Seconds since the client began, as the client tells them. */
  readonly secs: number;
  /** 0x8000 = answer by broadcast. */
  readonly flags: number;
  readonly ciaddr: Ipv4;
  readonly yiaddr: Ipv4;
  readonly siaddr: Ipv4;
  readonly giaddr: Ipv4;
  /** The first six bytes of the field, which are an address only where `htype` is 1 and `hlen` is 6. */
  readonly chaddr: Mac;
  /** Latin-1 text up to the first NUL; '' where the field holds options (overload). */
  readonly sname: string;
  /** Latin-1 text up to the first NUL; '' where the field holds options (overload). */
  readonly file: string;
  /**
   * Values in wire order, parts of a split option joined (RFC 3396). Pad, end and overload are framing and never here.
   * The values are copies: they outlive the bytes they were read from.
   */
  readonly options: ReadonlyMap<number, Uint8Array>;
}

export const BROADCAST_FLAG = 0x8000;

/** RFC 1542 §2.1: shorter BOOTP messages are dropped by some relays and firmware. */
export const MIN_PACKET_LENGTH = 300;

/** Longest message that is read. A leg's MTU is 1500, so whatever is longer came in fragments and not from a client in earnest. */
export const MAX_PACKET_LENGTH = 4096;

const MAGIC_COOKIE = 0x63825363;
const SNAME_LENGTH = 64;
const FILE_LENGTH = 128;
const PROTOCOL = 'dhcpv4';

/** Reads one message. Throws a DecodeError for anything that is not one, plain BOOTP without options included. */
export function decodeDhcpv4(bytes: Uint8Array): Dhcpv4Packet {
  if (bytes.length > MAX_PACKET_LENGTH) {
    throw new DecodeError(PROTOCOL, 'length', 0, `expected at most ${MAX_PACKET_LENGTH} bytes, got ${bytes.length}`);
  }
  const reader = new Reader(PROTOCOL, copyMessage(bytes));
  const op = reader.u8('op');
  if (op !== 1 && op !== 2) throw new DecodeError(PROTOCOL, 'op', 0, `expected 1 or 2, got ${op}`);
  const htype = reader.u8('htype');
  const hlen = reader.u8('hlen');
  if (hlen > 16) throw new DecodeError(PROTOCOL, 'hlen', 2, `expected at most 16, got ${hlen}`);
  const hops = reader.u8('hops');
  const xid = reader.u32('xid');
  const secs = reader.u16('secs');
  const flags = reader.u16('flags');
  const ciaddr = readAddressField(reader, 'ciaddr');
  const yiaddr = readAddressField(reader, 'yiaddr');
  const siaddr = readAddressField(reader, 'siaddr');
  const giaddr = readAddressField(reader, 'giaddr');
  const chaddr = macFromBytes(reader.bytes('chaddr', 16));
  const sname = reader.bytes('sname', SNAME_LENGTH);
  const file = reader.bytes('file', FILE_LENGTH);
  const cookie = reader.u32('magic cookie');
  if (cookie !== MAGIC_COOKIE) {
    throw new DecodeError(PROTOCOL, 'magic cookie', 236, `expected 63825363, got ${cookie.toString(16)}`);
  }
  const { options, overload } = readOptions(reader.rest(), { sname, file });
  return {
    op,
    htype,
    hlen,
    hops,
    xid,
    secs,
    flags,
    ciaddr,
    yiaddr,
    siaddr,
    giaddr,
    chaddr,
    sname: overload & 2 ? '' : untilNul(sname),
    file: overload & 1 ? '' : untilNul(file),
    options,
  };
}

/**
 * Writes a message: options in the map's order, an end option, zeros up to 300 bytes. Throws a RangeError for a field
 * that does not fit and for framing codes (pad, overload, end) among the options.
 */
export function encodeDhcpv4(packet: Dhcpv4Packet): Uint8Array {
  const writer = new Writer(Math.max(MIN_PACKET_LENGTH, OPTIONS_OFFSET + optionsLength(packet.options)));
  writer.u8(packet.op).u8(packet.htype).u8(packet.hlen).u8(packet.hops);
  writer.u32(packet.xid).u16(packet.secs).u16(packet.flags);
  writer.u32(addressNumber(packet.ciaddr)).u32(addressNumber(packet.yiaddr));
  writer.u32(addressNumber(packet.siaddr)).u32(addressNumber(packet.giaddr));
  writer.bytes(macToBytes(packet.chaddr)).zeros(10);
  writeText(writer, 'sname', packet.sname, SNAME_LENGTH);
  writeText(writer, 'file', packet.file, FILE_LENGTH);
  writer.u32(MAGIC_COOKIE);
  writeOptions(writer, packet.options);
  if (writer.length < MIN_PACKET_LENGTH) writer.zeros(MIN_PACKET_LENGTH - writer.length);
  return writer.done();
}

/** Most addresses of most messages are this one, and it need not be parsed. */
const UNSPECIFIED = '0.0.0.0' as Ipv4;

function readAddressField(reader: Reader, field: string): Ipv4 {
  const value = reader.u32(field);
  return value === 0 ? UNSPECIFIED : ipv4FromNumber(value);
}

function addressNumber(address: Ipv4): number {
  return address === UNSPECIFIED ? 0 : ipv4ToNumber(address);
}

function untilNul(field: Uint8Array): string {
  if (field[0] === 0) return '';
  const end = field.indexOf(0);
  return latin1(end < 0 ? field : field.subarray(0, end));
}

function writeText(writer: Writer, field: string, text: string, length: number): void {
  if (text === '') {
    writer.zeros(length);
    return;
  }
  const bytes = Buffer.from(text, 'latin1');
  if (bytes.length > length || latin1(bytes) !== text || bytes.includes(0)) {
    throw new RangeError(`expected ${field} as at most ${length} Latin-1 characters, got ${JSON.stringify(text)}`);
  }
  writer.bytes(bytes).zeros(length - bytes.length);
}

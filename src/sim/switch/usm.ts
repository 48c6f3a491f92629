/**
 * The parts of the User-based Security Model (RFC 3414) that the library's agent leaves out: it decrypts for any engine
 * ID (at a megabyte of hashing each, remembered for ever) and before it authenticates, and says nothing where a report is
 * due.
 */
import { DecodeError, Reader } from '../../wire/cursor.ts';

export interface V3Header {
  readonly msgId: number;
  readonly reportable: boolean;
  readonly authenticated: boolean;
  readonly engineId: Uint8Array;
  readonly user: string;
  /** The digest, as a view into the datagram. */
  readonly authParameters: Uint8Array;
}

/** usmStats (RFC 3414 §5), by the arc below 1.3.6.1.6.3.15.1.1. */
export const USM_STATS = Object.freeze({
  notInTimeWindows: 2,
  unknownEngineIDs: 4,
  wrongDigests: 5,
  decryptionErrors: 6,
});

/** RFC 3414 §2.2.3. */
export const TIME_WINDOW_SECONDS = 150;

const INTEGER = 0x02;
const OCTETS = 0x04;
const OID = 0x06;
const SEQUENCE = 0x30;
const COUNTER = 0x41;
export const REPORT_PDU = 0xa8;

/** The header of an SNMPv3 message; undefined for any other datagram. */
export function peekV3(datagram: Uint8Array): V3Header | undefined {
  try {
    const message = new Reader('snmp', take(new Reader('snmp', datagram), SEQUENCE));
    if (integer(take(message, INTEGER)) !== 3) return undefined;
    const header = new Reader('snmp', take(message, SEQUENCE));
    const msgId = integer(take(header, INTEGER));
    take(header, INTEGER);
    const flags = take(header, OCTETS)[0] ?? 0;
    const security = new Reader('snmp', take(new Reader('snmp', take(message, OCTETS)), SEQUENCE));
    const engineId = take(security, OCTETS);
    take(security, INTEGER);
    take(security, INTEGER);
    const user = Buffer.from(take(security, OCTETS)).toString('utf8');
    const authParameters = take(security, OCTETS);
    return { msgId, reportable: (flags & 4) !== 0, authenticated: (flags & 1) !== 0, engineId, user, authParameters };
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

function take(reader: Reader, tag: number): Uint8Array {
  const found = reader.u8('tag');
  if (found !== tag) throw new DecodeError('snmp', 'tag', reader.offset - 1, `expected ${tag}, found ${found}`);
  let length = reader.u8('length');
  if (length > 0x80 + 4 || length === 0x80)
    throw new DecodeError('snmp', 'length', reader.offset - 1, 'form not supported');
  if (length > 0x80) length = reader.bytes('length', length - 0x80).reduce((sum, octet) => sum * 256 + octet, 0);
  return reader.bytes('value', length);
}

function integer(bytes: Uint8Array): number {
  return bytes.reduce((sum, octet) => sum * 256 + octet, 0);
}

export interface Engine {
  readonly id: Uint8Array;
  readonly boots: number;
  readonly time: number;
}

/** An unauthenticated report (RFC 3414 §3.2) that says which check a message failed, and which engine this is (§4). */
export function encodeReport(request: V3Header, engine: Engine, stat: number, count: number): Buffer {
  const oid = Buffer.from([0x2b, 6, 1, 6, 3, 15, 1, 1, stat, 0]);
  const varbinds = tlv(SEQUENCE, tlv(SEQUENCE, tlv(OID, oid), number(COUNTER, count)));
  const pdu = tlv(REPORT_PDU, number(INTEGER, request.msgId), number(INTEGER, 0), number(INTEGER, 0), varbinds);
  const none = tlv(OCTETS);
  const security = tlv(
    SEQUENCE,
    tlv(OCTETS, engine.id),
    number(INTEGER, engine.boots),
    number(INTEGER, engine.time),
    none,
    none,
    none,
  );
  const largest = 65_507;
  const usm = 3;
  const header = tlv(
    SEQUENCE,
    number(INTEGER, request.msgId),
    number(INTEGER, largest),
    tlv(OCTETS, Buffer.from([0])),
    number(INTEGER, usm),
  );
  const scoped = tlv(SEQUENCE, tlv(OCTETS, engine.id), none, pdu);
  return tlv(SEQUENCE, number(INTEGER, 3), header, tlv(OCTETS, security), scoped);
}

function tlv(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const value = Buffer.concat(parts);
  const length = value.length < 0x80 ? [value.length] : [0x82, value.length >> 8, value.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), value]);
}

/** Five octets hold every unsigned 32-bit number; leading zeros are dropped, but for one that keeps it positive. */
function number(tag: number, value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32BE(value >>> 0, 1);
  let from = 0;
  while (from < 4 && bytes[from] === 0 && bytes[from + 1]! < 0x80) from += 1;
  return tlv(tag, bytes.subarray(from));
}

/** Values as they come off the wire, one type per SNMP type, and the readers that insist on one. */
import { SnmpAnswerInvalid } from './errors.ts';
import type { Oid } from './oid.ts';
import { isOid } from './oid.ts';

export type SnmpVarbind = { readonly oid: Oid } & SnmpValue;

export type SnmpValue =
  | { readonly type: 'Integer32' | 'Counter32' | 'Gauge32' | 'TimeTicks'; readonly value: number }
  | { readonly type: 'Counter64'; readonly value: bigint }
  | { readonly type: 'OctetString' | 'Opaque'; readonly value: Buffer }
  | { readonly type: 'ObjectIdentifier' | 'IpAddress'; readonly value: string }
  | { readonly type: 'Null' | VarbindException; readonly value: null };

/** What an agent says instead of a value (RFC 3416 §3). */
export type VarbindException = 'noSuchObject' | 'noSuchInstance' | 'endOfMibView';

/** ASN.1 tags of RFC 2578 and RFC 3416. */
export const TAGS = Object.freeze({
  Integer32: 0x02,
  OctetString: 0x04,
  Null: 0x05,
  ObjectIdentifier: 0x06,
  IpAddress: 0x40,
  Counter32: 0x41,
  Gauge32: 0x42,
  TimeTicks: 0x43,
  Opaque: 0x44,
  Counter64: 0x46,
  noSuchObject: 0x80,
  noSuchInstance: 0x81,
  endOfMibView: 0x82,
});

const NAMES = new Map<number, keyof typeof TAGS>(
  Object.entries(TAGS).map(([name, tag]) => [tag, name as keyof typeof TAGS]),
);

/** A varbind as the SNMP library hands it over: nothing in it is trusted yet. */
export interface RawVarbind {
  readonly oid: unknown;
  readonly type?: unknown;
  readonly value?: unknown;
}

/** @throws SnmpAnswerInvalid for an unknown type, or a value that is not of its type. */
export function decodeVarbind(raw: RawVarbind): SnmpVarbind {
  const { oid, type: tag, value } = raw;
  if (typeof oid !== 'string' || !isOid(oid))
    throw new SnmpAnswerInvalid(`${typeof oid === 'string' ? `"${oid}"` : typeof oid} is not an OID`);
  const type = typeof tag === 'number' ? NAMES.get(tag) : undefined;
  switch (type) {
    case 'Integer32':
    case 'Counter32':
    case 'Gauge32':
    case 'TimeTicks':
      if (typeof value === 'number' && Number.isInteger(value)) return { oid, type, value };
      break;
    case 'Counter64':
      if (Buffer.isBuffer(value) && value.length <= 9) return { oid, type, value: unsigned(value) };
      break;
    case 'OctetString':
    case 'Opaque':
      if (Buffer.isBuffer(value)) return { oid, type, value };
      break;
    case 'ObjectIdentifier':
    case 'IpAddress':
      if (typeof value === 'string') return { oid, type, value };
      break;
    case 'Null':
    case 'noSuchObject':
    case 'noSuchInstance':
    case 'endOfMibView':
      return { oid, type, value: null };
    case undefined:
      throw new SnmpAnswerInvalid(`${oid} has the unknown type ${typeof tag === 'number' ? tag : typeof tag}`);
  }
  throw new SnmpAnswerInvalid(`${oid} is said to be ${type} and is not`);
}

/** BER sends a Counter64 with a leading zero octet when its top bit is set, hence up to nine octets. */
function unsigned(bytes: Buffer): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString('hex')}`);
}

export function isException(varbind: SnmpVarbind): boolean {
  return varbind.type === 'noSuchObject' || varbind.type === 'noSuchInstance' || varbind.type === 'endOfMibView';
}

/** The integer of a varbind, whichever of the 32-bit types the agent chose for it; undefined where it has none. */
export function integerOf(varbind: SnmpValue | undefined): number | undefined {
  return typeof varbind?.value === 'number' ? varbind.value : undefined;
}

/** The text of an octet string, or an OID or address as it is; undefined where there is none. */
export function textOf(varbind: SnmpValue | undefined): string | undefined {
  if (Buffer.isBuffer(varbind?.value)) return varbind.value.toString('utf8');
  return typeof varbind?.value === 'string' ? varbind.value : undefined;
}

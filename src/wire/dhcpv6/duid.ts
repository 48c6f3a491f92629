/** DHCP unique identifiers (RFC 8415 §11, RFC 6355). A claim of the client: shown and compared, never trusted. */
import { type Mac, macToBytes } from '../address.ts';
import { option6Error } from './packet.ts';

/** A DUID as lower-case hex: `00030001b827eb07bcc6`. */
export type Duid = string & { readonly __brand: 'Duid' };

/** RFC 8415 §11.1: two bytes of type and at most 128 more. */
const SHORTEST = 3;
const LONGEST = 130;
const DUID_LL = 3;
const DUID_UUID = 4;
const ETHERNET = 1;

/** Reads the value of a client or server identifier option. Throws a DecodeError for a length that no DUID has. */
export function readDuid(code: number, value: Uint8Array): Duid {
  if (value.length < SHORTEST || value.length > LONGEST) {
    throw option6Error(code, `expected a DUID of ${SHORTEST} to ${LONGEST} bytes, got ${value.length}`);
  }
  return Buffer.from(value.buffer, value.byteOffset, value.length).toString('hex') as Duid;
}

export function duidBytes(duid: Duid): Uint8Array {
  return new Uint8Array(Buffer.from(duid, 'hex'));
}

/** The Ethernet address in a DUID-LLT or DUID-LL; undefined where it holds none. */
export function duidMac(duid: Duid): Mac | undefined {
  const type = duid.slice(0, 4);
  const hardware = duid.slice(4, 8);
  if (hardware !== '0001') return undefined;
  if (type === '0003' && duid.length === 20) return macOfHex(duid.slice(8));
  if (type === '0001' && duid.length === 28) return macOfHex(duid.slice(16));
  return undefined;
}

function macOfHex(hex: string): Mac {
  const pair = (at: number) => hex.slice(at, at + 2);
  return `${pair(0)}:${pair(2)}:${pair(4)}:${pair(6)}:${pair(8)}:${pair(10)}` as Mac;
}

/** DUID-LL (§11.4): the same after every restart, without anything to store. */
export function duidLl(mac: Mac): Duid {
  return Buffer.from([0, DUID_LL, 0, ETHERNET, ...macToBytes(mac)]).toString('hex') as Duid;
}

/** DUID-UUID (RFC 6355): for a server that is the same whatever interfaces it has. */
export function duidUuid(uuid: Uint8Array): Duid {
  if (uuid.length !== 16) throw new RangeError(`expected a UUID of 16 bytes, got ${uuid.length}`);
  return Buffer.from([0, DUID_UUID, ...uuid]).toString('hex') as Duid;
}

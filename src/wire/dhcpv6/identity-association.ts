/** Identity associations: IA_NA with addresses (RFC 8415 §21.4, §21.6), IA_PD with prefixes (§21.21, §21.22). */
import { Reader, Writer } from '../cursor.ts';
import { Option6 } from './options.ts';
import { findOption6, type Option6Value, option6Error, PROTOCOL6, readOptions6, writeOption6 } from './packet.ts';
import { readStatus, type Status, statusValue } from './status.ts';

/** Lifetimes in seconds; 0xffffffff is for ever (§7.7). */
export const INFINITE_LIFETIME = 0xffff_ffff;

export interface IaAddress {
  /** 16 bytes. */
  readonly address: Uint8Array;
  readonly preferred: number;
  readonly valid: number;
  readonly status?: Status | undefined;
}

export interface IaPrefix {
  readonly preferred: number;
  readonly valid: number;
  /** 0 to 128. */
  readonly length: number;
  /** 16 bytes. */
  readonly prefix: Uint8Array;
  readonly status?: Status | undefined;
}

export interface IdentityAssociation<Lease> {
  /** Chosen by the client: it tells its associations apart by it. */
  readonly iaid: number;
  readonly t1: number;
  readonly t2: number;
  readonly leases: readonly Lease[];
  readonly status?: Status | undefined;
}

export type IaNa = IdentityAssociation<IaAddress>;
export type IaPd = IdentityAssociation<IaPrefix>;

export function readIaNa(value: Uint8Array): IaNa {
  return readIa(Option6.iaNa, value, Option6.iaAddress, readIaAddress);
}

export function readIaPd(value: Uint8Array): IaPd {
  return readIa(Option6.iaPd, value, Option6.iaPrefix, readIaPrefix);
}

/** IA_TA (§21.5) has no times of its own; pirack gives no temporary addresses, but must name the association to say so. */
export function readIaTaId(value: Uint8Array): number {
  return new Reader(PROTOCOL6, value).u32('IAID of an IA_TA');
}

function readIa<Lease>(
  code: number,
  value: Uint8Array,
  leaseCode: number,
  readLease: (value: Uint8Array) => Lease,
): IdentityAssociation<Lease> {
  if (value.length < 12) throw option6Error(code, `expected at least 12 bytes, got ${value.length}`);
  const reader = new Reader(PROTOCOL6, value);
  const iaid = reader.u32('IAID');
  const t1 = reader.u32('T1');
  const t2 = reader.u32('T2');
  const options = readOptions6(reader, 12);
  const leases = options.filter((option) => option.code === leaseCode).map((option) => readLease(option.value));
  return { iaid, t1, t2, leases, status: statusOf(options) };
}

function readIaAddress(value: Uint8Array): IaAddress {
  if (value.length < 24) throw option6Error(Option6.iaAddress, `expected at least 24 bytes, got ${value.length}`);
  const reader = new Reader(PROTOCOL6, value);
  const address = reader.bytes('address', 16);
  const preferred = reader.u32('preferred lifetime');
  const valid = reader.u32('valid lifetime');
  return { address, preferred, valid, status: statusOf(readOptions6(reader, 24)) };
}

function readIaPrefix(value: Uint8Array): IaPrefix {
  if (value.length < 25) throw option6Error(Option6.iaPrefix, `expected at least 25 bytes, got ${value.length}`);
  const reader = new Reader(PROTOCOL6, value);
  const preferred = reader.u32('preferred lifetime');
  const valid = reader.u32('valid lifetime');
  const length = reader.u8('prefix length');
  if (length > 128) throw option6Error(Option6.iaPrefix, `expected a prefix length of at most 128, got ${length}`, 8);
  const prefix = reader.bytes('prefix', 16);
  return { preferred, valid, length, prefix, status: statusOf(readOptions6(reader, 25)) };
}

function statusOf(options: readonly Option6Value[]): Status | undefined {
  const value = findOption6(options, Option6.statusCode);
  return value === undefined ? undefined : readStatus(value);
}

export function iaNaOption(ia: IaNa): Option6Value {
  const writer = begin(ia);
  for (const { address, preferred, valid, status } of ia.leases) {
    if (address.length !== 16) throw new RangeError(`expected an address of 16 bytes, got ${address.length}`);
    const inner = new Writer(28).bytes(address).u32(preferred).u32(valid);
    writeStatus(inner, status);
    writeOption6(writer, { code: Option6.iaAddress, value: inner.done() });
  }
  writeStatus(writer, ia.status);
  return { code: Option6.iaNa, value: writer.done() };
}

export function iaPdOption(ia: IaPd): Option6Value {
  const writer = begin(ia);
  for (const { preferred, valid, length, prefix, status } of ia.leases) {
    if (prefix.length !== 16) throw new RangeError(`expected a prefix of 16 bytes, got ${prefix.length}`);
    const inner = new Writer(29).u32(preferred).u32(valid).u8(length).bytes(prefix);
    writeStatus(inner, status);
    writeOption6(writer, { code: Option6.iaPrefix, value: inner.done() });
  }
  writeStatus(writer, ia.status);
  return { code: Option6.iaPd, value: writer.done() };
}

/** An IA_TA that says only why it holds nothing. */
export function iaTaOption(iaid: number, status: Status): Option6Value {
  const writer = new Writer(40).u32(iaid);
  writeStatus(writer, status);
  return { code: Option6.iaTa, value: writer.done() };
}

function begin({ iaid, t1, t2 }: IdentityAssociation<unknown>): Writer {
  return new Writer(80).u32(iaid).u32(t1).u32(t2);
}

function writeStatus(writer: Writer, status: Status | undefined): void {
  if (status !== undefined) writeOption6(writer, { code: Option6.statusCode, value: statusValue(status) });
}

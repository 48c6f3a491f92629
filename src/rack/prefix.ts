/** IPv4 and IPv6 prefixes of the address plan, and the n-th smaller prefix inside one. */
import ipaddr from 'ipaddr.js';
import { type Ipv4, type Ipv6, ipv4FromNumber } from '../wire/address.ts';

export interface Prefix {
  readonly family: 4 | 6;
  /** The network address as a number. */
  readonly first: bigint;
  readonly length: number;
  /** As written back: `10.20.0.0/22`. */
  readonly text: string;
}

/** A text that is not a usable prefix; `expected` says what would have been one. */
export class PrefixError extends Error {
  override readonly name = 'PrefixError';
  readonly expected: string;

  constructor(message: string, expected: string) {
    super(message);
    this.expected = expected;
  }
}

const WIDTH = { 4: 32, 6: 128 } as const;
const EXAMPLE = { 4: 'an IPv4 prefix such as 10.20.0.0/22', 6: 'an IPv6 prefix such as 2001:db8:20::/56' } as const;
/** Kinds of addresses, in the terms of ipaddr.js, that a board can have. */
const USABLE = {
  4: ['unicast', 'private', 'carrierGradeNat', 'reserved', 'benchmarking', 'amt', 'as112'],
  6: ['unicast', 'uniqueLocal', 'reserved', 'benchmarking'],
};

/** A NAT64 prefix is told to boards and given to none of them: the one that is set aside for it will do (RFC 6052). */
export const NAT64_KINDS: readonly string[] = [...USABLE[6], 'rfc6052'];

/** Reads `address/length` without host bits set, of one of the given kinds of addresses. Throws PrefixError. */
export function parsePrefix(text: string, family: 4 | 6, kinds: readonly string[] = USABLE[family]): Prefix {
  const match = /^([0-9a-fA-F:.]+)\/(\d{1,3})$/.exec(text.trim());
  const address = match ? parseAddress(match[1] as string) : undefined;
  if (!match || address?.family !== family) throw new PrefixError(`${quote(text)} is not a prefix`, EXAMPLE[family]);
  const length = Number(match[2]);
  if (length > WIDTH[family]) {
    throw new PrefixError(`${quote(text)} has a length beyond ${WIDTH[family]}`, EXAMPLE[family]);
  }
  const size = 1n << BigInt(WIDTH[family] - length);
  const first = address.value - (address.value % size);
  const prefix = make(family, first, length);
  if (first !== address.value) throw new PrefixError(`${text.trim()} has host bits set`, prefix.text);
  const isClassE = family === 4 && address.value >= 0xf0000000n;
  if (isClassE || !kinds.includes(address.kind)) {
    throw new PrefixError(`${text.trim()} cannot be given to boards (${address.kind})`, EXAMPLE[family]);
  }
  return prefix;
}

export interface ParsedAddress {
  readonly family: 4 | 6;
  readonly value: bigint;
  /** Multicast, loopback, private …: the terms of ipaddr.js. */
  readonly kind: string;
  /** Canonical text (RFC 5952 for IPv6). */
  readonly text: string;
}

/** Reads an address literal without zone or length; undefined where it is none. */
export function parseAddress(text: string): ParsedAddress | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text) && !/(^|\.)0\d/.test(text)) {
    const address = ipaddr.IPv4.parse(text);
    return { family: 4, value: toNumber(address.toByteArray()), kind: address.range(), text: address.toString() };
  }
  if (!/^[0-9a-fA-F:.]+$/.test(text) || !ipaddr.IPv6.isValid(text)) return undefined;
  const address = ipaddr.IPv6.parse(text);
  return { family: 6, value: toNumber(address.toByteArray()), kind: address.range(), text: address.toRFC5952String() };
}

/** How many prefixes of `length` fit into `prefix`. */
export function subnetCount(prefix: Prefix, length: number): bigint {
  return length < prefix.length ? 0n : 1n << BigInt(length - prefix.length);
}

/** The prefix of `length` with this number inside `prefix`, counted from 0. Throws RangeError beyond the last. */
export function subnet(prefix: Prefix, length: number, index: number): Prefix {
  if (index < 0 || BigInt(index) >= subnetCount(prefix, length)) {
    throw new RangeError(`${prefix.text} has no /${length} number ${index}; it holds ${subnetCount(prefix, length)}`);
  }
  return make(prefix.family, prefix.first + (BigInt(index) << BigInt(WIDTH[prefix.family] - length)), length);
}

export function ipv4At(prefix: Prefix, offset: number): Ipv4 {
  return ipv4FromNumber(Number(prefix.first) + offset);
}

export function ipv6At(prefix: Prefix, offset: number): Ipv6 {
  return ipv6Text(prefix.first + BigInt(offset)) as Ipv6;
}

export function contains(prefix: Prefix, address: ParsedAddress): boolean {
  return (
    prefix.family === address.family && overlap(prefix, make(address.family, address.value, WIDTH[address.family]))
  );
}

export function overlap(a: Prefix, b: Prefix): boolean {
  return a.family === b.family && a.first <= last(b) && b.first <= last(a);
}

function last(prefix: Prefix): bigint {
  return prefix.first + (1n << BigInt(WIDTH[prefix.family] - prefix.length)) - 1n;
}

function make(family: 4 | 6, first: bigint, length: number): Prefix {
  const text = family === 4 ? ipv4FromNumber(Number(first)) : ipv6Text(first);
  return Object.freeze({ family, first, length, text: `${text}/${length}` });
}

function ipv6Text(value: bigint): string {
  const bytes = Array.from({ length: 16 }, (_, i) => Number((value >> BigInt(8 * (15 - i))) & 255n));
  return new ipaddr.IPv6(bytes).toRFC5952String();
}

function toNumber(bytes: number[]): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

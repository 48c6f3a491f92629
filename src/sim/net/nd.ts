/** Neighbour discovery (RFC 4861 §4.3, §4.4) in so far as hosts of one link speak it, and addresses made of a MAC. */
import { type Mac, macFromBytes, macToBytes } from '../../wire/address.ts';
import { DecodeError, Reader, Writer } from '../../wire/cursor.ts';
import { ICMPV6_OPTION, ICMPV6_TYPE, readNdOptions } from '../../wire/icmpv6/index.ts';

/** RFC 4861 §4.6.1. */
const TARGET_LINK_LAYER_ADDRESS = 2;
const SOLICITED_OVERRIDE = 0x60000000;

export const ALL_ZEROS = new Uint8Array(16);

export function neighbourSolicitation(target: Uint8Array, sender: Mac): Uint8Array {
  return message(ICMPV6_TYPE.neighbourSolicitation, 0, target, ICMPV6_OPTION.sourceLinkLayerAddress, sender);
}

export function neighbourAdvertisement(target: Uint8Array, owner: Mac): Uint8Array {
  return message(ICMPV6_TYPE.neighbourAdvertisement, SOLICITED_OVERRIDE, target, TARGET_LINK_LAYER_ADDRESS, owner);
}

function message(type: number, flags: number, target: Uint8Array, option: number, mac: Mac): Uint8Array {
  const writer = new Writer(32).u8(type).u8(0).u16(0).u32(flags).bytes(target);
  return writer.u8(option).u8(1).bytes(macToBytes(mac)).done();
}

export interface NeighbourMessage {
  readonly type: number;
  /** Undefined in router solicitations and advertisements. */
  readonly target: Uint8Array | undefined;
  /** The MAC that the sender, or the owner of the target, gives. */
  readonly mac: Mac | undefined;
}

/** Bytes before the options of a router's and a host's messages (RFC 4861 §4.1, §4.2). */
const BEFORE_OPTIONS: Readonly<Record<number, number>> = {
  [ICMPV6_TYPE.routerSolicitation]: 8,
  [ICMPV6_TYPE.routerAdvertisement]: 16,
};

/** What a neighbour tells of itself; undefined for a message that is none of these, or broken. */
export function readNeighbourMessage(bytes: Uint8Array): NeighbourMessage | undefined {
  try {
    const reader = new Reader('icmpv6', bytes);
    const type = reader.u8('type');
    if (type < ICMPV6_TYPE.routerSolicitation || type > ICMPV6_TYPE.neighbourAdvertisement) return undefined;
    const fixed = BEFORE_OPTIONS[type];
    reader.skip('fixed part', (fixed ?? 8) - 1);
    const target = fixed === undefined ? reader.bytes('target', 16).slice() : undefined;
    const wanted =
      type === ICMPV6_TYPE.neighbourAdvertisement ? TARGET_LINK_LAYER_ADDRESS : ICMPV6_OPTION.sourceLinkLayerAddress;
    const option = readNdOptions(reader).find((one) => one.type === wanted && one.value.length === 6);
    return { type, target, mac: option && macFromBytes(option.value) };
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** fe80::/64 with the modified EUI-64 of the MAC (RFC 4291 appendix A). */
export function linkLocalOf(mac: Mac): Uint8Array {
  const [a, b, c, d, e, f] = macToBytes(mac) as unknown as [number, number, number, number, number, number];
  return Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, a ^ 2, b, c, 0xff, 0xfe, d, e, f);
}

export function isMulticast(address: Uint8Array): boolean {
  return address[0] === 0xff;
}

export function isLinkLocal(address: Uint8Array): boolean {
  return address[0] === 0xfe && ((address[1] as number) & 0xc0) === 0x80;
}

/** As a key of a map. */
export function keyOf(address: Uint8Array): string {
  return Buffer.from(address).toString('hex');
}

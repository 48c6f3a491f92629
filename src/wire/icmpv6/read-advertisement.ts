/** What a host reads of a router advertisement (RFC 4861 §4.2) before it has an address. */
import { type Mac, macFromBytes } from '../address.ts';
import { Reader } from '../cursor.ts';
import { readNdOptions } from './options.ts';
import { ICMPV6_OPTION, ICMPV6_TYPE } from './types.ts';

export interface SeenAdvertisement {
  /** M: the address is to be had by DHCPv6. */
  readonly managed: boolean;
  /** O: other things are to be had by DHCPv6. */
  readonly other: boolean;
  readonly sourceMac: Mac | undefined;
  /** Prefixes of 64 bits that a host may make itself an address of, 16 bytes each. */
  readonly autonomous: readonly Uint8Array[];
}

/** Throws a DecodeError for what is none. */
export function decodeRouterAdvertisement(bytes: Uint8Array): SeenAdvertisement {
  const reader = new Reader('icmpv6', bytes);
  const type = reader.u8('type');
  if (type !== ICMPV6_TYPE.routerAdvertisement) throw reader.error('type', `expected 134, got ${type}`);
  reader.skip('code, checksum and hop limit', 4);
  const flags = reader.u8('flags');
  reader.skip('lifetime and timers', 10);
  let sourceMac: Mac | undefined;
  const autonomous: Uint8Array[] = [];
  for (const { type: code, value } of readNdOptions(reader)) {
    if (code === ICMPV6_OPTION.sourceLinkLayerAddress && value.length === 6) sourceMac = macFromBytes(value);
    if (code === ICMPV6_OPTION.prefixInformation && value.length === 30 && value[0] === 64) {
      if (((value[1] as number) & 0x40) !== 0) autonomous.push(value.slice(14, 30));
    }
  }
  return { managed: (flags & 0x80) !== 0, other: (flags & 0x40) !== 0, sourceMac, autonomous };
}

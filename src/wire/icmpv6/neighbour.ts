/** Neighbour solicitations and advertisements (RFC 4861 §4.3, §4.4). The checksum field is left zero. */
import { type Mac, macFromBytes, macToBytes } from '../address.ts';
import { Reader, Writer } from '../cursor.ts';
import { readNdOptions } from './options.ts';
import { ICMPV6_OPTION, ICMPV6_TYPE } from './types.ts';

export interface Neighbour {
  /** The address that is asked for, or told of: 16 bytes. */
  readonly target: Uint8Array;
  /** The sender's, or the target's. */
  readonly mac: Mac | undefined;
}

const SOLICITED_OVERRIDE = 0x6000_0000;

export function encodeNeighbourSolicitation({ target, mac }: Neighbour): Uint8Array {
  return message(ICMPV6_TYPE.neighbourSolicitation, 0, target, ICMPV6_OPTION.sourceLinkLayerAddress, mac);
}

/** The answer to a solicitation. */
export function encodeNeighbourAdvertisement({ target, mac }: Neighbour): Uint8Array {
  const option = ICMPV6_OPTION.targetLinkLayerAddress;
  return message(ICMPV6_TYPE.neighbourAdvertisement, SOLICITED_OVERRIDE, target, option, mac);
}

/** Reads either of them. Throws a DecodeError for what is neither. */
export function decodeNeighbour(bytes: Uint8Array): Neighbour {
  const reader = new Reader('icmpv6', bytes);
  const type = reader.u8('type');
  const wanted: number[] = [ICMPV6_TYPE.neighbourSolicitation, ICMPV6_TYPE.neighbourAdvertisement];
  if (!wanted.includes(type)) throw reader.error('type', `expected ${wanted.join(' or ')}, got ${type}`);
  reader.skip('code, checksum and flags', 7);
  const target = reader.bytes('target', 16).slice();
  const code =
    type === ICMPV6_TYPE.neighbourSolicitation
      ? ICMPV6_OPTION.sourceLinkLayerAddress
      : ICMPV6_OPTION.targetLinkLayerAddress;
  const option = readNdOptions(reader).find((each) => each.type === code && each.value.length === 6);
  return { target, mac: option && macFromBytes(option.value) };
}

function message(type: number, flags: number, target: Uint8Array, option: number, mac: Mac | undefined): Uint8Array {
  if (target.length !== 16) throw new RangeError(`expected a target of 16 bytes, got ${target.length}`);
  const writer = new Writer(32).u8(type).u8(0).u16(0).u32(flags).bytes(target);
  if (mac !== undefined) writer.u8(option).u8(1).bytes(macToBytes(mac));
  return writer.done();
}

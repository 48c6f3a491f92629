/** Router solicitations (RFC 4861 §4.1, validated by §6.1.1). */
import { type Mac, macFromBytes, macToBytes } from '../address.ts';
import { DecodeError, Reader, Writer } from '../cursor.ts';
import { readNdOptions } from './options.ts';
import { ICMPV6_OPTION, ICMPV6_TYPE } from './types.ts';

export interface RouterSolicitation {
  /** The sender's MAC, as it claims; undefined where it does not say. */
  readonly sourceMac: Mac | undefined;
}

/**
 * Reads an ICMPv6 message whose checksum the kernel has proved. Hop limit and source address are the receiver's to
 * check: `fromUnspecified` says that the sender has no address yet, and then it may not name a MAC.
 */
export function decodeRouterSolicitation(message: Uint8Array, fromUnspecified: boolean): RouterSolicitation {
  const reader = new Reader('icmpv6', message);
  const type = reader.u8('type');
  if (type !== ICMPV6_TYPE.routerSolicitation) {
    throw new DecodeError('icmpv6', 'type', 0, `expected ${ICMPV6_TYPE.routerSolicitation}, got ${type}`);
  }
  const code = reader.u8('code');
  if (code !== 0) throw new DecodeError('icmpv6', 'code', 1, `expected 0, got ${code}`);
  reader.skip('checksum and reserved', 6);
  const options = readNdOptions(reader);
  const source = options.find((option) => option.type === ICMPV6_OPTION.sourceLinkLayerAddress);
  if (source === undefined) return { sourceMac: undefined };
  if (fromUnspecified) throw reader.error('source link-layer address', 'is named by a sender without an address');
  return { sourceMac: source.value.length === 6 ? macFromBytes(source.value) : undefined };
}

/** A solicitation, its checksum left zero. */
export function encodeRouterSolicitation({ sourceMac }: RouterSolicitation): Uint8Array {
  const writer = new Writer(16).u8(ICMPV6_TYPE.routerSolicitation).u8(0).u16(0).u32(0);
  if (sourceMac !== undefined) {
    writer.u8(ICMPV6_OPTION.sourceLinkLayerAddress).u8(1).bytes(macToBytes(sourceMac));
  }
  return writer.done();
}

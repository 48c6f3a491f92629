/** Ethernet II header with an optional IEEE 802.1Q tag. */
import { type Mac, macFromBytes, macToBytes } from '../address.ts';
import type { Reader, Writer } from '../cursor.ts';

/** IEEE EtherType values that are spoken here. */
export const EtherType = Object.freeze({
  ipv4: 0x0800,
  arp: 0x0806,
  wakeOnLan: 0x0842,
  vlan: 0x8100,
  ipv6: 0x86dd,
} as const);

/** Shortest frame that may be sent, without FCS (IEEE 802.3 §4A.2.3.2.4); shorter ones are padded with zeros. */
export const MIN_FRAME_LENGTH = 60;

export const BROADCAST_MAC = 'ff:ff:ff:ff:ff:ff' as Mac;

/** The tag control information of IEEE 802.1Q §9.6. An `id` of 0 is a priority tag: no VLAN is named. */
export interface VlanTag {
  readonly id: number;
  readonly priority: number;
  readonly dropEligible: boolean;
}

export interface EthernetHeader {
  readonly source: Mac;
  readonly destination: Mac;
  /** Present only where the bytes carry a tag. A kernel that strips tags reports them beside the frame instead. */
  readonly vlan?: VlanTag;
}

/** Reads the header and leaves the reader at the payload. A second tag (802.1ad) is left as the payload's EtherType. */
export function readEthernet(reader: Reader): { header: EthernetHeader; etherType: number } {
  const destination = macFromBytes(reader.bytes('destination MAC', 6));
  const source = macFromBytes(reader.bytes('source MAC', 6));
  let etherType = reader.u16('EtherType');
  if (etherType !== EtherType.vlan) return { header: { source, destination }, etherType };
  const vlan = vlanTagFromTci(reader.u16('802.1Q tag'));
  etherType = reader.u16('EtherType after the tag');
  return { header: { source, destination, vlan }, etherType };
}

export function writeEthernet(writer: Writer, header: EthernetHeader, etherType: number): void {
  writer.bytes(macToBytes(header.destination)).bytes(macToBytes(header.source));
  if (header.vlan) writer.u16(EtherType.vlan).u16(vlanTagToTci(header.vlan));
  writer.u16(etherType);
}

/** Pads what was written to the shortest legal frame and returns it. */
export function finishFrame(writer: Writer): Uint8Array {
  if (writer.length < MIN_FRAME_LENGTH) writer.zeros(MIN_FRAME_LENGTH - writer.length);
  return writer.done();
}

export function vlanTagFromTci(tci: number): VlanTag {
  return { id: tci & 0x0fff, priority: tci >>> 13, dropEligible: (tci & 0x1000) !== 0 };
}

export function vlanTagToTci(tag: VlanTag): number {
  if (!Number.isInteger(tag.id) || tag.id < 0 || tag.id > 4095) {
    throw new RangeError(`expected a VLAN id from 0 to 4095, got ${tag.id}`);
  }
  if (!Number.isInteger(tag.priority) || tag.priority < 0 || tag.priority > 7) {
    throw new RangeError(`expected a priority from 0 to 7, got ${tag.priority}`);
  }
  return (tag.priority << 13) | (tag.dropEligible ? 0x1000 : 0) | tag.id;
}

export type { ArpPacket } from './arp.ts';
export { foldChecksum, sumWords } from './checksum.ts';
export {
  BROADCAST_MAC,
  type EthernetHeader,
  EtherType,
  MIN_FRAME_LENGTH,
  type VlanTag,
  vlanTagFromTci,
  vlanTagToTci,
} from './ethernet.ts';
export {
  type ArpFrame,
  decodeFrame,
  encodeArpFrame,
  encodeUdpFrame,
  type Frame,
  type Ipv6Frame,
  type OtherFrame,
  type Udp4Frame,
  type UdpFrameFields,
} from './frame.ts';
export { IP_PROTOCOL_UDP, type Ipv4Header } from './ipv4.ts';
export {
  encodeIpv6Frame,
  eui64Address,
  IPV6_PAYLOAD_AT,
  type Ipv6FrameFields,
  multicastMac,
  NEXT_HEADER,
  solicitedNode,
} from './ipv6.ts';
export { checksum6Good, encodeIcmpv6Frame, encodeUdp6Frame, type Ipv6Packet, readIpv6 } from './ipv6-packet.ts';
export { readUdp, type UdpDatagram, udpChecksumGood } from './udp.ts';

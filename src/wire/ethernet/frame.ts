/** Whole frames: what a virtual board sends and sees. */
import type { Ipv4, Mac } from '../address.ts';
import { Reader, Writer } from '../cursor.ts';
import { type ArpPacket, readArp, writeArp } from './arp.ts';
import {
  type EthernetHeader,
  EtherType,
  finishFrame,
  MIN_FRAME_LENGTH,
  readEthernet,
  type VlanTag,
  writeEthernet,
} from './ethernet.ts';
import { IP_PROTOCOL_UDP, type Ipv4Header, readIpv4, writeIpv4 } from './ipv4.ts';
import { readUdp, UDP_HEADER_LENGTH, type UdpDatagram, writeUdp } from './udp.ts';

export interface ArpFrame extends EthernetHeader {
  readonly kind: 'arp';
  readonly arp: ArpPacket;
}

export interface Udp4Frame extends EthernetHeader, Ipv4Header, UdpDatagram {
  readonly kind: 'udp4';
}

/** `payload` starts at the IPv6 header. */
export interface Ipv6Frame extends EthernetHeader {
  readonly kind: 'ipv6';
  readonly payload: Uint8Array;
}

/** Any other EtherType, and IPv4 that is not one whole UDP datagram (`ipv4` is set then, with `fragment` if it is one). */
export interface OtherFrame extends EthernetHeader {
  readonly kind: 'other';
  readonly etherType: number;
  readonly ipv4?: Ipv4Header;
  readonly payload: Uint8Array;
}

export type Frame = ArpFrame | Udp4Frame | Ipv6Frame | OtherFrame;

/** Reads one Ethernet frame; payloads are views of `bytes`. Throws a DecodeError on headers that break their protocol. */
export function decodeFrame(bytes: Uint8Array): Frame {
  const reader = new Reader('ethernet', bytes);
  const { header, etherType } = readEthernet(reader);
  switch (etherType) {
    case EtherType.arp:
      return { kind: 'arp', ...header, arp: readArp(reader) };
    case EtherType.ipv6:
      return { kind: 'ipv6', ...header, payload: reader.rest() };
    case EtherType.ipv4: {
      const { header: ipv4, payload } = readIpv4(reader, bytes);
      if (ipv4.protocol !== IP_PROTOCOL_UDP || ipv4.fragment) {
        return { kind: 'other', ...header, etherType, ipv4, payload };
      }
      return { kind: 'udp4', ...header, ...ipv4, ...readUdp(payload) };
    }
    default:
      return { kind: 'other', ...header, etherType, payload: reader.rest() };
  }
}

export interface UdpFrameFields {
  readonly source: Mac;
  readonly destination: Mac;
  readonly vlan?: VlanTag;
  readonly sourceAddress: Ipv4;
  readonly destinationAddress: Ipv4;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** 64 when left out; the Pi 3 boot ROM sends 128. */
  readonly ttl?: number;
  /** IPv4 identification, 0 when left out. */
  readonly id?: number;
  readonly dontFragment?: boolean;
  /** False leaves the UDP checksum out (0). */
  readonly checksum: boolean;
  readonly payload: Uint8Array;
}

/** Ethernet with a tag, IPv4 without options, UDP. */
const HEADERS_LENGTH = 18 + 20 + UDP_HEADER_LENGTH;

/** One UDP datagram as a frame, padded to 60 bytes. */
export function encodeUdpFrame(fields: UdpFrameFields): Uint8Array {
  const writer = new Writer(Math.max(MIN_FRAME_LENGTH, HEADERS_LENGTH + fields.payload.length));
  writeEthernet(writer, fields, EtherType.ipv4);
  const ipv4: Ipv4Header = {
    sourceAddress: fields.sourceAddress,
    destinationAddress: fields.destinationAddress,
    protocol: IP_PROTOCOL_UDP,
    ttl: fields.ttl ?? 64,
    id: fields.id ?? 0,
    dontFragment: fields.dontFragment ?? false,
  };
  writeIpv4(writer, ipv4, UDP_HEADER_LENGTH + fields.payload.length);
  writeUdp(writer, fields, fields);
  return finishFrame(writer);
}

/** One ARP packet as a frame, padded to 60 bytes. */
export function encodeArpFrame(fields: EthernetHeader & { readonly arp: ArpPacket }): Uint8Array {
  const writer = new Writer(64);
  writeEthernet(writer, fields, EtherType.arp);
  writeArp(writer, fields.arp);
  return finishFrame(writer);
}

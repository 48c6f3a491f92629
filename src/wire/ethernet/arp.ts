/** ARP for IPv4 over Ethernet (RFC 826). */
import { type Ipv4, ipv4FromNumber, ipv4ToNumber, type Mac, macFromBytes, macToBytes } from '../address.ts';
import type { Reader, Writer } from '../cursor.ts';

export interface ArpPacket {
  readonly operation: 'request' | 'reply';
  readonly senderMac: Mac;
  readonly senderAddress: Ipv4;
  /** All zeros in a request. */
  readonly targetMac: Mac;
  readonly targetAddress: Ipv4;
}

const HARDWARE_ETHERNET = 1;
const PROTOCOL_IPV4 = 0x0800;

export function readArp(reader: Reader): ArpPacket {
  const hardware = reader.u16('ARP hardware type');
  if (hardware !== HARDWARE_ETHERNET) throw reader.error('ARP hardware type', `expected 1 (Ethernet), got ${hardware}`);
  const protocol = reader.u16('ARP protocol type');
  if (protocol !== PROTOCOL_IPV4) throw reader.error('ARP protocol type', `expected 0x0800 (IPv4), got ${protocol}`);
  const lengths = reader.u16('ARP address lengths');
  if (lengths !== 0x0604) throw reader.error('ARP address lengths', `expected 6 and 4, got 0x${lengths.toString(16)}`);
  const code = reader.u16('ARP operation');
  if (code !== 1 && code !== 2) throw reader.error('ARP operation', `expected 1 or 2, got ${code}`);
  return {
    operation: code === 1 ? 'request' : 'reply',
    senderMac: macFromBytes(reader.bytes('ARP sender MAC', 6)),
    senderAddress: ipv4FromNumber(reader.u32('ARP sender address')),
    targetMac: macFromBytes(reader.bytes('ARP target MAC', 6)),
    targetAddress: ipv4FromNumber(reader.u32('ARP target address')),
  };
}

export function writeArp(writer: Writer, arp: ArpPacket): void {
  writer.u16(HARDWARE_ETHERNET).u16(PROTOCOL_IPV4).u16(0x0604);
  writer.u16(arp.operation === 'request' ? 1 : 2);
  writer.bytes(macToBytes(arp.senderMac)).u32(ipv4ToNumber(arp.senderAddress));
  writer.bytes(macToBytes(arp.targetMac)).u32(ipv4ToNumber(arp.targetAddress));
}

/**
 * IPv6 of a Pi 4's bootloader and of start4.elf (pi-boot §3): one link-local address and one more, UDP, and as much
 * neighbour discovery as they have, which is less than a host needs: the first solicitation is answered, and no other.
 */
import type { Mac } from '../../../wire/address.ts';
import {
  encodeIpv6Frame,
  eui64Address,
  IPV6_PAYLOAD_AT,
  multicastMac,
  NEXT_HEADER,
  solicitedNode,
} from '../../../wire/ethernet/index.ts';
import {
  decodeNeighbour,
  decodeRouterAdvertisement,
  encodeNeighbourAdvertisement,
  encodeNeighbourSolicitation,
  encodeRouterSolicitation,
  ICMPV6_TYPE,
  type SeenAdvertisement,
} from '../../../wire/icmpv6/index.ts';
import { ipv6Bytes } from '../../../wire/ipv6-text.ts';
import type { Nic, PortHandler } from '../nic.ts';
import type { BoardCounters } from '../status.ts';

const LINK_LOCAL = ipv6Bytes('fe80::');
const ALL_NODES = ipv6Bytes('ff02::1');
const ALL_ROUTERS = ipv6Bytes('ff02::2');
export const ALL_DHCP_SERVERS = ipv6Bytes('ff02::1:2');
const DHCP_CLIENT = 546;
const DHCP_SERVER = 547;
const HOP_LIMIT = 255;
const SOURCE_AT = 14 + 8;
const DESTINATION_AT = SOURCE_AT + 16;
const UDP_CHECKSUM_AT = 6;
const ICMP_CHECKSUM_AT = 2;

export class Ipv6Stack {
  readonly linkLocal: Uint8Array;
  /** From DHCPv6, or made of the prefix. */
  address: Uint8Array | undefined;
  onAdvertisement: ((seen: SeenAdvertisement) => void) | undefined;
  onDhcp: ((message: Uint8Array) => void) | undefined;
  onPort: PortHandler | undefined;
  /** Datagrams to `onPort` count only from here. */
  server: Uint8Array | undefined;
  readonly #nic: Nic;
  readonly #counters: () => BoardCounters;
  readonly #answersAll: boolean;
  #answered = 0;
  #resolving: { readonly target: Uint8Array; readonly found: (mac: Mac) => void } | undefined;

  constructor(nic: Nic, counters: () => BoardCounters, answersAll: boolean) {
    this.#nic = nic;
    this.#counters = counters;
    this.#answersAll = answersAll;
    this.linkLocal = eui64Address(LINK_LOCAL, nic.mac);
    nic.onIpv6 = (frame) => this.#receive(frame);
  }

  solicitRouter(): void {
    this.#icmp(ALL_ROUTERS, undefined, encodeRouterSolicitation({ sourceMac: this.#nic.mac }));
  }

  sendDhcp(message: Uint8Array): void {
    const to = { mac: multicastMac(ALL_DHCP_SERVERS), address: ALL_DHCP_SERVERS, port: DHCP_SERVER };
    this.#nic.send(this.#udp(this.linkLocal, to, DHCP_CLIENT, message));
  }

  /** Asks for the MAC of an address, from the link-local one (§3.2). */
  resolve(target: Uint8Array, found: (mac: Mac) => void): void {
    this.#resolving = { target, found };
    this.#icmp(solicitedNode(target), undefined, encodeNeighbourSolicitation({ target, mac: this.#nic.mac }));
  }

  /** A datagram as a frame that may be kept and changed. */
  udpFrame(to: { mac: Mac; address: Uint8Array; port: number }, sourcePort: number, payload: Uint8Array): Uint8Array {
    return this.#udp(this.address ?? this.linkLocal, to, sourcePort, payload);
  }

  #udp(
    sourceAddress: Uint8Array,
    to: { mac: Mac; address: Uint8Array; port: number },
    sourcePort: number,
    payload: Uint8Array,
  ): Uint8Array {
    const datagram = new Uint8Array(8 + payload.length);
    const view = new DataView(datagram.buffer);
    view.setUint16(0, sourcePort);
    view.setUint16(2, to.port);
    view.setUint16(4, datagram.length);
    datagram.set(payload, 8);
    return encodeIpv6Frame({
      source: this.#nic.mac,
      destination: to.mac,
      sourceAddress,
      destinationAddress: to.address,
      nextHeader: NEXT_HEADER.udp,
      hopLimit: HOP_LIMIT,
      payload: datagram,
      checksumAt: UDP_CHECKSUM_AT,
    });
  }

  #icmp(destinationAddress: Uint8Array, mac: Mac | undefined, payload: Uint8Array, from = this.linkLocal): void {
    const frame = encodeIpv6Frame({
      source: this.#nic.mac,
      destination: mac ?? multicastMac(destinationAddress),
      sourceAddress: from,
      destinationAddress,
      nextHeader: NEXT_HEADER.icmpv6,
      hopLimit: HOP_LIMIT,
      payload,
      checksumAt: ICMP_CHECKSUM_AT,
    });
    this.#nic.send(frame);
  }

  #receive(frame: Uint8Array): void {
    if (frame.length < IPV6_PAYLOAD_AT + 8 || (frame[14] as number) >>> 4 !== 6) return;
    const end = IPV6_PAYLOAD_AT + u16(frame, 18);
    if (end > frame.length || !this.#isOurs(frame.subarray(DESTINATION_AT, DESTINATION_AT + 16))) return;
    const protocol = frame[20];
    if (protocol === NEXT_HEADER.udp) this.#receiveUdp(frame, end);
    else if (protocol === NEXT_HEADER.icmpv6 && frame[21] === HOP_LIMIT) {
      this.#receiveIcmp(frame.slice(IPV6_PAYLOAD_AT, end), frame.slice(SOURCE_AT, DESTINATION_AT));
    }
  }

  #isOurs(destination: Uint8Array): boolean {
    const { address, linkLocal } = this;
    const ours = [linkLocal, ALL_NODES, solicitedNode(linkLocal)];
    if (address !== undefined) ours.push(address, solicitedNode(address));
    return ours.some((each) => same(each, destination));
  }

  #receiveUdp(frame: Uint8Array, end: number): void {
    const length = u16(frame, IPV6_PAYLOAD_AT + 4) - 8;
    const offset = IPV6_PAYLOAD_AT + 8;
    if (length < 0 || offset + length > end) return;
    const port = u16(frame, IPV6_PAYLOAD_AT + 2);
    const handler = this.onPort;
    if (handler !== undefined && port === handler.port) {
      const { server } = this;
      if (server === undefined || !same(server, frame.subarray(SOURCE_AT, DESTINATION_AT))) return;
      handler.datagram(frame, offset, length, 0, u16(frame, IPV6_PAYLOAD_AT));
    } else if (port === DHCP_CLIENT) this.onDhcp?.(frame.slice(offset, offset + length));
  }

  #receiveIcmp(message: Uint8Array, from: Uint8Array): void {
    try {
      switch (message[0]) {
        case ICMPV6_TYPE.routerAdvertisement:
          this.onAdvertisement?.(decodeRouterAdvertisement(message));
          break;
        case ICMPV6_TYPE.neighbourSolicitation:
          this.#solicited(decodeNeighbour(message), from);
          break;
        case ICMPV6_TYPE.neighbourAdvertisement: {
          const { target, mac } = decodeNeighbour(message);
          if (mac !== undefined && this.#resolving && same(this.#resolving.target, target)) this.#resolving.found(mac);
          break;
        }
      }
    } catch {
      // Bytes that are no such message: firmware does not look at them.
    }
  }

  #solicited({ target, mac }: { target: Uint8Array; mac: Mac | undefined }, from: Uint8Array): void {
    if (mac === undefined || !this.#isOurs(target)) return;
    if (this.#answered > 0 && !this.#answersAll) {
      this.#counters().solicitationsIgnored++;
      return;
    }
    this.#answered++;
    this.#counters().solicitationsAnswered++;
    this.#icmp(from, mac, encodeNeighbourAdvertisement({ target, mac: this.#nic.mac }), target);
  }
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  for (let i = 0; i < 16; i++) if (one[i] !== other[i]) return false;
  return true;
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

/** One interface of a virtual host: what it takes off its wire, and what it puts on it. */
import { ALL_NODES } from '../../net/icmp6.ts';
import type { Clock } from '../../rack/clock.ts';
import { type Ipv4, ipv4FromNumber, ipv4ToNumber, type Mac } from '../../wire/address.ts';
import { DecodeError } from '../../wire/cursor.ts';
import {
  type ArpPacket,
  BROADCAST_MAC,
  checksum6Good,
  decodeFrame,
  encodeArpFrame,
  encodeIcmpv6Frame,
  encodeUdp6Frame,
  encodeUdpFrame,
  type Frame,
  IP_PROTOCOL_UDP,
  type Ipv6Packet,
  multicastMac,
  NEXT_HEADER,
  readIpv6,
  solicitedNode,
  type Udp4Frame,
  udpChecksumGood,
} from '../../wire/ethernet/index.ts';
import { ICMPV6_TYPE } from '../../wire/icmpv6/index.ts';
import type { Wire } from '../board/wire.ts';
import {
  ALL_ZEROS,
  isLinkLocal,
  isMulticast,
  keyOf,
  linkLocalOf,
  neighbourAdvertisement,
  neighbourSolicitation,
  readNeighbourMessage,
} from './nd.ts';
import { Neighbours } from './neighbours.ts';

export interface InterfaceOptions {
  readonly ifindex: number;
  readonly name: string;
  readonly mac: Mac;
  readonly wire: Wire;
  readonly ipv4: { readonly address: Ipv4; readonly prefixLength: number };
  /** Beside the link-local one, 16 bytes each. */
  readonly ipv6: readonly Uint8Array[];
}

/** What an interface hands up. */
export interface Upward {
  udp4(port: VirtualInterface, frame: Udp4Frame): void;
  ipv6(port: VirtualInterface, packet: Ipv6Packet): void;
}

const NO_MAC = '00:00:00:00:00:00' as Mac;
const LINK_LIMIT = 255;
const LIMITED_BROADCAST = 0xffffffff;

export class VirtualInterface {
  readonly ifindex: number;
  readonly name: string;
  readonly mac: Mac;
  readonly address: number;
  readonly linkLocal: Uint8Array;
  readonly neighbours4: Neighbours;
  readonly neighbours6: Neighbours;
  /** Frames that are no protocol of ours, broken, tagged, or for somebody else. */
  ignored = 0;
  readonly #options: InterfaceOptions;
  readonly #upward: Upward;
  readonly #mask: number;
  readonly #own6: Set<string>;
  /** Groups in which this interface's own addresses are asked for. */
  readonly #solicited: Set<string>;
  readonly #sixteen = new Map<string, Uint8Array>();

  constructor(options: InterfaceOptions, clock: Clock, upward: Upward) {
    this.#options = options;
    this.#upward = upward;
    this.ifindex = options.ifindex;
    this.name = options.name;
    this.mac = options.mac;
    this.address = ipv4ToNumber(options.ipv4.address);
    this.#mask = (0xffffffff << (32 - options.ipv4.prefixLength)) >>> 0;
    this.linkLocal = linkLocalOf(options.mac);
    const own = [this.linkLocal, ...options.ipv6];
    this.#own6 = new Set(own.map(keyOf));
    this.#solicited = new Set(own.map((address) => keyOf(solicitedNode(address))));
    this.neighbours4 = new Neighbours(clock, (address) => this.#sendArpRequest(address as Ipv4));
    this.neighbours6 = new Neighbours(clock, (key) => this.#sendSolicitation(this.#sixteen.get(key) as Uint8Array));
  }

  up(): void {
    this.#options.wire.onFrame((frame, tci) => this.#receive(frame, tci));
  }

  down(): void {
    this.#options.wire.onFrame(undefined);
  }

  get broadcast(): number {
    return (this.address | ~this.#mask) >>> 0;
  }

  isOnLink(address: number): boolean {
    return (address & this.#mask) >>> 0 === (this.address & this.#mask) >>> 0;
  }

  isOwn6(address: Uint8Array): boolean {
    return this.#own6.has(keyOf(address));
  }

  sendUdp4(from: { address: number; port: number }, to: { address: number; port: number }, payload: Uint8Array): void {
    const frame = {
      source: this.mac,
      sourceAddress: ipv4FromNumber(from.address),
      destinationAddress: ipv4FromNumber(to.address),
      sourcePort: from.port,
      destinationPort: to.port,
      checksum: true,
      payload,
    };
    const send = (destination: Mac) => this.#options.wire.send(encodeUdpFrame({ ...frame, destination }));
    if (to.address === LIMITED_BROADCAST || to.address === this.broadcast) send(BROADCAST_MAC);
    else this.neighbours4.resolve(frame.destinationAddress, send);
  }

  sendUdp6(to: Uint8Array, ports: { source: number; destination: number }, payload: Uint8Array): void {
    const addresses = { source: this.mac, sourceAddress: this.#sourceFor(to), destinationAddress: to };
    const { source: sourcePort, destination: destinationPort } = ports;
    this.#send6(to, (destination) =>
      encodeUdp6Frame({ ...addresses, destination, sourcePort, destinationPort, payload }),
    );
  }

  sendIcmp6(to: Uint8Array, message: Uint8Array): void {
    const addresses = { source: this.mac, sourceAddress: this.linkLocal, destinationAddress: to };
    this.#send6(to, (destination) => encodeIcmpv6Frame({ ...addresses, destination, hopLimit: LINK_LIMIT, message }));
  }

  #sourceFor(to: Uint8Array): Uint8Array {
    const wide = this.#options.ipv6[0];
    return wide === undefined || isMulticast(to) || isLinkLocal(to) ? this.linkLocal : wide;
  }

  #send6(to: Uint8Array, encode: (destination: Mac) => Uint8Array): void {
    const send = (destination: Mac) => this.#options.wire.send(encode(destination));
    if (isMulticast(to)) {
      send(multicastMac(to));
      return;
    }
    const key = keyOf(to);
    if (!this.#sixteen.has(key)) this.#sixteen.set(key, to.slice());
    this.neighbours6.resolve(key, send);
  }

  #sendArpRequest(address: Ipv4): void {
    this.#sendArp('request', BROADCAST_MAC, { mac: NO_MAC, address });
  }

  #sendArp(operation: ArpPacket['operation'], destination: Mac, target: { mac: Mac; address: Ipv4 }): void {
    const arp: ArpPacket = {
      operation,
      senderMac: this.mac,
      senderAddress: ipv4FromNumber(this.address),
      targetMac: target.mac,
      targetAddress: target.address,
    };
    this.#options.wire.send(encodeArpFrame({ source: this.mac, destination, arp }));
  }

  #sendSolicitation(target: Uint8Array): void {
    this.sendIcmp6(solicitedNode(target), neighbourSolicitation(target, this.mac));
  }

  #receive(bytes: Uint8Array, tci: number): void {
    let frame: Frame;
    try {
      frame = decodeFrame(bytes);
      if (tci >= 0 || frame.vlan !== undefined || !this.#isForUs(frame.destination)) this.ignored++;
      else if (frame.kind === 'arp') this.#arp(frame.arp);
      else if (frame.kind === 'udp4' && udpChecksumGood(frame)) this.#upward.udp4(this, frame);
      else if (frame.kind === 'ipv6') this.#ipv6(readIpv6(frame.payload));
      else this.ignored++;
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.ignored++;
    }
  }

  #isForUs(destination: Mac): boolean {
    return destination === this.mac || destination === BROADCAST_MAC || destination.startsWith('33:33:');
  }

  #arp({ operation, senderMac, senderAddress, targetAddress }: ArpPacket): void {
    if (ipv4ToNumber(targetAddress) !== this.address) return;
    if (this.isOnLink(ipv4ToNumber(senderAddress))) this.neighbours4.learn(senderAddress, senderMac);
    if (operation === 'request') this.#sendArp('reply', senderMac, { mac: senderMac, address: senderAddress });
  }

  #ipv6(packet: Ipv6Packet): void {
    const { nextHeader, destinationAddress, sourceAddress } = packet;
    const isSpoken = nextHeader === NEXT_HEADER.icmpv6 || nextHeader === IP_PROTOCOL_UDP;
    if (!isSpoken || !checksum6Good(packet)) {
      this.ignored++;
      return;
    }
    const neighbour = nextHeader === NEXT_HEADER.icmpv6 ? readNeighbourMessage(packet.payload) : undefined;
    if (neighbour !== undefined && packet.hopLimit === LINK_LIMIT) {
      const { type, target, mac } = neighbour;
      const owner = type === ICMPV6_TYPE.neighbourAdvertisement ? target : sourceAddress;
      if (mac && owner?.some((byte) => byte !== 0)) this.neighbours6.learn(keyOf(owner), mac);
      if (type === ICMPV6_TYPE.neighbourSolicitation && target !== undefined && this.isOwn6(target)) {
        const to = keyOf(sourceAddress) === keyOf(ALL_ZEROS) ? ALL_NODES : sourceAddress;
        this.sendIcmp6(to, neighbourAdvertisement(target, this.mac));
      }
    }
    const key = keyOf(destinationAddress);
    if (!this.#solicited.has(key)) this.#upward.ipv6(this, packet);
  }
}

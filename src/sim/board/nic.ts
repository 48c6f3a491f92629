/**
 * The board's own network stack before Linux: Ethernet, ARP, IPv4 and UDP in so far as firmware speaks them. Incoming
 * frames are taken apart by offset, without an object each, because every block of every file comes through here.
 */
import { type Ipv4, ipv4FromNumber, ipv4ToNumber, type Mac, macFromBytes, macToBytes } from '../../wire/address.ts';
import { BROADCAST_MAC, EtherType, encodeArpFrame, encodeUdpFrame } from '../../wire/ethernet/index.ts';
import type { BoardCounters } from './status.ts';
import type { Wire } from './wire.ts';

/** How a stage fills its headers: the Pi 3 leaves the UDP checksum out and starts at TTL 128 (pi-boot §1.2). */
export interface HeaderStyle {
  readonly ttl: number;
  readonly checksum: boolean;
}
export const PI3_STYLE: HeaderStyle = Object.freeze({ ttl: 128, checksum: false });
export const PI4_STYLE: HeaderStyle = Object.freeze({ ttl: 64, checksum: true });

/** A DHCP message for this board, from that address. */
export type DhcpHandler = (message: Uint8Array, from: Ipv4) => void;

/** A receiver for one UDP port: `frame` holds `length` bytes of payload from `offset` on. */
export interface PortHandler {
  readonly port: number;
  datagram(frame: Uint8Array, offset: number, length: number, source: number, sourcePort: number): void;
}

export interface NicOptions {
  readonly wire: Wire;
  readonly mac: Mac;
  readonly counters: () => BoardCounters;
  /** A frame with an 802.1Q tag came in. */
  readonly onTagged: () => void;
}

const TAG_SERVICE = 0x88a8;
const DHCP_CLIENT_PORT = 68;
const DHCP_SERVER_PORT = 67;
const ANY = '0.0.0.0' as Ipv4;
const ALL = '255.255.255.255' as Ipv4;

export class Nic {
  readonly mac: Mac;
  style: HeaderStyle = PI3_STYLE;
  /** A 3B falls silent once it loads files (pi-boot §1.8). */
  answersArp = true;
  /** A Pi 3 looks at OFFERs whatever Ethernet address they were sent to. */
  onDhcp: DhcpHandler | undefined;
  /** Any frame for this board, before what is in it is looked at. */
  onAnyFrame: (() => void) | undefined;
  onPort: PortHandler | undefined;
  /** Any frame of IPv6, whoever it is for: the stack of ipv6/ looks at it. */
  onIpv6: ((frame: Uint8Array) => void) | undefined;
  readonly #options: NicOptions;
  readonly #macHigh: number;
  readonly #macLow: number;
  #address = 0;
  #resolving = 0;
  #resolved: Mac | undefined;
  #onResolved: (() => void) | undefined;

  constructor(options: NicOptions) {
    this.#options = options;
    this.mac = options.mac;
    const bytes = macToBytes(options.mac);
    this.#macHigh = u16(bytes, 0);
    this.#macLow = u32(bytes, 2);
  }

  get address(): Ipv4 {
    return ipv4FromNumber(this.#address);
  }

  /** 0.0.0.0 = none. */
  set address(value: Ipv4) {
    this.#address = ipv4ToNumber(value);
  }

  start(): void {
    this.reset();
    this.#options.wire.onFrame((frame, tci) => this.#receive(frame, tci));
  }

  /** Stops listening: power is off, or Linux has taken the hardware over. */
  stop(): void {
    this.#options.wire.onFrame(undefined);
    this.reset();
  }

  reset(): void {
    this.#address = 0;
    this.answersArp = true;
    this.onDhcp = undefined;
    this.onAnyFrame = undefined;
    this.onPort = undefined;
    this.onIpv6 = undefined;
    this.#resolving = 0;
    this.#resolved = undefined;
    this.#onResolved = undefined;
  }

  send(frame: Uint8Array): void {
    this.#options.counters().framesOut++;
    this.#options.wire.send(frame);
  }

  sendDhcp(message: Uint8Array, style: HeaderStyle = this.style): void {
    this.send(
      encodeUdpFrame({
        source: this.mac,
        destination: BROADCAST_MAC,
        sourceAddress: ANY,
        destinationAddress: ALL,
        sourcePort: DHCP_CLIENT_PORT,
        destinationPort: DHCP_SERVER_PORT,
        ...style,
        payload: message,
      }),
    );
  }

  /** A datagram to a host whose MAC is known, as a frame that may be kept and changed. */
  udpFrame(to: { mac: Mac; address: Ipv4; port: number }, sourcePort: number, payload: Uint8Array): Uint8Array {
    return encodeUdpFrame({
      source: this.mac,
      destination: to.mac,
      sourceAddress: this.address,
      destinationAddress: to.address,
      sourcePort,
      destinationPort: to.port,
      ...this.style,
      payload,
    });
  }

  /** Asks who has `address`; `resolved` tells what was answered, and `onResolved` is called when it was. */
  resolve(address: Ipv4, onResolved: () => void): void {
    this.#resolving = ipv4ToNumber(address);
    this.#resolved = undefined;
    this.#onResolved = onResolved;
    this.#sendArp('request', BROADCAST_MAC, { mac: '00:00:00:00:00:00' as Mac, address });
  }

  get resolved(): Mac | undefined {
    return this.#resolved;
  }

  #sendArp(operation: 'request' | 'reply', destination: Mac, target: { mac: Mac; address: Ipv4 }): void {
    this.send(
      encodeArpFrame({
        source: this.mac,
        destination,
        arp: {
          operation,
          senderMac: this.mac,
          senderAddress: this.address,
          targetMac: target.mac,
          targetAddress: target.address,
        },
      }),
    );
  }

  #receive(frame: Uint8Array, tci: number): void {
    const counters = this.#options.counters();
    counters.framesIn++;
    if (frame.length < 14) return;
    const etherType = u16(frame, 12);
    if (tci >= 0 || etherType === EtherType.vlan || etherType === TAG_SERVICE) {
      counters.taggedFrames++;
      this.#options.onTagged();
      return;
    }
    const forUs = this.#isForUs(frame);
    if (etherType === EtherType.ipv4) this.#receiveIpv4(frame, forUs);
    else if (etherType === EtherType.ipv6) this.onIpv6?.(frame);
    else if (etherType === EtherType.arp && forUs) this.#receiveArp(frame, counters);
    if (forUs) this.onAnyFrame?.();
  }

  #isForUs(frame: Uint8Array): boolean {
    const high = u16(frame, 0);
    const low = u32(frame, 2);
    return (high === this.#macHigh && low === this.#macLow) || (high === 0xffff && low === 0xffffffff);
  }

  #receiveIpv4(frame: Uint8Array, forUs: boolean): void {
    // Version 4 without options, UDP, not a fragment: firmware reads nothing else.
    if (frame.length < 42 || frame[14] !== 0x45 || frame[23] !== 17 || (u16(frame, 20) & 0x3fff) !== 0) return;
    const end = 14 + u16(frame, 16);
    const length = u16(frame, 38) - 8;
    if (length < 0 || 42 + length > end || end > frame.length) return;
    const port = u16(frame, 36);
    const handler = this.onPort;
    if (handler !== undefined && port === handler.port) {
      if (forUs && u32(frame, 30) === this.#address)
        handler.datagram(frame, 42, length, u32(frame, 26), u16(frame, 34));
    } else if (port === DHCP_CLIENT_PORT) {
      this.onDhcp?.(frame.subarray(42, 42 + length), ipv4FromNumber(u32(frame, 26)));
    }
  }

  #receiveArp(frame: Uint8Array, counters: BoardCounters): void {
    if (frame.length < 42 || u32(frame, 14) !== 0x00010800 || u16(frame, 18) !== 0x0604) return;
    const operation = u16(frame, 20);
    const sender = u32(frame, 28);
    if (operation === 2 && sender === this.#resolving && this.#resolved === undefined) {
      this.#resolved = macFromBytes(frame.subarray(22, 28));
      this.#onResolved?.();
    } else if (operation === 1 && this.#address !== 0 && u32(frame, 38) === this.#address) {
      if (!this.answersArp) {
        counters.arpIgnored++;
        return;
      }
      counters.arpReplies++;
      const mac = macFromBytes(frame.subarray(22, 28));
      this.#sendArp('reply', mac, { mac, address: ipv4FromNumber(sender) });
    }
  }
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

function u32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  );
}

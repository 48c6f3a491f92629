/** A boot server of a few lines on one wire: DHCP, ARP and lockstep TFTP, with every answer open to a test's meddling. */
import { tftpServerName, vendorOptions } from '../../../../src/pi/rom.ts';
import type { Clock, Timer } from '../../../../src/rack/clock.ts';
import { millis } from '../../../../src/rack/units.ts';
import type { Wire } from '../../../../src/sim/board/wire.ts';
import { type Ipv4, type Mac, parseIpv4, parseMac } from '../../../../src/wire/address.ts';
import {
  addressValue,
  DhcpOption,
  type Dhcpv4Packet,
  decodeDhcpv4,
  encodeDhcpv4,
  u32Value,
} from '../../../../src/wire/dhcpv4/index.ts';
import { decodeFrame, encodeArpFrame, encodeUdpFrame, type Udp4Frame } from '../../../../src/wire/ethernet/index.ts';
import { decodeTftp, encodeTftp, type TftpPacket, type TftpRequest } from '../../../../src/wire/tftp/index.ts';

export const SERVER = parseIpv4('10.20.0.1');
export const BOARD = parseIpv4('10.20.0.2');
const SERVER_MAC = parseMac('02:00:00:00:00:01');
const RETRANSMIT_MS = 250;
const RETRIES = 8;

export interface ServerOptions {
  readonly clock: Clock;
  readonly wire: Wire;
  readonly files?: ReadonlyMap<string, Uint8Array>;
  readonly address?: Ipv4;
  readonly board?: Ipv4;
  /** Options 43 and 66 of the answers; both by default. */
  readonly bootOptions?: () => Map<number, Uint8Array>;
  /** Delay of an answer to DHCP in milliseconds, undefined = no answer; counts DHCP messages from 1. */
  readonly dhcpDelay?: (count: number) => number | undefined;
  /** Sends OFFERs to ff:ff:ff:ff:ff:ff. */
  readonly broadcast?: boolean;
  readonly tftp?: { readonly ignoreOptions?: boolean; readonly lieAboutSize?: boolean };
}

interface Sending {
  readonly request: TftpRequest;
  readonly peerPort: number;
  readonly peerMac: Mac;
  readonly peer: Ipv4;
  readonly port: number;
  readonly content: Uint8Array;
  readonly blockSize: number;
  block: number;
  last: TftpPacket;
  tries: number;
  timer: Timer | undefined;
}

export function bothBootOptions(): Map<number, Uint8Array> {
  return new Map([
    [DhcpOption.vendorSpecific, vendorOptions()],
    [DhcpOption.tftpServerName, tftpServerName(SERVER)],
  ]);
}

export class ScriptedServer {
  readonly dhcp: { at: number; frame: Uint8Array; udp: Udp4Frame; packet: Dhcpv4Packet }[] = [];
  readonly requests: { name: string; port: number; frame: Uint8Array; payload: Uint8Array; request: TftpRequest }[] =
    [];
  readonly errors: { to: number; code: number; message: string }[] = [];
  readonly arpAnswers: Mac[] = [];
  readonly #options: ServerOptions;
  readonly #address: Ipv4;
  readonly #sending = new Map<number, Sending>();
  #nextPort = 40_000;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#address = options.address ?? SERVER;
    options.wire.onFrame((frame) => this.#receive(frame));
  }

  /** Asks whether the board answers ARP. */
  arpFor(address: Ipv4): void {
    this.#options.wire.send(
      encodeArpFrame({
        source: SERVER_MAC,
        destination: 'ff:ff:ff:ff:ff:ff' as Mac,
        arp: {
          operation: 'request',
          senderMac: SERVER_MAC,
          senderAddress: this.#address,
          targetMac: '00:00:00:00:00:00' as Mac,
          targetAddress: address,
        },
      }),
    );
  }

  send(udp: { to: Mac; address: Ipv4; port: number; from: number; payload: Uint8Array }): void {
    this.#options.wire.send(
      encodeUdpFrame({
        source: SERVER_MAC,
        destination: udp.to,
        sourceAddress: this.#address,
        destinationAddress: udp.address,
        sourcePort: udp.from,
        destinationPort: udp.port,
        checksum: true,
        payload: udp.payload,
      }),
    );
  }

  #receive(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes);
    if (frame.kind === 'arp') {
      const { arp } = frame;
      if (arp.operation === 'reply') this.arpAnswers.push(arp.senderMac);
      if (arp.operation !== 'request' || arp.targetAddress !== this.#address) return;
      const reply = { operation: 'reply', senderMac: SERVER_MAC, senderAddress: this.#address } as const;
      const target = { targetMac: arp.senderMac, targetAddress: arp.senderAddress };
      this.#options.wire.send(
        encodeArpFrame({ source: SERVER_MAC, destination: arp.senderMac, arp: { ...reply, ...target } }),
      );
    } else if (frame.kind === 'udp4') {
      if (frame.destinationPort === 67) this.#dhcp(bytes, frame);
      else if (frame.destinationPort === 69) this.#readRequest(bytes, frame);
      else this.#transfer(frame);
    }
  }

  #dhcp(bytes: Uint8Array, udp: Udp4Frame): void {
    const packet = decodeDhcpv4(udp.payload);
    this.dhcp.push({ at: this.#options.clock.monotonic(), frame: bytes.slice(), udp, packet });
    const delay = this.#options.dhcpDelay ? this.#options.dhcpDelay(this.dhcp.length) : 0;
    if (delay !== undefined) this.#options.clock.after(millis(delay), () => this.offer(packet));
  }

  /** The answer to a DISCOVER or REQUEST. */
  offer(packet: Dhcpv4Packet): void {
    const type = packet.options.get(DhcpOption.messageType)?.[0] === 1 ? 2 : 5;
    const board = this.#options.board ?? BOARD;
    const payload = encodeDhcpv4({
      ...packet,
      op: 2,
      yiaddr: board,
      siaddr: this.#address,
      options: new Map([
        [DhcpOption.messageType, Uint8Array.of(type)],
        [DhcpOption.serverIdentifier, addressValue(this.#address)],
        [DhcpOption.leaseTime, u32Value(3600)],
        [DhcpOption.subnetMask, Uint8Array.of(255, 255, 255, 252)],
        [DhcpOption.router, addressValue(this.#address)],
        ...(this.#options.bootOptions ?? bothBootOptions)(),
      ]),
    });
    const to = this.#options.broadcast ? ('ff:ff:ff:ff:ff:ff' as Mac) : packet.chaddr;
    this.send({ to, address: board, from: 67, port: 68, payload });
  }

  #readRequest(bytes: Uint8Array, frame: Udp4Frame): void {
    const packet = decodeTftp(frame.payload);
    if (packet.kind === 'error') this.errors.push({ to: 69, code: packet.code, message: packet.message });
    if (packet.kind !== 'rrq') return;
    const { name, options } = packet;
    const port = this.#nextPort++;
    const kept = {
      name,
      port: frame.sourcePort,
      frame: bytes.slice(),
      payload: frame.payload.slice(),
      request: packet,
    };
    this.requests.push(kept);
    const found = this.#options.files?.get(name);
    const { ignoreOptions, lieAboutSize } = this.#options.tftp ?? {};
    const asked = ignoreOptions ? {} : options;
    const sending: Sending = {
      request: packet,
      peerPort: frame.sourcePort,
      peerMac: frame.source,
      peer: frame.sourceAddress,
      port,
      content: found ?? new Uint8Array(),
      blockSize: asked.blksize ?? 512,
      block: 0,
      last: { kind: 'error', code: 1, message: `File ${name} not found` },
      tries: 0,
      timer: undefined,
    };
    if (!found) {
      this.#emit(sending);
      return;
    }
    this.#sending.set(port, sending);
    if (asked.tsize === undefined) this.#next(sending);
    else {
      const size = found.length + (lieAboutSize ? 1 : 0);
      this.#say(sending, { kind: 'oack', options: { ...asked, tsize: size } });
    }
  }

  #transfer(frame: Udp4Frame): void {
    const sending = this.#sending.get(frame.destinationPort);
    if (!sending) return;
    const packet = decodeTftp(frame.payload);
    if (packet.kind === 'error') {
      this.errors.push({ to: frame.destinationPort, code: packet.code, message: packet.message });
      this.#end(sending);
    } else if (packet.kind === 'ack' && packet.block === (sending.block & 0xffff)) this.#next(sending);
  }

  #next(sending: Sending): void {
    const from = sending.block * sending.blockSize;
    if (from > sending.content.length) {
      this.#end(sending);
      return;
    }
    sending.block++;
    const data = sending.content.subarray(from, from + sending.blockSize);
    this.#say(sending, { kind: 'data', block: sending.block & 0xffff, data });
  }

  #say(sending: Sending, packet: TftpPacket): void {
    sending.last = packet;
    sending.tries = 0;
    this.#emit(sending);
    this.#arm(sending);
  }

  #arm(sending: Sending): void {
    sending.timer?.cancel();
    sending.timer = this.#options.clock.after(millis(RETRANSMIT_MS), () => {
      if (sending.tries++ >= RETRIES) this.#end(sending);
      else {
        this.#emit(sending);
        this.#arm(sending);
      }
    });
  }

  #emit({ peerMac, peer, peerPort, port, last }: Sending): void {
    this.send({ to: peerMac, address: peer, port: peerPort, from: port, payload: encodeTftp(last) });
  }

  #end(sending: Sending): void {
    sending.timer?.cancel();
    this.#sending.delete(sending.port);
  }
}

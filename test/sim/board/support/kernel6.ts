/** The controller's end of one leg: IPv6 sockets on a virtual wire, with a kernel's neighbour table between them. */
import type { Icmp6Batch } from '../../../../src/net/icmp6.ts';
import type { Inet6Target } from '../../../../src/net/inet6.ts';
import type { FileBody } from '../../../../src/net/udp.ts';
import type { Udp6Batch, Udp6Socket, Udp6Target } from '../../../../src/net/udp6.ts';
import type { Clock } from '../../../../src/rack/clock.ts';
import { seconds } from '../../../../src/rack/units.ts';
import type { Wire } from '../../../../src/sim/board/wire.ts';
import { type Mac, macFromBytes, parseMac } from '../../../../src/wire/address.ts';
import { encodeIpv6Frame, multicastMac, NEXT_HEADER, solicitedNode } from '../../../../src/wire/ethernet/index.ts';
import {
  decodeNeighbour,
  encodeNeighbourAdvertisement,
  encodeNeighbourSolicitation,
} from '../../../../src/wire/icmpv6/index.ts';
import { ipv6Bytes, ipv6Text } from '../../../../src/wire/ipv6-text.ts';

export const IFINDEX = 11;
const MAC = parseMac('02:00:00:00:00:01');
const LINK_LOCAL = ipv6Bytes('fe80::1');
/** Of Linux: so often an address is asked for before what waits for it is thrown away (RFC 4861 §10). */
const SOLICITATIONS = 3;

interface Packet {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly nextHeader: number;
  readonly payload: Uint8Array;
}

type Handler<Batch> = (batch: Batch) => void;

export class Kernel6Leg {
  readonly address: Uint8Array;
  /** Addresses that were asked for. */
  readonly asked: string[] = [];
  readonly #clock: Clock;
  readonly #wire: Wire;
  readonly #neighbours = new Map<string, Mac>();
  readonly #waiting = new Map<string, Packet[]>();
  readonly #ports = new Map<number, Handler<Udp6Batch>>();
  #icmp: Handler<Icmp6Batch> = () => {};

  constructor(clock: Clock, wire: Wire, address: string) {
    this.#clock = clock;
    this.#wire = wire;
    this.address = ipv6Bytes(address);
    wire.onFrame((frame) => this.#receive(frame));
  }

  setNeighbour(address: string, mac: Mac): void {
    this.#neighbours.set(address, mac);
  }

  udp(port: number): Udp6Socket {
    const send = (bytes: Uint8Array, to: Udp6Target) => this.#udp(port, bytes, to);
    return {
      port,
      pending: 0,
      stats: { received: 0, sent: 0, dropped: 0, errors: 0, overflowed: 0 },
      onBatch: (handler) => void this.#ports.set(port, handler),
      send,
      sendBody(head, body, offset, length, to) {
        const { bytes } = body as unknown as FileBody & { bytes: Uint8Array };
        send(Buffer.concat([head, bytes.subarray(offset, offset + length)]), to);
      },
      sendWindow() {
        throw new Error('firmware asks for no windows');
      },
      flush() {},
      join() {},
      leave() {},
      onSendError() {},
      close() {},
      ref() {
        return this;
      },
      unref() {
        return this;
      },
    };
  }

  icmp() {
    return {
      onBatch: (handler: Handler<Icmp6Batch>) => {
        this.#icmp = handler;
      },
      send: (message: Uint8Array, { peerAddress }: Inet6Target) =>
        this.#send({ from: LINK_LOCAL, to: peerAddress, nextHeader: NEXT_HEADER.icmpv6, payload: message.slice() }),
      flush() {},
      onSendError() {},
    };
  }

  #udp(port: number, bytes: Uint8Array, { peerAddress, localAddress = LINK_LOCAL, peerPort }: Udp6Target): void {
    const payload = new Uint8Array(8 + bytes.length);
    const view = new DataView(payload.buffer);
    view.setUint16(0, port);
    view.setUint16(2, peerPort);
    view.setUint16(4, payload.length);
    payload.set(bytes, 8);
    this.#send({ from: localAddress, to: peerAddress, nextHeader: NEXT_HEADER.udp, payload });
  }

  #send(packet: Packet): void {
    if (packet.to[0] === 0xff) {
      this.#emit(packet, multicastMac(packet.to));
      return;
    }
    const key = ipv6Text(packet.to);
    const mac = this.#neighbours.get(key);
    if (mac !== undefined) this.#emit(packet, mac);
    else if (this.#waiting.has(key)) this.#waiting.get(key)?.push(packet);
    else {
      this.#waiting.set(key, [packet]);
      this.#ask(packet.to, SOLICITATIONS);
    }
  }

  #ask(target: Uint8Array, times: number): void {
    const key = ipv6Text(target);
    if (!this.#waiting.has(key)) return;
    if (times === 0) {
      this.#waiting.delete(key);
      return;
    }
    this.asked.push(key);
    const group = solicitedNode(target);
    const payload = encodeNeighbourSolicitation({ target, mac: MAC });
    this.#emit({ from: LINK_LOCAL, to: group, nextHeader: NEXT_HEADER.icmpv6, payload }, multicastMac(group));
    this.#clock.after(seconds(1), () => this.#ask(target, times - 1));
  }

  #emit({ from, to, nextHeader, payload }: Packet, destination: Mac): void {
    const checksumAt = nextHeader === NEXT_HEADER.udp ? 6 : 2;
    const addresses = { source: MAC, destination, sourceAddress: from, destinationAddress: to };
    this.#wire.send(encodeIpv6Frame({ ...addresses, nextHeader, hopLimit: 255, payload, checksumAt }));
  }

  #receive(frame: Uint8Array): void {
    if (frame[12] !== 0x86 || frame[13] !== 0xdd) return;
    const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
    const [from, to] = [frame.slice(22, 38), frame.slice(38, 54)];
    const payload = frame.slice(54, 54 + view.getUint16(18));
    if (frame[20] === NEXT_HEADER.udp) {
      const bytes = payload.subarray(8);
      const begins = (address: Uint8Array, start: Uint8Array) => start.every((byte, i) => byte === address[i]);
      this.#ports.get(view.getUint16(56))?.({
        count: 1,
        ifindex: () => IFINDEX,
        peerAddress: () => from,
        peerBegins: (_index, start) => begins(from, start),
        peerPort: () => view.getUint16(54),
        localAddress: () => to,
        localBegins: (_index, start) => begins(to, start),
        bytes: () => bytes,
        truncated: () => false,
      });
    } else if (payload[0] === 133) {
      const one = { count: 1, ifindex: () => IFINDEX, peerAddress: () => from, localAddress: () => to };
      this.#icmp({ ...one, bytes: () => payload, truncated: () => false, hopLimit: () => frame[21] as number });
    } else if (payload[0] === 135) this.#solicited(payload, from, macFromBytes(frame.subarray(6, 12)));
    else if (payload[0] === 136) {
      const { target, mac } = decodeNeighbour(payload);
      if (mac !== undefined) this.#learn(ipv6Text(target), mac);
    }
  }

  /** Who asks tells its own address with the question (RFC 4861 §7.2.3). */
  #solicited(payload: Uint8Array, from: Uint8Array, mac: Mac): void {
    const { target } = decodeNeighbour(payload);
    this.#learn(ipv6Text(from), mac);
    const answer = encodeNeighbourAdvertisement({ target, mac: MAC });
    this.#emit({ from: target, to: from, nextHeader: NEXT_HEADER.icmpv6, payload: answer }, mac);
  }

  #learn(key: string, mac: Mac): void {
    this.#neighbours.set(key, mac);
    const waiting = this.#waiting.get(key) ?? [];
    this.#waiting.delete(key);
    for (const packet of waiting) this.#emit(packet, mac);
  }
}

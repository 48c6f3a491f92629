/** Something that speaks and listens on one interface: ARP requests, told apart by the last octet of what they ask for. */
import { setTimeout as pause } from 'node:timers/promises';
import { openPacket, type PacketSocket } from '../../../../src/net/packet.ts';
import { realClock } from '../../../../src/net/real-clock.ts';
import { type Mac, parseIpv4, parseMac } from '../../../../src/wire/address.ts';
import { encodeArpFrame } from '../../../../src/wire/ethernet/index.ts';

const BROADCAST = 'ff:ff:ff:ff:ff:ff' as Mac;
const NOBODY = '00:00:00:00:00:00' as Mac;
const WAIT_MS = 20_000;
const ARP = 0x0806;

export class Station {
  /** What was heard: 7 for `say(7)`. */
  readonly heard: number[] = [];
  /** VLAN ids of tagged frames that were heard. */
  readonly tags: number[] = [];
  readonly #socket: PacketSocket;
  readonly #mac: Mac;
  readonly #name: string;

  /** `netns`: a path; that of this process if left out. `number` makes its MAC. */
  constructor(number: number, ifname: string, netns?: string) {
    this.#name = `${ifname}${netns === undefined ? '' : ` in ${netns}`}`;
    this.#mac = parseMac(`02:00:00:00:00:${number.toString(16).padStart(2, '0')}`);
    this.#socket = openPacket({ ifname, ...(netns === undefined ? {} : { netns }) });
    this.#socket.onFrames((frames) => {
      for (let i = 0; i < frames.count; i += 1) {
        const frame = frames.bytes(i);
        const tci = frames.vlanTci(i);
        if (tci >= 0) this.tags.push(tci & 0xfff);
        const type = (frame[12]! << 8) | frame[13]!;
        if (type === ARP && frame.length >= 42 && frame[38] === 10 && frame[39] === 99) this.heard.push(frame[41]!);
      }
    });
  }

  /** Asks for 10.99.0.`word`. `vlan`: with an 802.1Q tag. */
  say(word: number, vlan?: number): void {
    const arp = {
      operation: 'request',
      senderMac: this.#mac,
      senderAddress: parseIpv4('10.99.1.1'),
      targetMac: NOBODY,
      targetAddress: parseIpv4(`10.99.0.${word}`),
    } as const;
    const frame = Buffer.from(encodeArpFrame({ source: this.#mac, destination: BROADCAST, arp }));
    const tag = vlan === undefined ? [] : [Buffer.from([0x81, 0, vlan >> 8, vlan & 255])];
    this.#socket.send(Buffer.concat([frame.subarray(0, 12), ...tag, frame.subarray(12)]));
    this.#socket.flush();
  }

  /** Throws when it is not heard in time. */
  async hears(word: number): Promise<void> {
    const deadline = realClock.monotonic() + WAIT_MS;
    while (!this.heard.includes(word)) {
      if (realClock.monotonic() > deadline) throw new Error(`${this.#name} heard ${this.heard.join(' ')}, not ${word}`);
      await pause(10);
    }
  }

  close(): void {
    this.#socket.close();
  }
}

/** What went over the wires of a virtual rack: a digest that two equal runs share, and counts of what may never be. */
import { createHash, type Hash } from 'node:crypto';
import type { Clock } from '../../../src/rack/clock.ts';
import type { Wire } from '../../../src/sim/board/wire.ts';
import { type Mac, macFromBytes } from '../../../src/wire/address.ts';
import { EtherType } from '../../../src/wire/ethernet/index.ts';
import { u16 } from './bytes.ts';

export type Sender = 'controller' | 'board';

/** IEEE 802.1ad, beside 802.1Q. */
const SERVICE_TAG = 0x88a8;
const UDP = 17;
const DHCP_CLIENT_PORT = 68;
const DISCARD_PORT = 9;

export class Trace {
  readonly frames: Record<Sender, number> = { controller: 0, board: 0 };
  readonly bytes: Record<Sender, number> = { controller: 0, board: 0 };
  /** Frames of the controller with an 802.1Q or 802.1ad tag. */
  tagged = 0;
  /** Wake-up frames. */
  nudges = 0;
  /** DHCP answers by unicast, and those that left before the neighbour entry for their MAC was there. */
  unicastAnswers = 0;
  answersBeforeNeighbour = 0;
  arpRequests = 0;
  readonly #clock: Clock;
  readonly #hash: Hash = createHash('sha256');
  readonly #neighbours = new Map<number, Mac>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The wire, with everything that is sent into it noted. */
  tap(slot: number, sender: Sender, wire: Wire): Wire {
    return {
      send: (frame) => {
        this.#note(slot, sender, frame);
        wire.send(frame);
      },
      onFrame: (handler) => wire.onFrame(handler),
    };
  }

  /** A permanent neighbour entry of the slot's leg was set. */
  neighbour(slot: number, mac: Mac): void {
    this.#neighbours.set(slot, mac);
    this.say(slot, `neighbour ${mac}`);
  }

  /** Anything else that happened, in words. */
  say(slot: number | string, text: string): void {
    this.#hash.update(`${this.#clock.monotonic()} ${slot} ${text}\n`);
  }

  /** Of all that was noted so far; the trace goes on. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }

  #note(slot: number, sender: Sender, frame: Uint8Array): void {
    this.frames[sender]++;
    this.bytes[sender] += frame.length;
    this.say(slot, sender);
    this.#hash.update(frame);
    if (sender === 'controller') this.#look(slot, frame);
  }

  #look(slot: number, frame: Uint8Array): void {
    const etherType = u16(frame, 12);
    if (etherType === EtherType.vlan || etherType === SERVICE_TAG) this.tagged++;
    if (etherType === EtherType.arp && u16(frame, 20) === 1) this.arpRequests++;
    if (etherType !== EtherType.ipv4 || frame[23] !== UDP) return;
    const port = u16(frame, 36);
    if (port === DISCARD_PORT) this.nudges++;
    const to = macFromBytes(frame);
    if (port !== DHCP_CLIENT_PORT || to === 'ff:ff:ff:ff:ff:ff') return;
    this.unicastAnswers++;
    if (this.#neighbours.get(slot) !== to) this.answersBeforeNeighbour++;
  }
}

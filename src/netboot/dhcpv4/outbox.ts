/** Answers on their way out: held back as long as decided, sent to the MAC that asked, followed up until the board is heard of. */
import type { Logger } from 'pino';
import type { UdpSocket } from '../../net/udp.ts';
import type { Clock, Timer } from '../../rack/clock.ts';
import { millis } from '../../rack/units.ts';
import { type Ipv4, ipv4ToNumber, type Mac } from '../../wire/address.ts';
import { MessageType } from '../../wire/dhcpv4/index.ts';
import type { Counters } from './counters.ts';
import type { Answer, FollowUp } from './decide.ts';
import type { Leg, PreparedLeg } from './leg.ts';
import type { LastMessage, LegState } from './leg-state.ts';

export interface Neighbours {
  /** Makes a permanent neighbour entry, in place of any other for this address. Throws where it cannot. */
  set(leg: Leg, address: Ipv4, mac: Mac): void;
}

export interface Outgoing {
  readonly state: LegState;
  readonly leg: PreparedLeg;
  readonly ifindex: number;
  readonly message: LastMessage;
  readonly answer: Answer;
  readonly bytes: Uint8Array;
}

export interface OutboxOptions {
  readonly socket: Pick<UdpSocket, 'send' | 'flush'>;
  readonly neighbours: Neighbours;
  readonly clock: Clock;
  readonly log: Logger;
  readonly counters: Counters;
  /** Called for every answer that the kernel was given. */
  readonly sent: (outgoing: Outgoing) => void;
}

/**
 * How long an entry is taken for granted, in milliseconds: from an OFFER to its ACK, and shorter than any client's pause
 * before it tries again, so that an entry that was lost with its interface is missed once at most.
 */
const NEIGHBOUR_MEMORY = 1000;

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #counters: Counters;
  readonly #clock: Clock;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#counters = options.counters;
    this.#clock = options.clock;
  }

  /** Sends what is due, and holds back the rest. */
  dispatch(answers: readonly Outgoing[]): void {
    const now = this.#clock.monotonic();
    let queued: Outgoing[] = [];
    for (const outgoing of answers) {
      // Two clients of one leg in one batch: its neighbour entry is for one MAC at a time.
      if (queued.some(({ state }) => state === outgoing.state)) {
        this.#flush(queued);
        queued = [];
      }
      const delay = outgoing.message.receivedAt + outgoing.answer.delay - now;
      this.#guard(outgoing.leg, () => {
        if (delay > 0) this.#holdBack(outgoing, delay, now);
        else if (this.#send(outgoing)) {
          queued.push(outgoing);
          this.#scheduleAll(outgoing, now);
        }
      });
    }
    if (queued.length > 0) this.#flush(queued);
  }

  /** Its follow-ups do not wait for it, and need the neighbour entry before they leave. */
  #holdBack(outgoing: Outgoing, delay: number, now: number): void {
    const { state, leg, message, answer } = outgoing;
    if (state.last !== message) {
      this.#counters.superseded++;
      return;
    }
    const timer = this.#after(leg, delay, () => {
      state.released();
      if (this.#send(outgoing)) this.#flush([outgoing]);
    });
    state.holdBack(timer);
    if (answer.followUps.length > 0 && this.#setNeighbour(state, message)) this.#scheduleAll(outgoing, now);
  }

  /** Queues one answer; false where it cannot be sent. */
  #send(outgoing: Outgoing): boolean {
    const { state, leg, ifindex, answer, bytes, message } = outgoing;
    message.answering = false;
    const { delivery, lease } = answer;
    if ((lease !== undefined || delivery.mode !== 'broadcast') && !this.#setNeighbour(state, message)) return false;
    const { controller, board } = leg.numbers;
    // Nearly every answer goes to the one address that needs no parsing.
    const peerAddress = delivery.address === leg.board ? board : ipv4ToNumber(delivery.address);
    this.#options.socket.send(bytes, { ifindex, localAddress: controller, peerAddress, peerPort: delivery.port });
    return true;
  }

  /** The board answers no ARP before it has its address, and a 3B none while it transfers (pi-boot §1.8). */
  #setNeighbour(state: LegState, message: LastMessage): boolean {
    const { leg } = state;
    const { chaddr: mac } = message;
    // An ACK goes where the OFFER of its transaction went a moment ago.
    if (message.type === MessageType.request && state.hasNeighbourOf(message, NEIGHBOUR_MEMORY)) return true;
    try {
      this.#options.neighbours.set(leg, leg.board, mac);
      state.neighbour = message;
      return true;
    } catch (error) {
      this.#counters.neighbourFailures++;
      const what = `DHCP: no neighbour entry ${leg.board} ${mac} on ${leg.interface}, so no answer was sent`;
      this.#options.log.error({ err: error, slot: leg.slot }, what);
      return false;
    }
  }

  /** Hands the queued answers to the kernel; only now were they sent. */
  #flush(queued: readonly Outgoing[]): void {
    this.#options.socket.flush();
    for (const outgoing of queued) {
      this.#counters.sent++;
      this.#guard(outgoing.leg, () => this.#options.sent(outgoing));
    }
  }

  /** Counted from the message; only for the newest of its leg. */
  #scheduleAll(outgoing: Outgoing, now: number): void {
    const { state, message, answer } = outgoing;
    if (state.last !== message) return;
    for (const followUp of answer.followUps) {
      this.#schedule(outgoing, followUp, Math.max(0, message.receivedAt + followUp.after - now));
    }
  }

  #schedule({ state, leg, ifindex }: Outgoing, followUp: FollowUp, delay: number): void {
    const timer = this.#after(leg, delay, () => {
      const peerAddress = ipv4ToNumber(followUp.address);
      const to = { ifindex, localAddress: leg.numbers.controller, peerAddress, peerPort: followUp.port };
      this.#options.socket.send(followUp.payload, to);
      this.#options.socket.flush();
      this.#counters.nudges++;
    });
    state.addFollowUp(timer);
  }

  #after(leg: Leg, delay: number, run: () => void): Timer {
    return this.#clock.after(millis(delay), () => this.#guard(leg, run));
  }

  /** A fault over one leg's answer must not cost the other legs theirs. */
  #guard(leg: Leg, run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#counters.faults++;
      this.#options.log.error({ err: error, slot: leg.slot }, 'DHCP: fault while sending an answer');
    }
  }
}

/**
 * The server: one socket for all legs, answers decided by `decide.ts`, sent when what they promise is on disk.
 *
 * The leg is the identity: the interface a datagram came in on says whose it is, and every answer leaves by that same
 * interface, to the link-local address that asked. All leases of one batch share one commit.
 */
import type { Logger } from 'pino';
import type { Udp6Batch, Udp6Socket } from '../../net/udp6.ts';
import type { Clock } from '../../rack/clock.ts';
import type { Milestone } from '../../rack/milestone.ts';
import { type Millis, millis, type SlotNumber } from '../../rack/units.ts';
import type { Ipv6 } from '../../wire/address.ts';
import { DecodeError } from '../../wire/cursor.ts';
import { type Dhcpv6Packet, type Duid, decodeDhcpv6, encodeDhcpv6 } from '../../wire/dhcpv6/index.ts';
import { ipv6Text } from '../../wire/ipv6-text.ts';
import { type Counters6, newCounters6 } from './counters.ts';
import { type Answer6, decide6, type Observation6 } from './decide.ts';
import type { Leg6 } from './leg.ts';
import { type LastMessage6, Leg6State } from './leg-state.ts';
import { DEFAULT_SETTINGS6, type Server6Settings } from './settings.ts';

/** A lease of a leg as it is stored. One that was ended expires when it was given. */
export interface Lease6 {
  readonly slot: SlotNumber;
  readonly kind: 'address' | 'prefix';
  /** `2001:db8:20:1::2`, or `2001:db8:4000:100::/56`. */
  readonly lease: string;
  readonly duid: Duid;
  readonly iaid: number;
  /** The client's link-local address: the next hop of a delegated prefix. */
  readonly via: Ipv6;
  readonly givenAt: Millis;
  readonly expiresAt: Millis;
}

export interface Leases6 {
  /** Takes a lease into the next commit. */
  record(lease: Lease6): void;
  /** Resolves when everything recorded so far is on disk; rejects when it could not be put there. */
  committed(): Promise<void>;
}

/** What a lease wants of the kernel. Each may fail and is then told and counted; the client gets its answer all the same. */
export interface Kernel6 {
  /** Routes the leg's delegated prefix to the client, or to nobody any more. */
  route(leg: Leg6, via: Ipv6 | undefined): Promise<void>;
  /**
   * Firmware that boots over IPv6 is there, at this link-local address. It answers one neighbour solicitation and then no
   * more (pi-boot §3.4): the kernel must never have to ask. `begins`: this is its first message.
   */
  firmware(leg: Leg6, linkLocal: Ipv6, begins: boolean): Promise<void>;
  /** An operating system has the leg's address: it answers for itself, and may have another MAC. */
  system(leg: Leg6): Promise<void>;
}

export interface Dhcpv6ServerOptions {
  /** Bound to port 547, takes part in ff02::1:2 on every leg. Stays the caller's to close. */
  readonly socket: Pick<Udp6Socket, 'onBatch' | 'send' | 'flush' | 'onSendError'>;
  /** The leg of an interface; undefined where it is none. Called for every datagram. */
  readonly legs: (ifindex: number) => Leg6 | undefined;
  readonly server: Duid;
  readonly leases: Leases6;
  readonly kernel: Kernel6;
  readonly observe: (slot: SlotNumber, observation: Observation6) => void;
  readonly milestone: (slot: SlotNumber, milestone: Milestone, detail: string) => void;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings?: Partial<Server6Settings>;
}

type Batch = Pick<Udp6Batch, 'count' | 'ifindex' | 'peerAddress' | 'localAddress' | 'bytes' | 'truncated'>;

interface Outgoing6 {
  readonly state: Leg6State;
  readonly ifindex: number;
  readonly peer: Uint8Array;
  readonly message: LastMessage6;
  readonly answer: Answer6;
  readonly bytes: Uint8Array;
}

type DropCause = 'notALeg' | 'limited' | 'truncated' | 'foreignSource' | 'malformed';

interface Admitted {
  readonly state: Leg6State;
  readonly peer: Uint8Array;
  readonly packet: Dhcpv6Packet;
}

const CLIENT_PORT = 546;
/** ff00::/8. */
const MULTICAST = 0xff;

export class Dhcpv6Server {
  readonly counters: Counters6 = newCounters6();
  readonly #options: Dhcpv6ServerOptions;
  readonly #settings: Server6Settings;
  readonly #legs = new Map<SlotNumber, Leg6State>();
  #ready: Outgoing6[] = [];
  #committing: Outgoing6[] = [];
  #closed = false;

  constructor(options: Dhcpv6ServerOptions) {
    this.#options = options;
    this.#settings = { ...DEFAULT_SETTINGS6, ...options.settings };
    options.socket.onBatch((batch) => this.#batch(batch));
    options.socket.onSendError((ifindex, errno, message) => {
      this.counters.sendErrors++;
      options.log.warn({ ifindex, errno }, `DHCPv6: an answer could not be sent: ${message}`);
    });
  }

  /** Stops answering. The socket stays open. */
  close(): void {
    this.#closed = true;
  }

  #batch(batch: Batch): void {
    if (this.#closed) return;
    const now = this.#options.clock.monotonic();
    for (let i = 0; i < batch.count; i++) {
      this.counters.received++;
      try {
        this.#receive(batch, i, now);
      } catch (error) {
        // A fault over one leg's message must not cost the other legs theirs.
        this.counters.faults++;
        this.#options.log.error({ err: error, ifindex: batch.ifindex(i) }, 'DHCPv6: fault while answering a message');
      }
    }
    this.#send(this.#ready.splice(0));
    if (this.#committing.length > 0) void this.#commit(this.#committing.splice(0));
  }

  #receive(batch: Batch, i: number, now: number): void {
    const admitted = this.#admit(batch, i, now);
    if (typeof admitted === 'string') {
      this.counters[admitted]++;
      return;
    }
    const { state, peer, packet } = admitted;
    const key = { transactionId: packet.transactionId, type: packet.type, peer: ipv6Text(peer) };
    if (state.isDuplicate(key, now, this.#settings.duplicateWindow)) {
      this.counters.duplicates++;
      return;
    }
    const { leg } = state;
    const unicast = batch.localAddress(i)[0] !== MULTICAST;
    const decision = decide6({ packet, leg, unicast, settings: this.#settings });
    this.#options.log.debug({ slot: leg.slot, outcome: decision.outcome }, `DHCPv6: ${decision.reason}`);
    if (decision.outcome === 'ignored') {
      const { ignored } = this.counters;
      ignored[decision.cause] = (ignored[decision.cause] ?? 0) + 1;
      return;
    }
    this.counters[decision.outcome === 'advertise' ? 'advertises' : 'replies']++;
    const message = { ...key, receivedAt: now, answering: true };
    state.last = message;
    const bytes = encodeDhcpv6(decision.reply);
    const outgoing = { state, ifindex: batch.ifindex(i), peer, message, answer: decision, bytes };
    this.#record(outgoing);
    (decision.effect === undefined && !decision.boots ? this.#ready : this.#committing).push(outgoing);
    this.#options.observe(leg.slot, decision.observation);
    if (decision.heard) this.#options.milestone(leg.slot, decision.heard, decision.reason);
  }

  /** The message and whose it is; or what it is counted as, and dropped. */
  #admit(batch: Batch, i: number, now: number): Admitted | DropCause {
    const leg = this.#options.legs(batch.ifindex(i));
    if (leg === undefined) return 'notALeg';
    const state = this.#state(leg, now);
    if (!state.takeToken(now)) return 'limited';
    if (batch.truncated(i)) return 'truncated';
    const peer = batch.peerAddress(i);
    if (!isLinkLocal(peer)) return 'foreignSource';
    const packet = this.#decode(batch.bytes(i), leg);
    return packet === undefined ? 'malformed' : { state, peer, packet };
  }

  #decode(bytes: Uint8Array, leg: Leg6): Dhcpv6Packet | undefined {
    try {
      return decodeDhcpv6(bytes);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#options.log.debug({ slot: leg.slot, length: bytes.length }, error.message);
      return undefined;
    }
  }

  #record({ state, peer, answer }: Outgoing6): void {
    const { effect, bindings, observation } = answer;
    if (effect === undefined || observation.duid === undefined) return;
    const givenAt = this.#options.clock.now();
    const expiresAt = effect === 'grant' ? millis(givenAt + this.#settings.valid * 1000) : givenAt;
    const { slot } = state.leg;
    for (const { kind, lease, iaid } of bindings) {
      const via = ipv6Text(peer);
      this.#options.leases.record({ slot, kind, lease, duid: observation.duid, iaid, via, givenAt, expiresAt });
    }
  }

  /** Waits for the commit of everything recorded in this batch, then lets the kernel know, then sends. */
  async #commit(waiting: readonly Outgoing6[]): Promise<void> {
    try {
      await this.#options.leases.committed();
    } catch (error) {
      this.counters.commitFailures += waiting.length;
      for (const { message } of waiting) message.answering = false;
      const what = 'DHCPv6: leases could not be stored, so no answer was sent';
      this.#options.log.error({ err: error, answers: waiting.length }, what);
      return;
    }
    await Promise.all(waiting.map((outgoing) => this.#tellKernel(outgoing)));
    if (!this.#closed) this.#send(waiting);
  }

  async #tellKernel({ state, peer, answer }: Outgoing6): Promise<void> {
    const { kernel, log } = this.#options;
    const { leg } = state;
    try {
      for (const { kind } of answer.bindings) {
        if (kind === 'prefix') await kernel.route(leg, answer.effect === 'grant' ? ipv6Text(peer) : undefined);
        else if (answer.observation.kind === 'os') await kernel.system(leg);
      }
      if (answer.boots) await kernel.firmware(leg, ipv6Text(peer), answer.heard !== undefined);
    } catch (error) {
      this.counters.kernelFailures++;
      log.error({ err: error, slot: leg.slot }, `DHCPv6: the kernel could not be told of a lease on ${leg.interface}`);
    }
  }

  #send(answers: readonly Outgoing6[]): void {
    if (answers.length === 0) return;
    for (const { ifindex, peer, bytes, message } of answers) {
      message.answering = false;
      this.#options.socket.send(bytes, { ifindex, peerAddress: peer, peerPort: CLIENT_PORT });
    }
    this.#options.socket.flush();
    for (const { state, answer } of answers) {
      this.counters.sent++;
      if (answer.sent) this.#options.milestone(state.leg.slot, answer.sent, answer.reason);
    }
  }

  #state(leg: Leg6, now: number): Leg6State {
    const known = this.#legs.get(leg.slot);
    if (known) {
      known.update(leg);
      return known;
    }
    const state = new Leg6State(leg, this.#options.server, this.#settings.rate, now);
    this.#legs.set(leg.slot, state);
    return state;
  }
}

/** fe80::/10: a client asks from its link-local address (RFC 8415 §13.1). */
function isLinkLocal(address: Uint8Array): boolean {
  return address[0] === 0xfe && ((address[1] as number) & 0xc0) === 0x80;
}

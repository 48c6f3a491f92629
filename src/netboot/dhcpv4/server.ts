/**
 * The server: one socket for all legs, answers decided by `decide.ts`, sent when what they promise is on disk.
 *
 * The leg is the identity: the interface a datagram came in on says whose it is, and every answer leaves by that same
 * interface. An answer that commits an address waits for the commit; all leases of one batch share one.
 */
import type { Logger } from 'pino';
import type { UdpBatch, UdpSocket } from '../../net/udp.ts';
import type { Clock } from '../../rack/clock.ts';
import type { Milestone } from '../../rack/milestone.ts';
import { type Millis, millis, type SlotNumber } from '../../rack/units.ts';
import type { Ipv4, Mac } from '../../wire/address.ts';
import { DecodeError } from '../../wire/cursor.ts';
import { DhcpOption, type Dhcpv4Packet, decodeDhcpv4, encodeDhcpv4 } from '../../wire/dhcpv4/index.ts';
import { classify } from './classify.ts';
import { type Counters, countDecision, newCounters } from './counters.ts';
import { type Decision, decide, type LeaseEffect, type Observation } from './decide.ts';
import type { Leg } from './leg.ts';
import { LegState } from './leg-state.ts';
import { type Neighbours, Outbox, type Outgoing } from './outbox.ts';
import { DEFAULT_SETTINGS, type ServerSettings } from './settings.ts';

/** The lease of a leg as it is stored. One that was ended expires when it was given. */
export interface Lease {
  readonly slot: SlotNumber;
  readonly address: Ipv4;
  readonly mac: Mac;
  /** What kind of client holds it, for people. */
  readonly client: string;
  readonly givenAt: Millis;
  readonly expiresAt: Millis;
}

export interface Leases {
  /** Takes a lease into the next commit. */
  record(lease: Lease): void;
  /** Resolves when everything recorded so far is on disk; rejects when it could not be put there. */
  committed(): Promise<void>;
}

export interface Dhcpv4ServerOptions {
  /** Bound to port 67, allowed to broadcast. Stays the caller's to close. */
  readonly socket: Pick<UdpSocket, 'onBatch' | 'send' | 'flush' | 'onSendError'>;
  /** The leg of an interface; undefined where it is none. Called for every datagram. */
  readonly legs: (ifindex: number) => Leg | undefined;
  readonly leases: Leases;
  readonly neighbours: Neighbours;
  readonly observe: (slot: SlotNumber, observation: Observation) => void;
  readonly milestone: (slot: SlotNumber, milestone: Milestone, detail: string) => void;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings?: Partial<ServerSettings>;
}

type Batch = Pick<UdpBatch, 'count' | 'ifindex' | 'destinationAddress' | 'bytes' | 'truncated'>;

export class Dhcpv4Server {
  readonly counters: Counters = newCounters();
  readonly #options: Dhcpv4ServerOptions;
  readonly #settings: ServerSettings;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #outbox: Outbox;
  readonly #legs = new Map<SlotNumber, LegState>();
  /** Answers of the batch that is being read: those that may leave, those that wait for the commit. */
  #ready: Outgoing[] = [];
  #committing: Outgoing[] = [];
  #recorded = false;
  #closed = false;

  constructor(options: Dhcpv4ServerOptions) {
    const { socket, neighbours, clock, log } = options;
    this.#options = options;
    this.#settings = { ...DEFAULT_SETTINGS, ...options.settings };
    this.#clock = clock;
    this.#log = log;
    const sent = (outgoing: Outgoing) => this.#sent(outgoing);
    this.#outbox = new Outbox({ socket, neighbours, clock, log, counters: this.counters, sent });
    socket.onBatch((batch) => this.#batch(batch));
    socket.onSendError((ifindex, errno, message) => {
      this.counters.sendErrors++;
      this.#log.warn({ ifindex, errno }, `DHCP: an answer could not be sent: ${message}`);
    });
  }

  /** The slot's board has asked for a file: it needs no more waking. */
  firstRequest(slot: SlotNumber): void {
    const state = this.#legs.get(slot);
    state?.cancelFollowUps();
    state?.requested(this.#clock.monotonic());
  }

  /** Stops answering. The socket stays open. */
  close(): void {
    this.#closed = true;
    for (const state of this.#legs.values()) {
      state.cancelFollowUps();
      state.holdBack(undefined);
    }
  }

  #batch(batch: Batch): void {
    if (this.#closed) return;
    const now = this.#clock.monotonic();
    for (let i = 0; i < batch.count; i++) {
      this.counters.received++;
      try {
        this.#receive(batch, i, now);
      } catch (error) {
        // A fault over one leg's message must not cost the other legs theirs.
        this.counters.faults++;
        this.#log.error({ err: error, ifindex: batch.ifindex(i) }, 'DHCP: fault while answering a message');
      }
    }
    const ready = this.#ready;
    this.#ready = [];
    this.#outbox.dispatch(ready);
    if (this.#recorded) void this.#commit();
  }

  #receive(batch: Batch, i: number, now: number): void {
    const ifindex = batch.ifindex(i);
    const leg = this.#options.legs(ifindex);
    if (leg === undefined) {
      this.counters.notALeg++;
      return;
    }
    const state = this.#state(leg, now);
    const destination = batch.destinationAddress(i);
    if (!state.isAddressed(destination)) {
      this.counters.foreignDestination++;
      return;
    }
    if (!state.takeToken(now)) {
      this.counters.limited++;
      return;
    }
    if (batch.truncated(i)) {
      this.counters.truncated++;
      return;
    }
    const bytes = batch.bytes(i);
    const packet = this.#decode(bytes, leg);
    if (packet === undefined) return;
    const type = packet.options.get(DhcpOption.messageType)?.[0] ?? 0;
    if (state.isDuplicate(packet, type, now, this.#settings.duplicateWindow)) {
      this.counters.duplicates++;
      return;
    }
    const client = state.resolve(packet, classify(packet, bytes.length, state.before(now)), now);
    const unicast = destination === state.leg.numbers.controller;
    const decision = decide({ packet, leg: state.leg, client, unicast, settings: this.#settings });
    countDecision(this.counters, decision);
    this.#log.debug({ slot: leg.slot, mac: packet.chaddr, outcome: decision.outcome }, `DHCP: ${decision.reason}`);
    this.#act(decision, state, ifindex, packet, now);
  }

  #decode(bytes: Uint8Array, leg: Leg): Dhcpv4Packet | undefined {
    try {
      return decodeDhcpv4(bytes);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.counters.malformed++;
      this.#log.debug({ slot: leg.slot, length: bytes.length }, error.message);
      return undefined;
    }
  }

  #act(decision: Decision, state: LegState, ifindex: number, packet: Dhcpv4Packet, now: number): void {
    if (decision.outcome === 'ignored') return;
    const { leg } = state;
    // The newest message is the one that counts: what the leg was still to get for an earlier one is void.
    state.cancelFollowUps();
    if (state.holdBack(undefined)) this.counters.superseded++;
    if (decision.lease) this.#record(leg, decision.lease);
    if ('reply' in decision) {
      const bytes = encodeDhcpv4(decision.reply);
      const { xid, chaddr } = packet;
      const message = { xid, chaddr, type: decision.type, receivedAt: now, answering: true };
      state.last = message;
      (decision.lease ? this.#committing : this.#ready).push({ state, leg, ifindex, message, answer: decision, bytes });
    }
    this.#options.observe(leg.slot, decision.observation);
    if ('heard' in decision && decision.heard) {
      this.#options.milestone(leg.slot, decision.heard, describe(decision.observation));
    }
  }

  #record(leg: Leg, lease: LeaseEffect): void {
    const givenAt = this.#clock.now();
    const { address, mac, client } = lease;
    const expiresAt = millis(givenAt + lease.duration);
    this.#options.leases.record({ slot: leg.slot, address, mac, client, givenAt, expiresAt });
    this.#recorded = true;
  }

  /** Waits for the commit of everything recorded in this batch, then sends what waited for it. */
  async #commit(): Promise<void> {
    const waiting = this.#committing;
    this.#committing = [];
    this.#recorded = false;
    try {
      await this.#options.leases.committed();
    } catch (error) {
      this.counters.commitFailures += waiting.length;
      for (const { message } of waiting) message.answering = false;
      const what = 'DHCP: leases could not be stored, so no answer was sent';
      this.#log.error({ err: error, answers: waiting.length }, what);
      return;
    }
    if (!this.#closed) this.#outbox.dispatch(waiting);
  }

  #sent({ leg, answer }: Outgoing): void {
    if (answer.sent) this.#options.milestone(leg.slot, answer.sent, `${leg.board} to ${describe(answer.observation)}`);
  }

  #state(leg: Leg, now: number): LegState {
    const known = this.#legs.get(leg.slot);
    if (known) {
      known.update(leg);
      return known;
    }
    const state = new LegState(leg, this.#settings.rate, now);
    this.#legs.set(leg.slot, state);
    return state;
  }
}

function describe({ kind, mac, serial }: Observation): string {
  return `${kind} ${mac}${serial === undefined ? '' : ` serial ${serial}`}`;
}

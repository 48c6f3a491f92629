/**
 * The TFTP server without its thread: datagrams in, datagrams and events out. Identity is the leg: a datagram counts
 * only where it is of one leg (arrivals.ts), and that leg's slot is what it gets.
 */
import type { FileBody, UdpSocket } from '../../net/udp.ts';
import type { Udp6Socket } from '../../net/udp6.ts';
import type { Clock, Timer } from '../../rack/clock.ts';
import { type Millis, millis, type SlotNumber } from '../../rack/units.ts';
import { printable } from '../../wire/printable.ts';
import { ackedBlock, encodeTftp, TFTP_ERROR, TFTP_OPCODE, type TftpRequest } from '../../wire/tftp/index.ts';
import type { BootTree } from '../tree/types.ts';
import { type Arrivals, Arrivals4, Arrivals6 } from './arrivals.ts';
import type { ClientAddress } from './client-address.ts';
import { decodeOrNothing } from './decode-or-nothing.ts';
import { reportEnd } from './end-event.ts';
import { type SlotEvent, type TftpStats, zeroCounters } from './events.ts';
import type { ServedFiles } from './files.ts';
import { LegState, type TftpLeg, type Ticket } from './leg-state.ts';
import { type Found, Lookups } from './lookups.ts';
import { negotiate } from './negotiate.ts';
import { progressOf } from './progress-event.ts';
import { Session } from './session.ts';
import { Turns } from './turns.ts';

export interface EngineOptions {
  /** The well-known port, where requests come. */
  readonly listen: UdpSocket;
  /** Sockets that transfers go through. Two at least, so that TIDs of one client port differ. Most goes through the first. */
  readonly lines: readonly UdpSocket[];
  /** The same for boards that boot over IPv6; as many lines. */
  readonly ipv6?: { readonly listen: Udp6Socket; readonly lines: readonly Udp6Socket[] };
  readonly files: ServedFiles<FileBody>;
  readonly clock: Clock;
  readonly emit: (event: SlotEvent) => void;
  /** Runs after what has arrived meanwhile; setImmediate if left out. */
  readonly later?: (run: () => void) => void;
}

/** More than any boot has at a time; the one silent longest makes room, because a Pi forgets transfers that it ended. */
export const MAX_TRANSFERS_PER_LEG = 16;

/** No request for so long means that the next one begins a boot. */
export const QUIET: Millis = millis(20_000);

/** A client heard this lately has not begun anew: resetting takes a board longer, and nobody repeats a request so soon. */
const CROSSED = 250;

/** A leg that cannot be sent to says so once in this time. */
const SEND_ERROR_EVERY = 10_000;

/** How often it is told how far a slot's transfers are. */
const PROGRESS_EVERY = 1000;

/** How often transfers are looked at: a fifth of the shortest retransmission time. */
const TICK: Millis = millis(50);

export class TftpEngine {
  readonly #options: EngineOptions;
  readonly #lookups: Lookups;
  readonly #counters = zeroCounters();
  readonly #turns: Turns;
  readonly #sockets: readonly (UdpSocket | Udp6Socket)[];
  #legs = new Map<number, LegState>();
  #tick: Timer | undefined;
  #closed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#lookups = new Lookups(options.files);
    this.#turns = new Turns({
      later: options.later ?? setImmediate,
      serve: (leg, key, block) => this.#onAck(leg, key, block),
      served: () => {
        if (!this.#closed) this.#flush();
      },
    });
    const { listen, lines, ipv6 } = options;
    const all = [...lines, ...(ipv6?.lines ?? [])];
    this.#sockets = [listen, ...(ipv6 === undefined ? [] : [ipv6.listen]), ...all];
    const from4 = new Arrivals4(lines);
    listen.onBatch((batch) => this.#onBatch(from4.of(batch), undefined));
    for (const [line, socket] of lines.entries()) socket.onBatch((batch) => this.#onBatch(from4.of(batch), line));
    if (ipv6 !== undefined) {
      const from6 = new Arrivals6(ipv6.lines);
      ipv6.listen.onBatch((batch) => this.#onBatch(from6.of(batch), undefined));
      for (const [line, socket] of ipv6.lines.entries())
        socket.onBatch((batch) => this.#onBatch(from6.of(batch), line));
    }
    for (const socket of all) socket.onSendError((ifindex, _errno, error) => this.#onSendError(ifindex, error));
  }

  /** All legs, by which those that are gone or changed lose their transfers. */
  setLegs(legs: readonly TftpLeg[]): void {
    const now = this.#now();
    const next = new Map<number, LegState>();
    for (const leg of legs) {
      const known = this.#legs.get(leg.ifindex);
      next.set(leg.ifindex, known?.isSame(leg) ? known : new LegState(leg, this.#options.lines.length, now));
    }
    for (const [ifindex, state] of this.#legs) if (next.get(ifindex) !== state) this.#endAll(state, now);
    this.#legs = next;
  }

  /** From the next request on; transfers under way go on with the content that they began with. */
  setTree(tree: BootTree): void {
    this.#lookups.setTree(tree);
  }

  /** The slot's board gets nothing any more, and its transfers end. */
  removeTree(slot: SlotNumber): void {
    this.#lookups.removeTree(slot);
    const now = this.#now();
    for (const state of this.#legs.values()) if (state.leg.slot === slot) this.#endAll(state, now);
  }

  stats(): TftpStats {
    const { files } = this.#options;
    const sockets = this.#sockets.map((socket) => socket.stats);
    const sum = (of: 'overflowed' | 'received' | 'sent') => sockets.reduce((total, stats) => total + stats[of], 0);
    return {
      ...this.#counters,
      activeTransfers: [...this.#legs.values()].reduce((total, { active }) => total + active.size, 0),
      cachedFiles: files.stats.files,
      cachedBytes: files.stats.bytes,
      overflowed: sum('overflowed'),
      received: sum('received'),
      sent: sum('sent'),
    };
  }

  /** Ends all transfers without a word and closes the sockets. */
  close(): void {
    this.#closed = true;
    this.#tick?.cancel();
    this.setLegs([]);
    for (const socket of this.#sockets) socket.close();
  }

  #onBatch(from: Arrivals, line: number | undefined): void {
    const now = this.#now();
    this.#turns.begin();
    for (let i = 0; i < from.count; i++) {
      const leg = this.#legs.get(from.ifindex(i));
      const foreign = leg === undefined ? 'unknownLeg' : from.foreign(i, leg);
      if (leg === undefined || foreign !== undefined) this.#counters[foreign ?? 'unknownLeg']++;
      else if (line === undefined) this.#onWellKnownPort(leg, from, i, now);
      else this.#onLine(leg, from, i, line, now);
    }
    this.#flush();
  }

  #onWellKnownPort(leg: LegState, from: Arrivals, i: number, now: Millis): void {
    const bytes = from.bytes(i);
    const packet = from.truncated(i) ? undefined : decodeOrNothing(bytes);
    switch (packet?.kind) {
      case 'rrq':
      case 'wrq':
        this.#onRequest(leg, from.client(i, leg), packet, now);
        break;
      case 'error':
        this.#onError(leg, leg.active.get(from.key(i)), from, i, packet, now);
        break;
      case undefined:
        this.#counters.malformed++;
        // Whoever asks in a way that cannot be read is told so; other nonsense gets no answer.
        if (bytes[0] === 0 && bytes[1] === TFTP_OPCODE.rrq && leg.requests.take(now)) {
          this.#sendError(
            from.client(i, leg),
            TFTP_ERROR.illegalOperation,
            'malformed request',
            leg.lineFor(from.key(i)),
          );
        }
        break;
      default:
        this.#counters.stray++;
    }
  }

  #onLine(leg: LegState, from: Arrivals, i: number, line: number, now: Millis): void {
    const bytes = from.bytes(i);
    const key = from.key(i);
    const block = ackedBlock(bytes);
    const session = leg.active.get(key);
    const known = session?.line === line && from.isFrom(i, session.client);
    if (block >= 0 && known) {
      this.#turns.take(leg, key, block);
      return;
    }
    // Nonsense is not worth being taken apart more often than it would be answered.
    if (!known && !leg.remembers(key, line) && !leg.requests.take(now)) {
      this.#counters.limited++;
      return;
    }
    const packet = decodeOrNothing(bytes);
    if (packet?.kind === 'error') {
      this.#onError(leg, session, from, i, packet, now);
      return;
    }
    if (packet === undefined) this.#counters.malformed++;
    else this.#counters.stray++;
    if (known || leg.remembers(key, line)) return;
    // RFC 1350 §4: a packet from another port is answered with an ERROR, and the transfer goes on undisturbed.
    this.#sendError(from.client(i, leg), TFTP_ERROR.unknownTransferId, 'unknown transfer', line);
  }

  /** The transfer may have ended, or made room for another, since the ACK arrived. */
  #onAck(leg: LegState, key: number, block: number): number {
    const session = leg.active.get(key);
    if (session === undefined) return 0;
    const before = session.transfer.sent;
    const now = this.#now();
    session.transfer.onAck(block, now);
    if (session.transfer.end !== undefined) this.#finish(leg, session, now);
    return session.transfer.sent - before;
  }

  /** Of a Pi, an ERROR may come to port 69 or to the line of an earlier transfer (pi-boot §1.7): the client port counts. */
  #onError(
    leg: LegState,
    session: Session | undefined,
    from: Arrivals,
    i: number,
    { code, message }: { readonly code: number; readonly message: string },
    now: Millis,
  ): void {
    if (session === undefined || !from.isFrom(i, session.client)) {
      this.#counters.stray++;
      return;
    }
    session.transfer.onError(code, message);
    this.#finish(leg, session, now);
  }

  #onRequest(leg: LegState, client: ClientAddress, request: TftpRequest, now: Millis): void {
    if (!leg.requests.take(now)) {
      this.#counters.limited++;
      return;
    }
    const fingerprint = `${client.address} ${request.kind} ${request.mode} ${request.name} ${JSON.stringify(request.options)}`;
    const { key } = client;
    const before = leg.active.get(key);
    if (before?.fingerprint === fingerprint) {
      if (!before.transfer.begun) {
        // The request came twice before its answer arrived: the same answer, from the same TID.
        before.transfer.repeatFirst(now);
        return;
      }
      // Its repetition and our answer crossed: another TID would take the file away from who is just taking it.
      if (now - before.transfer.heardAt < CROSSED) {
        this.#counters.stray++;
        return;
      }
    }
    if (leg.pending.get(key)?.fingerprint === fingerprint) return;
    if (leg.pending.size >= MAX_TRANSFERS_PER_LEG) {
      this.#counters.limited++;
      return;
    }
    if (before !== undefined) this.#replace(leg, before, now);
    if (request.kind === 'rrq') this.#noteBoot(leg, request.name, now);
    const ticket: Ticket = { fingerprint, client };
    leg.pending.set(key, ticket);
    void this.#lookups.find(leg.leg.slot, request).then((found) => this.#answer(leg, ticket, request, found));
  }

  #noteBoot(leg: LegState, name: string, now: Millis): void {
    const before = leg.requestedAt;
    leg.requestedAt = now;
    if (leg.active.size > 0 || (before !== undefined && now - before <= QUIET)) return;
    const at = this.#options.clock.now();
    this.#options.emit({ type: 'first_request', slot: leg.leg.slot, at, name: printable(name) });
  }

  #answer(leg: LegState, ticket: Ticket, request: TftpRequest, found: Found): void {
    const { client } = ticket;
    if (this.#closed || this.#legs.get(leg.leg.ifindex) !== leg || leg.pending.get(client.key) !== ticket) {
      if (found.outcome === 'served') found.file.done();
      return;
    }
    leg.pending.delete(client.key);
    const { slot } = leg.leg;
    const { path } = found;
    const name = printable(request.name);
    const at = this.#options.clock.now();
    if (found.learned !== undefined) {
      this.#options.emit({ type: 'serial_learned', slot, at, serial: found.learned });
    }
    this.#options.emit({
      type: 'request',
      slot,
      at,
      name,
      path: printable(path),
      outcome: found.outcome,
      ...(found.reason === undefined ? {} : { reason: printable(found.reason) }),
    });
    if (found.outcome === 'served') {
      this.#counters.served++;
      this.#serve(leg, ticket, request, name, found);
    } else {
      this.#counters[found.outcome === 'refused' ? 'refused' : 'missing']++;
      const line = leg.lineFor(client.key);
      this.#sendError(client, found.error, found.message, line);
      leg.remember(client.key, line, this.#now());
      this.#startTicking();
    }
    this.#flush();
  }

  #serve(
    leg: LegState,
    { fingerprint, client }: Ticket,
    request: TftpRequest,
    name: string,
    { path, file }: Extract<Found, { outcome: 'served' }>,
  ): void {
    const now = this.#now();
    if (leg.active.size >= MAX_TRANSFERS_PER_LEG) this.#replace(leg, leg.stalest() as Session, now);
    const line = leg.lineFor(client.key);
    const session = new Session(
      {
        line,
        client,
        name,
        path,
        fingerprint,
        file,
        terms: negotiate(request.options, file.size, client.mostBlksize),
      },
      now,
    );
    leg.active.set(client.key, session);
    session.transfer.start();
    this.#startTicking();
  }

  #replace(leg: LegState, session: Session, now: Millis): void {
    session.transfer.replaced();
    this.#finish(leg, session, now);
  }

  #endAll(leg: LegState, now: Millis): void {
    leg.pending.clear();
    for (const session of [...leg.active.values()]) this.#replace(leg, session, now);
  }

  /** Takes a transfer that has ended off the leg, and says what came of it. */
  #finish(leg: LegState, session: Session, now: Millis): void {
    const { client, line } = session;
    leg.active.delete(client.key);
    leg.remember(client.key, line, now);
    session.close();
    const event = reportEnd(session, leg.leg.slot, this.#options.clock.now(), now, this.#counters);
    if (event !== undefined) this.#options.emit(event);
  }

  #sendError(client: ClientAddress, code: number, message: string, line: number): void {
    client.send(line, encodeTftp({ kind: 'error', code, message }));
  }

  #onSendError(ifindex: number, error: string): void {
    this.#counters.sendErrors++;
    const leg = this.#legs.get(ifindex);
    const now = this.#now();
    if (leg === undefined || (leg.sendErrorAt !== undefined && now - leg.sendErrorAt < SEND_ERROR_EVERY)) return;
    leg.sendErrorAt = now;
    this.#options.emit({ type: 'send_error', slot: leg.leg.slot, at: this.#options.clock.now(), error });
  }

  #startTicking(): void {
    this.#tick ??= this.#options.clock.after(TICK, () => this.#onTick());
  }

  /** One timer for all transfers. It rests while there are none. */
  #onTick(): void {
    this.#tick = undefined;
    const now = this.#now();
    let busy = false;
    for (const leg of this.#legs.values()) {
      if (leg.idle) continue;
      leg.forgetOld(now);
      for (const session of [...leg.active.values()]) {
        session.transfer.onTick(now);
        if (session.transfer.end !== undefined) this.#finish(leg, session, now);
      }
      if (now - leg.progressAt >= PROGRESS_EVERY) this.#noteProgress(leg, now);
      busy ||= !leg.idle;
    }
    this.#flush();
    if (busy) this.#startTicking();
  }

  #noteProgress(leg: LegState, now: Millis): void {
    const event = progressOf(leg, this.#options.clock.now(), now);
    if (event !== undefined) this.#options.emit(event);
  }

  #flush(): void {
    for (const socket of this.#sockets) socket.flush();
  }

  #now(): Millis {
    return this.#options.clock.monotonic();
  }
}

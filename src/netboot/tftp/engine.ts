/**
 * The TFTP server without its thread: datagrams in, datagrams and events out. Identity is the leg: a datagram counts
 * only where interface, destination and source are those of one leg, and that leg's slot is what it gets.
 */
import type { FileBody, UdpBatch, UdpSocket } from '../../net/udp.ts';
import type { Clock, Timer } from '../../rack/clock.ts';
import { type Millis, millis, type SlotNumber } from '../../rack/units.ts';
import { DecodeError } from '../../wire/cursor.ts';
import { printable } from '../../wire/printable.ts';
import {
  ackedBlock,
  decodeTftp,
  encodeTftp,
  TFTP_ERROR,
  TFTP_OPCODE,
  type TftpPacket,
  type TftpRequest,
} from '../../wire/tftp/index.ts';
import type { BootTree } from '../tree/types.ts';
import { reportEnd } from './end-event.ts';
import { type SlotEvent, type TftpStats, zeroCounters } from './events.ts';
import type { FileStore } from './files.ts';
import { LegState, type TftpLeg, type Ticket } from './leg-state.ts';
import { type Found, Lookups } from './lookups.ts';
import { negotiate } from './negotiate.ts';
import { Session } from './session.ts';

export interface EngineOptions {
  /** The well-known port, where requests come. */
  readonly listen: UdpSocket;
  /** Sockets that transfers go through. Two at least, so that TIDs differ; more only thin out the batches. */
  readonly lines: readonly UdpSocket[];
  readonly files: FileStore<FileBody>;
  readonly clock: Clock;
  readonly emit: (event: SlotEvent) => void;
}

/** More than any boot has at a time; the one silent longest makes room, because a Pi forgets transfers that it ended. */
export const MAX_TRANSFERS_PER_LEG = 16;

/** No request for so long means that the next one begins a boot. */
export const QUIET: Millis = millis(20_000);

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
  #legs = new Map<number, LegState>();
  #tick: Timer | undefined;
  #closed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#lookups = new Lookups(options.files);
    options.listen.onBatch((batch) => this.#onBatch(batch, undefined));
    for (const [line, socket] of options.lines.entries()) {
      socket.onBatch((batch) => this.#onBatch(batch, line));
      socket.onSendError((ifindex, _errno, error) => this.#onSendError(ifindex, error));
    }
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
    const { files, listen, lines } = this.#options;
    const sockets = [listen, ...lines].map((socket) => socket.stats);
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
    this.#options.listen.close();
    for (const socket of this.#options.lines) socket.close();
  }

  #onBatch(batch: UdpBatch, line: number | undefined): void {
    const now = this.#now();
    for (let i = 0; i < batch.count; i++) {
      const leg = this.#legOf(batch, i);
      if (leg === undefined) continue;
      const port = batch.peerPort(i);
      const bytes = batch.bytes(i);
      if (line === undefined) this.#onWellKnownPort(leg, port, bytes, batch.truncated(i), now);
      else this.#onLine(leg, port, line, bytes, now);
    }
    this.#flush();
  }

  #legOf(batch: UdpBatch, index: number): LegState | undefined {
    const leg = this.#legs.get(batch.ifindex(index));
    if (leg === undefined) this.#counters.unknownLeg++;
    else if (batch.destinationAddress(index) !== leg.controller) this.#counters.wrongDestination++;
    else if (batch.peerAddress(index) !== leg.board) this.#counters.wrongSource++;
    else return leg;
    return undefined;
  }

  #onWellKnownPort(leg: LegState, port: number, bytes: Uint8Array, truncated: boolean, now: Millis): void {
    const packet = truncated ? undefined : decodeOrNothing(bytes);
    switch (packet?.kind) {
      case 'rrq':
      case 'wrq':
        this.#onRequest(leg, port, packet, now);
        break;
      case 'error':
        this.#onError(leg, port, packet.code, packet.message, now);
        break;
      case undefined:
        this.#counters.malformed++;
        // Whoever asks in a way that cannot be read is told so; other nonsense gets no answer.
        if (bytes[0] === 0 && bytes[1] === TFTP_OPCODE.rrq && leg.requests.take(now)) {
          this.#sendError(leg, port, TFTP_ERROR.illegalOperation, 'malformed request');
        }
        break;
      default:
        this.#counters.stray++;
    }
  }

  #onLine(leg: LegState, port: number, line: number, bytes: Uint8Array, now: Millis): void {
    const block = ackedBlock(bytes);
    const session = leg.active.get(port);
    if (block >= 0 && session?.line === line) {
      session.transfer.onAck(block, now);
      if (session.transfer.end !== undefined) this.#finish(leg, session, now);
      return;
    }
    const packet = decodeOrNothing(bytes);
    if (packet?.kind === 'error') {
      this.#onError(leg, port, packet.code, packet.message, now);
      return;
    }
    if (packet === undefined) this.#counters.malformed++;
    else this.#counters.stray++;
    if (session?.line === line || leg.remembers(port, line)) return;
    // RFC 1350 §4: a packet from another port is answered with an ERROR, and the transfer goes on undisturbed.
    if (leg.requests.take(now)) this.#sendError(leg, port, TFTP_ERROR.unknownTransferId, 'unknown transfer', line);
  }

  /** Of a Pi, an ERROR may come to port 69 or to the line of an earlier transfer (pi-boot §1.7): the client port counts. */
  #onError(leg: LegState, port: number, code: number, message: string, now: Millis): void {
    const session = leg.active.get(port);
    if (session === undefined) {
      this.#counters.stray++;
      return;
    }
    session.transfer.onError(code, message);
    this.#finish(leg, session, now);
  }

  #onRequest(leg: LegState, port: number, request: TftpRequest, now: Millis): void {
    if (!leg.requests.take(now)) {
      this.#counters.limited++;
      return;
    }
    const fingerprint = `${request.kind} ${request.mode} ${request.name} ${JSON.stringify(request.options)}`;
    const before = leg.active.get(port);
    if (before?.fingerprint === fingerprint && !before.transfer.begun) {
      // The request came twice before its answer arrived: the same answer, from the same TID.
      before.transfer.repeatFirst(now);
      return;
    }
    if (leg.pending.get(port)?.fingerprint === fingerprint) return;
    if (leg.pending.size >= MAX_TRANSFERS_PER_LEG) {
      this.#counters.limited++;
      return;
    }
    if (before !== undefined) this.#replace(leg, before, now);
    if (request.kind === 'rrq') this.#noteBoot(leg, request.name, now);
    const ticket: Ticket = { fingerprint };
    leg.pending.set(port, ticket);
    void this.#lookups.find(leg.leg.slot, request).then((found) => this.#answer(leg, port, ticket, request, found));
  }

  #noteBoot(leg: LegState, name: string, now: Millis): void {
    const before = leg.requestedAt;
    leg.requestedAt = now;
    if (leg.active.size > 0 || (before !== undefined && now - before <= QUIET)) return;
    const at = this.#options.clock.now();
    this.#options.emit({ type: 'first_request', slot: leg.leg.slot, at, name: printable(name) });
  }

  #answer(leg: LegState, port: number, ticket: Ticket, request: TftpRequest, found: Found): void {
    if (this.#closed || this.#legs.get(leg.leg.ifindex) !== leg || leg.pending.get(port) !== ticket) {
      if (found.outcome === 'served') found.file.done();
      return;
    }
    leg.pending.delete(port);
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
      this.#serve(leg, port, ticket, request, name, found);
    } else {
      this.#counters[found.outcome === 'refused' ? 'refused' : 'missing']++;
      this.#sendError(leg, port, found.error, found.message);
    }
    this.#flush();
  }

  #serve(
    leg: LegState,
    port: number,
    { fingerprint }: Ticket,
    request: TftpRequest,
    name: string,
    { path, file }: Extract<Found, { outcome: 'served' }>,
  ): void {
    const now = this.#now();
    if (leg.active.size >= MAX_TRANSFERS_PER_LEG) this.#replace(leg, leg.stalest() as Session, now);
    const line = leg.nextLine();
    const session = new Session(
      {
        line,
        socket: this.#options.lines[line] as UdpSocket,
        client: leg.client(port),
        name,
        path,
        fingerprint,
        file,
        terms: negotiate(request.options, file.size),
      },
      now,
    );
    leg.active.set(port, session);
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
    leg.active.delete(client.peerPort);
    leg.remember(client.peerPort, line, now);
    session.close();
    const event = reportEnd(session, leg.leg.slot, this.#options.clock.now(), now, this.#counters);
    if (event !== undefined) this.#options.emit(event);
  }

  #sendError(leg: LegState, port: number, code: number, message: string, line = leg.nextLine()): void {
    const bytes = encodeTftp({ kind: 'error', code, message });
    (this.#options.lines[line] as UdpSocket).send(bytes, leg.client(port));
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

  /** Tells of the transfer that was heard of last, if one was since this was last told. */
  #noteProgress(leg: LegState, now: Millis): void {
    let latest: Session | undefined;
    for (const session of leg.active.values()) {
      const { transfer } = session;
      const isNews = transfer.begun && transfer.heardAt > leg.progressAt;
      if (isNews && (latest === undefined || transfer.heardAt > latest.transfer.heardAt)) latest = session;
    }
    if (latest === undefined) return;
    leg.progressAt = now;
    const { name, transfer, path } = latest;
    const { acknowledgedBytes: bytes, size } = transfer;
    this.#options.emit({
      type: 'progress',
      slot: leg.leg.slot,
      at: this.#options.clock.now(),
      name,
      path,
      bytes,
      size,
    });
  }

  #flush(): void {
    for (const socket of this.#options.lines) socket.flush();
  }

  #now(): Millis {
    return this.#options.clock.monotonic();
  }
}

function decodeOrNothing(bytes: Uint8Array): TftpPacket | undefined {
  try {
    return decodeTftp(bytes);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

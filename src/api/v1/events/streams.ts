import type { ServerResponse } from 'node:http';
import { Places } from '../../../jobs/durable/places.ts';
import type { Clock, Timer } from '../../../rack/clock.ts';
import { type Millis, seconds } from '../../../rack/units.ts';
import type { ControlClient } from '../../control/client.ts';
import type { Authenticator } from '../../http/auth/authenticate.ts';
import type { Caller } from '../../http/auth/caller.ts';
import { ApiError } from '../../http/errors.ts';
import type { Audience } from './audience.ts';
import { catchUp } from './catch-up.ts';
import type { EventHistory } from './history.ts';
import { OpenStreams, type StreamLimits } from './open-streams.ts';
import { framesOf, passingFrame } from './shape.ts';
import { type End, Stream } from './stream.ts';

export interface StreamsParts {
  readonly history: EventHistory;
  readonly control: Pick<ControlClient, 'events'>;
  readonly authenticator: Pick<Authenticator, 'stillWorks'>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly limits: StreamLimits;
}

const TICK: Millis = seconds(1);
/** A comment is sent so often, in ticks: proxies close what is silent for a minute. */
const BEAT_TICKS = 15;
/** Whoever takes nothing for so long is gone, or as good as. */
const STUCK_LIMIT: Millis = seconds(30);
/** How long the last event may take to be read. */
const LAST_WORD_LIMIT: Millis = seconds(5);
/** Streams that are served before others have a turn on the event loop. */
const TURN = 100;
/** Streams that are given older events at a time: each holds a page of them. */
const CATCHING_UP = 8;
/** Clients come back within these, each at another time, so that an API that was started again is not run over. */
const RETRY_FROM = 2_000;
const RETRY_SPREAD = 4_000;

interface Open {
  /** In which tick of each round it is sent a comment. */
  readonly beat: number;
  /** Ends it when its last event is not read. */
  late: Timer | undefined;
}

/** All open streams. A client that reads slowly, or not at all, costs what was written to its socket and nobody's time. */
export class EventStreams {
  readonly #parts: StreamsParts;
  readonly #streams = new Map<Stream, Open>();
  readonly #open: OpenStreams;
  readonly #places = new Places(CATCHING_UP);
  #opened = 0;
  #ticks = 0;
  #timer: Timer | undefined;
  #turns = false;
  #again = false;
  #stopped = false;

  constructor(parts: StreamsParts) {
    this.#parts = parts;
    this.#open = new OpenStreams(parts.limits);
    parts.history.onNews(() => this.#news());
    parts.history.onPassing((events) => {
      const now = parts.clock.monotonic();
      for (const event of events) {
        const frame = framesOf((staff) => passingFrame(event, staff));
        for (const stream of this.#streams.keys()) stream.pass(event, frame, now);
      }
    });
    parts.history.onAnew(() => {
      for (const stream of this.#streams.keys()) this.#close(stream, 'history_anew');
    });
  }

  get size(): number {
    return this.#streams.size;
  }

  /** Whether it is known what happened. */
  get ready(): boolean {
    return this.#parts.history.newest !== undefined && !this.#stopped;
  }

  start(): void {
    this.#timer = this.#parts.clock.after(TICK, () => this.#tick());
  }

  /** Every stream ends with a word on why. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    for (const stream of [...this.#streams.keys()]) this.#close(stream, 'shutdown');
  }

  /** Throws too_many_requests where the caller has as many as it may have, and controller_away where nothing is known yet. */
  admit(caller: Caller): void {
    if (!this.ready)
      throw new ApiError('controller_away', 'what happened is not known yet: come back in a moment', {
        headers: { 'retry-after': '2' },
      });
    this.#open.admit(caller);
  }

  /** Sends what comes after `place` for as long as both want; undefined: what comes from now on. */
  open(audience: Audience, place: number | undefined, response: ServerResponse): void {
    const { history, clock, random } = this.#parts;
    // The connection may have ended while the request was looked at.
    if (response.destroyed) return;
    const newest = history.newest ?? 0;
    const stream = new Stream(audience, response, place ?? newest);
    this.#streams.set(stream, { beat: this.#opened++ % BEAT_TICKS, late: undefined });
    this.#open.opened(audience.caller);
    response.on('error', () => undefined);
    response.on('close', () => this.#closed(stream));
    response.on('drain', () => {
      stream.taken();
      this.#serve(stream);
    });
    const retry = RETRY_FROM + Math.floor(random() * RETRY_SPREAD);
    stream.write(`retry: ${retry}\n${place === undefined ? `id: ${newest}\n` : ''}\n`, clock.monotonic());
    // What is not known here may be newer than what is: that is for the controller to say.
    if (place !== undefined && (place < history.floor || place > newest)) this.#catchUp(stream);
    else this.#serve(stream);
  }

  #serve(stream: Stream): void {
    const { history, clock } = this.#parts;
    if (stream.sent < history.floor && !stream.catchingUp) this.#catchUp(stream);
    else stream.pump(history, clock.monotonic());
  }

  #catchUp(stream: Stream): void {
    stream.catchingUp = true;
    catchUp(stream, { ...this.#parts, places: this.#places })
      .then(() => {
        stream.catchingUp = false;
        this.#serve(stream);
      })
      .catch(() => this.#close(stream, 'controller_away'));
  }

  #news(): void {
    this.#again = true;
    if (this.#turns) return;
    this.#turns = true;
    setImmediate(() => this.#round([]));
  }

  /** Some streams at a time: a rack that boots has news many times a second, and requests wait for none of it. */
  #round(rest: Stream[]): void {
    if (rest.length === 0) {
      this.#turns = this.#again && !this.#stopped;
      if (!this.#turns) return;
      this.#again = false;
      rest.push(...[...this.#streams.keys()].reverse());
    }
    for (const stream of rest.splice(-TURN)) this.#serve(stream);
    setImmediate(() => this.#round(rest));
  }

  #tick(): void {
    const { authenticator, clock } = this.#parts;
    const now = clock.monotonic();
    this.#ticks++;
    const works = new Map<string, boolean>();
    for (const [stream, { beat }] of this.#streams) {
      const { key } = stream.audience.caller;
      if (!works.has(key)) works.set(key, authenticator.stillWorks(key));
      if (works.get(key) === false) this.#close(stream, 'key_ended');
      else if (stream.stuckSince !== undefined && now - stream.stuckSince >= STUCK_LIMIT)
        this.#close(stream, 'too_slow');
      else if (beat === this.#ticks % BEAT_TICKS) {
        this.#serve(stream);
        stream.beat(now);
      }
    }
    this.#timer = clock.after(TICK, () => this.#tick());
  }

  #close(stream: Stream, why: End): void {
    const open = this.#streams.get(stream);
    if (stream.ended || open === undefined) return;
    stream.end(why);
    open.late = this.#parts.clock.after(LAST_WORD_LIMIT, () => stream.destroy());
  }

  #closed(stream: Stream): void {
    this.#streams.get(stream)?.late?.cancel();
    if (this.#streams.delete(stream)) this.#open.closed(stream.audience.caller);
    stream.destroy();
  }
}

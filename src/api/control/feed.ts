import type { PassingEvent } from '../../jobs/client-events.ts';
import type { Clock, Timer } from '../../rack/clock.ts';
import type { ServerName } from '../../rack/tenancy/server-name.ts';
import { type Millis, millis, type SlotNumber } from '../../rack/units.ts';
import type { EventRow } from '../../store/events.ts';
import {
  FEED_HEARTBEAT,
  type FeedLine,
  type FeedSections,
  type FeedSnapshot,
  type ServerView,
} from './feed-protocol.ts';
import type { SlotView } from './protocol.ts';

export interface FeedSources {
  snapshot(): FeedSnapshot;
  slot(slot: SlotNumber): SlotView;
  /** Undefined: it is gone. */
  server(name: ServerName): ServerView | undefined;
  sections(): FeedSections;
}

/** Takes a line, with its line end; false: too much of what was sent before has not been taken yet. */
export type FeedSubscriber = (line: string) => boolean;

/** Boards that boot change many times a second: what changes in this time goes into one line. */
const GATHER: Millis = millis(50);

/** Gathers changes and sends them to whoever mirrors the rack. With nobody there it only counts. */
export class Feed {
  readonly #sources: FeedSources;
  readonly #clock: Clock;
  readonly #subscribers = new Set<FeedSubscriber>();
  readonly #slots = new Set<SlotNumber>();
  readonly #servers = new Set<ServerName>();
  readonly #sections = new Set<keyof FeedSections>();
  #events: EventRow[] = [];
  #passing: PassingEvent[] = [];
  #seq = 0;
  #gather: Timer | undefined;
  #heartbeat: Timer | undefined;

  constructor(sources: FeedSources, clock: Clock) {
    this.#sources = sources;
    this.#clock = clock;
  }

  slotChanged(slot: SlotNumber): void {
    this.#slots.add(slot);
    this.#later();
  }

  serverChanged(name: ServerName): void {
    this.#servers.add(name);
    this.#later();
  }

  changed(section: keyof FeedSections): void {
    this.#sections.add(section);
    this.#later();
  }

  happened(event: EventRow): void {
    if (this.#subscribers.size > 0) this.#events.push(event);
    this.#later();
  }

  passed(event: PassingEvent): void {
    if (this.#subscribers.size === 0) return;
    this.#passing.push(event);
    this.#later();
  }

  /** Sends what has changed up to now, and says by which `seq` a mirror holds it. */
  flush(): number {
    this.#gather?.cancel();
    this.#gather = undefined;
    const told = this.#events.length + this.#passing.length;
    if (this.#slots.size + this.#servers.size + this.#sections.size + told === 0) return this.#seq;
    this.#seq++;
    const line = this.#line();
    this.#slots.clear();
    this.#servers.clear();
    this.#sections.clear();
    this.#events = [];
    this.#passing = [];
    this.#send(line);
    return this.#seq;
  }

  /** Sends the snapshot and from then on every change. The result ends it. A subscriber that falls behind is ended. */
  subscribe(subscriber: FeedSubscriber, ended: () => void): () => void {
    this.flush();
    subscriber(encode({ seq: this.#seq, snapshot: this.#sources.snapshot() }));
    const end: FeedSubscriber = (line) => {
      if (subscriber(line)) return true;
      this.#subscribers.delete(end);
      ended();
      return false;
    };
    this.#subscribers.add(end);
    this.#beat();
    return () => {
      this.#subscribers.delete(end);
      if (this.#subscribers.size === 0) this.#heartbeat?.cancel();
    };
  }

  #line(): FeedLine {
    const all = this.#sections.size === 0 ? undefined : this.#sources.sections();
    const servers = [...this.#servers].map((name) => ({ name, view: this.#sources.server(name) }));
    const there = servers.flatMap(({ view }) => view ?? []);
    const gone = servers.filter(({ view }) => view === undefined).map(({ name }) => name);
    return {
      seq: this.#seq,
      ...(there.length === 0 ? {} : { servers: there }),
      ...(gone.length === 0 ? {} : { gone }),
      ...(this.#slots.size === 0 ? {} : { slots: [...this.#slots].map((slot) => this.#sources.slot(slot)) }),
      ...(all === undefined ? {} : Object.fromEntries([...this.#sections].map((name) => [name, all[name]]))),
      ...(this.#events.length === 0 ? {} : { events: this.#events }),
      ...(this.#passing.length === 0 ? {} : { passing: this.#passing }),
    };
  }

  #send(line: FeedLine): void {
    if (this.#subscribers.size === 0) return;
    const text = encode(line);
    for (const subscriber of this.#subscribers) subscriber(text);
    this.#beat();
  }

  #later(): void {
    this.#gather ??= this.#clock.after(GATHER, () => this.flush());
  }

  #beat(): void {
    this.#heartbeat?.cancel();
    this.#heartbeat = this.#clock.after(millis(FEED_HEARTBEAT), () => this.#send({ seq: this.#seq }));
  }

  /** Lets no timer of its own keep the process. */
  stop(): void {
    this.#gather?.cancel();
    this.#heartbeat?.cancel();
    this.#subscribers.clear();
  }
}

function encode(line: FeedLine): string {
  return `${JSON.stringify(line)}\n`;
}

import type { Logger } from 'pino';
import type { PassingEvent } from '../../jobs/client-events.ts';
import type { TotalsView } from '../../jobs/totals.ts';
import type { Clock } from '../../rack/clock.ts';
import type { ApiKey } from '../../rack/tenancy/key.ts';
import type { Tenant } from '../../rack/tenancy/tenant.ts';
import { type Millis, millis, seconds } from '../../rack/units.ts';
import type { EventRow } from '../../store/events.ts';
import type { ControlClient } from '../control/client.ts';
import { FEED_HEARTBEAT, type FeedLine, type FeedSnapshot, type ServerView } from '../control/feed-protocol.ts';
import type { SlotView } from '../control/protocol.ts';
import { ApiError } from './errors.ts';

const RETRY: Millis = seconds(1);
/** How long an answer waits for its own effect to come over the feed. */
const REACH_LIMIT: Millis = seconds(5);
/** Silence after which the controller counts as away. */
const SILENCE: Millis = millis(3 * FEED_HEARTBEAT);

export interface Rack extends Omit<FeedSnapshot, 'slots' | 'servers' | 'keys' | 'tenants' | 'storage' | 'totals'> {
  seq: number;
  readonly slots: Map<number, SlotView>;
  readonly servers: Map<string, ServerView>;
  storage: FeedSnapshot['storage'];
  tenants: ReadonlyMap<string, Tenant>;
  keys: ReadonlyMap<string, ApiKey>;
  totals: TotalsView;
}

export interface Changes {
  readonly slots: readonly SlotView[];
  readonly servers: readonly ServerView[];
  readonly events: readonly EventRow[];
  readonly passing: readonly PassingEvent[];
  /** A controller was found: all may have changed, and what happened before is to be asked for. */
  readonly began: boolean;
  /** Tenants or keys have changed. */
  readonly access: boolean;
}

/** What the controller knows, kept here over its feed: reading asks nobody. */
export class Mirror {
  readonly #client: ControlClient;
  readonly #clock: Clock;
  readonly #log: Logger;
  #rack: Rack | undefined;
  #heardAt: Millis;
  #stop: (() => void) | undefined;
  #stopped = false;
  readonly #waiting = new Set<() => void>();
  readonly #listeners = new Set<(changes: Changes) => void>();

  constructor(client: ControlClient, clock: Clock, log: Logger) {
    this.#client = client;
    this.#clock = clock;
    this.#log = log;
    this.#heardAt = clock.monotonic();
  }

  start(): void {
    if (this.#stopped) return;
    this.#stop = this.#client.feed(
      (line) => this.#hear(line),
      (cause) => {
        if (this.#rack !== undefined) this.#log.warn({ err: cause }, 'the controller is away');
        this.#rack = undefined;
        if (!this.#stopped) this.#clock.after(RETRY, () => this.start());
      },
    );
  }

  stop(): void {
    this.#stopped = true;
    this.#stop?.();
  }

  /** The rack as it is. Throws controller_away: there is none to tell it. */
  rack(): Rack {
    const silent = this.#clock.monotonic() - this.#heardAt;
    if (this.#rack !== undefined && silent < SILENCE) return this.#rack;
    throw new ApiError('controller_away', 'the controller of the rack is not answering; boards go on as they are', {
      headers: { 'retry-after': '5' },
    });
  }

  get present(): boolean {
    return this.#rack !== undefined && this.#clock.monotonic() - this.#heardAt < SILENCE;
  }

  /** Calls `listener` with what changes, until the result is called. */
  onChange(listener: (changes: Changes) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when the effect of a command is in here. */
  async reached(seq: number): Promise<void> {
    if ((this.#rack?.seq ?? -1) >= seq) return;
    await new Promise<void>((resolve, reject) => {
      const timer = this.#clock.after(REACH_LIMIT, () => {
        this.#waiting.delete(look);
        reject(
          new ApiError(
            'controller_away',
            'what was asked for is recorded, and the controller went away before it showed',
          ),
        );
      });
      const look = () => {
        if ((this.#rack?.seq ?? -1) < seq) return;
        this.#waiting.delete(look);
        timer.cancel();
        resolve();
      };
      this.#waiting.add(look);
    });
  }

  #hear(line: FeedLine): void {
    this.#heardAt = this.#clock.monotonic();
    const { snapshot, seq } = line;
    if (snapshot !== undefined) {
      const { slots, servers, tenants, keys, ...rest } = snapshot;
      this.#rack = {
        ...rest,
        seq,
        slots: byNumber(slots),
        servers: byName(servers),
        tenants: byName(tenants),
        keys: byId(keys),
      };
    } else if (this.#rack !== undefined) {
      this.#rack.seq = seq;
      for (const slot of line.slots ?? []) this.#rack.slots.set(slot.slot, slot);
      for (const server of line.servers ?? []) this.#rack.servers.set(server.name, server);
      for (const name of line.gone ?? []) this.#rack.servers.delete(name);
      if (line.tenants !== undefined) this.#rack.tenants = byName(line.tenants);
      if (line.storage !== undefined) this.#rack.storage = line.storage;
      if (line.keys !== undefined) this.#rack.keys = byId(line.keys);
      if (line.totals !== undefined) this.#rack.totals = line.totals;
    }
    for (const look of [...this.#waiting]) look();
    const { slots = [], servers = [], events = [], passing = [] } = line;
    const began = snapshot !== undefined;
    const access = began || line.tenants !== undefined || line.keys !== undefined;
    if (slots.length + servers.length + events.length + passing.length === 0 && !access) return;
    for (const listener of this.#listeners) listener({ slots, servers, events, passing, began, access });
  }
}

const byNumber = (slots: readonly SlotView[]) => new Map(slots.map((slot) => [slot.slot, slot]));
const byName = <Named extends { readonly name: string }>(all: readonly Named[]) =>
  new Map<string, Named>(all.map((each) => [each.name, each]));
const byId = (keys: readonly ApiKey[]) => new Map(keys.map((key) => [key.id, key]));

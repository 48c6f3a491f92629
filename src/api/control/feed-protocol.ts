/**
 * The feed: one long answer of lines of JSON that keeps a mirror of the rack in another process. The first line is all
 * of it, every later one what has changed since. Reading is then a look into the mirror, and costs the controller nothing.
 */
import type { PassingEvent } from '../../jobs/client-events.ts';
import type { StorageView } from '../../jobs/storage/storage-watch.ts';
import type { TotalsView } from '../../jobs/totals.ts';
import type { ApiKey } from '../../rack/tenancy/key.ts';
import type { Server } from '../../rack/tenancy/server.ts';
import type { Tenant } from '../../rack/tenancy/tenant.ts';
import type { EventRow } from '../../store/events.ts';
import type { SlotView } from './protocol.ts';

/** What is mirrored whole whenever something of it changes. */
export interface FeedSections {
  readonly tenants: readonly Tenant[];
  readonly keys: readonly ApiKey[];
  readonly storage: StorageView;
  readonly totals: TotalsView;
}

/** Where a server stands, in the words that customers read. */
export type ServerStatus = 'provisioning' | 'installing' | 'booting' | 'live' | 'reimaging' | 'rescue' | 'failed';

export interface ServerView extends Server {
  readonly status: ServerStatus;
  /** A job works on it: what would change it has to wait. */
  readonly busy: boolean;
  /** Bytes that its disk is kept to; null: nothing keeps it. */
  readonly diskLimit: number | null;
  readonly diskUsed: number | null;
}

export interface ImageView {
  readonly name: string;
  /** For people. */
  readonly label: string;
}

export interface FeedSnapshot extends FeedSections {
  readonly rack: string;
  readonly zone: string;
  readonly kind: 'virtual' | 'real';
  readonly images: readonly ImageView[];
  readonly slots: readonly SlotView[];
  readonly servers: readonly ServerView[];
}

/**
 * `seq` counts changes of one controller's life. The answer to a command carries the `seq` by which its effect is in the
 * mirror: who has reached that reads its own writes.
 */
export interface FeedLine extends Partial<FeedSections> {
  readonly seq: number;
  /** In the first line of an answer, and only there. */
  readonly snapshot?: FeedSnapshot;
  /** Slots that changed. */
  readonly slots?: readonly SlotView[];
  /** Servers that changed. */
  readonly servers?: readonly ServerView[];
  /** Names of servers that are gone. */
  readonly gone?: readonly string[];
  /** Events since the last line. */
  readonly events?: readonly EventRow[];
  /** What goes on just now, and is kept nowhere. */
  readonly passing?: readonly PassingEvent[];
}

/** A line is sent at least so often, so that a controller that hangs is told from a quiet one. Milliseconds. */
export const FEED_HEARTBEAT = 5_000;

/** Bytes that a subscriber may leave unread before it is ended: several snapshots of a full rack. */
export const FEED_MOST_UNSENT = 16 * 1024 * 1024;

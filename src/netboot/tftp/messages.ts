/** What passes between the controller's thread and the TFTP thread. */
import type { SlotNumber } from '../../rack/units.ts';
import type { BootTree } from '../tree/types.ts';
import type { SlotEvent, TftpStats } from './events.ts';
import type { TftpLeg } from './leg-state.ts';

/** How the thread sets itself up. */
export interface ThreadOptions {
  /** Where requests come; 0 = any. */
  readonly port: number;
  /** Ports that transfers go through; 0 = any. */
  readonly linePorts: readonly number[];
  readonly netns: string | undefined;
  readonly receiveBufferBytes: number;
  readonly segmentation: boolean;
  readonly cacheBytes: number;
  /** The same two for IPv6; undefined: no slot boots over it. */
  readonly ipv6: TftpPorts | undefined;
}

export interface TftpPorts {
  readonly port: number;
  readonly linePorts: readonly number[];
}

export type ToThread =
  | { readonly type: 'legs'; readonly legs: readonly TftpLeg[] }
  | { readonly type: 'tree'; readonly tree: BootTree }
  | { readonly type: 'remove_tree'; readonly slot: SlotNumber }
  | { readonly type: 'warm'; readonly id: number; readonly directory: string }
  | { readonly type: 'stats'; readonly id: number }
  | { readonly type: 'stop' };

export type FromThread =
  | ({ readonly type: 'ready'; readonly ipv6: ReadyIpv6 | undefined } & TftpPorts)
  | { readonly type: 'events'; readonly events: readonly SlotEvent[] }
  | { readonly type: 'warmed'; readonly id: number }
  | { readonly type: 'stats'; readonly id: number; readonly stats: ThreadStats };

/** IPv6 that cannot be served is no reason not to serve IPv4. */
export type ReadyIpv6 = TftpPorts | { readonly failed: string };

export interface ThreadStats extends TftpStats {
  /** Events thrown away because too many came at once. */
  readonly eventsDropped: number;
}

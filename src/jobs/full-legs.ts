/**
 * Keeps a board from holding all connections that the NFS server has. The kernel bounds how fast a leg begins them; how many
 * it keeps is counted here, each time the witness of mounts looks. A leg that has too many begins no more until some ended.
 */
import type { Plan } from '../rack/plan.ts';
import type { SlotNumber } from '../rack/units.ts';
import type { Ipv4 } from '../wire/address.ts';

/** The kernel's NFS client has one, or up to 16 (`nconnect`), and one to the mount service for a moment. */
export const MOST_CONNECTIONS = 32;
/** How long a leg is held without being looked at again, and how often it is held anew. */
export const HOLD_SECONDS = 15;
const RENEW_SECONDS = 5;

export interface FullLegsParts {
  readonly plan: Pick<Plan, 'slots'>;
  /** These legs, and no others, may begin no connection for so many seconds. */
  readonly hold: (legs: readonly string[], seconds: number) => Promise<void>;
  readonly event: (slot: SlotNumber, kind: 'connections_full', text: string) => void;
  /** It could not be held. */
  readonly failed: (cause: unknown) => void;
  /** Seconds, monotonic. */
  readonly now: () => number;
}

export class FullLegs {
  readonly #parts: FullLegsParts;
  #full: ReadonlySet<string> = new Set();
  #heldAt = Number.NEGATIVE_INFINITY;

  constructor(parts: FullLegsParts) {
    this.#parts = parts;
  }

  /** Takes what was counted: connections by the board's address. */
  async saw(connections: ReadonlyMap<Ipv4, number>): Promise<void> {
    const { plan, event, hold, failed, now } = this.#parts;
    const full = new Set<string>();
    for (const { slot, leg, ipv4 } of plan.slots) {
      const count = connections.get(ipv4.board) ?? 0;
      if (count <= MOST_CONNECTIONS) continue;
      full.add(leg);
      if (this.#full.has(leg)) continue;
      event(
        slot,
        'connections_full',
        `holds ${count} connections to the NFS server; more than ${MOST_CONNECTIONS} are for nobody, and it begins no more until some have ended`,
      );
    }
    const same = full.size === this.#full.size && [...full].every((leg) => this.#full.has(leg));
    if (same && (full.size === 0 || now() - this.#heldAt < RENEW_SECONDS)) return;
    this.#full = full;
    this.#heldAt = now();
    try {
      await hold([...full], HOLD_SECONDS);
    } catch (cause) {
      // Tried again when it is next due; what is held already stays so until its seconds are over.
      failed(cause);
    }
  }
}

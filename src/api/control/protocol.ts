/** What goes over the controller's socket. The same shapes are what `--json` prints. */
import type { PowerAction } from '../../jobs/power.ts';
import type { BoardSeen, PowerSeen, SlotCondition } from '../../rack/slot-state.ts';
import type { Activity, Step } from '../../rack/timeline.ts';
import type { BootRow } from '../../store/boots.ts';
import type { EventRow } from '../../store/events.ts';
import type { ObservationRow } from '../../store/observations.ts';
import type { SlowView } from './boot-views.ts';

export interface SlotView {
  readonly slot: number;
  readonly switch: string;
  readonly port: string;
  readonly vlan: number;
  readonly ipv4: string;
  readonly ipv6: string;
  /** The /64 of the slot. */
  readonly network6: string;
  /** The prefix that is routed to the board; null: none is. */
  readonly routed: string | null;
  readonly sshPort: number;
  readonly hostName: string;
  readonly image: string | null;
  /** What is simulated in this slot of a virtual rack; null: nothing is, or the rack is real. */
  readonly simulated: string | null;
  readonly condition: SlotCondition;
  /** The furthest milestone of the current boot. */
  readonly stage: string | null;
  /** One sentence for a person. */
  readonly progress: string;
  /** Since when it is so, in milliseconds since the Unix epoch. */
  readonly since: number;
  readonly wanted: 'on' | 'off';
  /** A power cycle was asked for and has not ended. */
  readonly cycling: boolean;
  readonly power: PowerSeen | null;
  readonly board: BoardSeen;
  readonly reachable6: boolean | null;
  readonly attempts: number;
  readonly lastCause: string | null;
  /** Staff work on it: no customer gets it, recovery leaves it alone. `until`: null where nobody said. */
  readonly maintenance: {
    readonly reason: string;
    readonly who: string;
    readonly since: number;
    readonly until: number | null;
  } | null;
  /** It is left alone. `by`: null where recovery gave up. */
  readonly quarantine: { readonly cause: string; readonly at: number; readonly by: string | null } | null;
  readonly boot: { readonly startedAt: number; readonly activity: string; readonly steps: readonly Step[] } | null;
}

export interface Summary {
  readonly slots: number;
  readonly conditions: Readonly<Partial<Record<SlotCondition, number>>>;
  /** Since this controller's state was begun, or since the `since` that was asked for. */
  readonly boots: number;
  readonly failures: number;
  /** Power-on to SSH banner, in milliseconds; null before the first board is up. */
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
}

export interface StatusView {
  readonly rack: string;
  readonly kind: 'virtual' | 'real';
  readonly controller: { readonly pid: number; readonly startedAt: number };
  /** Parts that do not work as they should, one sentence each. */
  readonly troubles: readonly string[];
  readonly summary: Summary;
  readonly slots: readonly SlotView[];
}

export interface BoardView {
  readonly slot: SlotView;
  /** The last signs of life of the boot under way, oldest first. */
  readonly recent: readonly Activity[];
  /** In what the board is slower than its neighbours. */
  readonly slow: readonly SlowView[];
  /** What it let be seen of itself: claims. */
  readonly observations: readonly ObservationRow[];
  readonly boots: readonly BootRow[];
  readonly events: readonly EventRow[];
}

export interface PowerRequest {
  readonly slots: readonly number[];
  readonly action: PowerAction;
  readonly who: string;
}

/** What takes a while answers with one of these a line; the last is the result. */
export type StreamLine<Progress, Result> = { readonly progress: Progress } | { readonly result: Result };

/** Every refusal: what was wrong and what was expected. */
export interface ErrorBody {
  readonly error: string;
  /** A short stable word, where there is one. */
  readonly code?: string;
}

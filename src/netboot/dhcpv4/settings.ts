/** What can be tuned about the answers. */
import { ROM_NUDGES_MS } from '../../pi/rom.ts';
import type { BootTimings, Plan, TimingModel } from '../../rack/plan.ts';
import { type Millis, millis, seconds } from '../../rack/units.ts';

export interface DecideSettings {
  /** Length of a lease. Renewal is due after half of it, rebinding after seven eighths (RFC 2131 §4.4.5). */
  readonly leaseTime: Millis;
  /** How long an OFFER to boot firmware is held back (pi-boot §1.5). */
  readonly offerDelay: Readonly<Record<TimingModel, Millis>>;
  /** When, after a DISCOVER of boot firmware, a frame is sent to wake it (pi-boot §1.5). */
  readonly nudges: Readonly<Record<TimingModel, readonly Millis[]>>;
}

export interface ServerSettings extends DecideSettings {
  /** Datagrams that one leg may send at once, and per second thereafter; what is over is dropped unread. */
  readonly rate: { readonly burst: number; readonly perSecond: number };
  /** A message that repeats the one before on its leg within this time is a duplicate made by the network. */
  readonly duplicateWindow: Millis;
}

const ZERO = millis(0);
const NUDGES: readonly Millis[] = Object.freeze(ROM_NUDGES_MS.map(millis));

export const DEFAULT_SETTINGS: ServerSettings = Object.freeze({
  leaseTime: seconds(12 * 3600),
  offerDelay: Object.freeze({ '3B': ZERO, '3B+': ZERO, '4B': ZERO, default: ZERO }),
  nudges: Object.freeze({ '3B': NUDGES, '3B+': NUDGES, '4B': [], default: [] }),
  rate: Object.freeze({ burst: 50, perSecond: 50 }),
  duplicateWindow: millis(20),
});

/** The defaults with the lease time, the OFFER delays and the nudges of a plan. */
export function settingsOf(plan: Pick<Plan, 'timings' | 'dhcp'>): ServerSettings {
  const of = <T>(read: (timings: BootTimings) => T): Record<TimingModel, T> => ({
    '3B': read(plan.timings['3B']),
    '3B+': read(plan.timings['3B+']),
    '4B': read(plan.timings['4B']),
    default: read(plan.timings.default),
  });
  return {
    ...DEFAULT_SETTINGS,
    leaseTime: plan.dhcp.lease,
    offerDelay: of(({ offerDelay }) => offerDelay),
    nudges: of(({ nudges }) => nudges),
  };
}

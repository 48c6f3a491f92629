/** What can be tuned about the answers. */
import type { Plan } from '../../rack/plan.ts';
import { type Millis, millis } from '../../rack/units.ts';

export interface Decide6Settings {
  /** Seconds. The address belongs to the leg for good: lifetimes only say how often a client is heard of. */
  readonly preferred: number;
  readonly valid: number;
}

export interface Server6Settings extends Decide6Settings {
  /** Datagrams that one leg may send at once, and per second thereafter; what is over is dropped unread. */
  readonly rate: { readonly burst: number; readonly perSecond: number };
  /** A message that repeats the one before on its leg within this time is a duplicate made by the network. */
  readonly duplicateWindow: Millis;
}

export const DEFAULT_SETTINGS6: Server6Settings = Object.freeze({
  preferred: 12 * 3600,
  valid: 24 * 3600,
  rate: Object.freeze({ burst: 50, perSecond: 50 }),
  duplicateWindow: millis(20),
});

/** The lifetimes of a plan: a client that cannot renew may use its address as long again (RFC 8415 §21.6). */
export function settings6Of({ dhcp }: Pick<Plan, 'dhcp'>): Decide6Settings {
  const preferred = Math.round(dhcp.lease / 1000);
  return { preferred, valid: preferred * 2 };
}

/**
 * Recovery by cause: the last milestone says what is wrong, and what is wrong says whether a power cycle can help.
 * Pure, so that the whole policy is one table and one function.
 */
import type { Milestone } from './milestone.ts';
import type { BootTimings } from './plan.ts';
import { type Boot, stage } from './timeline.ts';
import { type Millis, millis, seconds } from './units.ts';

export interface StageRule {
  /** What to call it when the boot stands still here: shown to staff as it is. */
  readonly cause: string;
  /** Which time limit of the rack file holds here. */
  readonly limit: Exclude<keyof BootTimings, 'offerDelay' | 'nudges'>;
  /** Power cycles worth trying before the slot is quarantined; 0 = say it and leave the board alone. */
  readonly cycles: number;
}

/** ssh_up is missing on purpose: a board that is up belongs to its tenant, and is never cycled for being silent. */
export const STAGE_RULES: Readonly<Partial<Record<Milestone, StageRule>>> = {
  power_on: {
    cause: 'no DHCP DISCOVER: no link, a dead board, or one not set to boot from the network',
    limit: 'discover',
    cycles: 3,
  },
  discover: { cause: 'DISCOVER seen but no OFFER could be sent', limit: 'firstRequest', cycles: 3 },
  offer: {
    cause: 'OFFER sent but no file was asked for: the boot ROM did not take it',
    limit: 'firstRequest',
    cycles: 3,
  },
  first_request: { cause: 'TFTP stalled before the firmware was sent', limit: 'transferIdle', cycles: 3 },
  firmware_sent: { cause: 'TFTP stalled before the kernel was sent', limit: 'transferIdle', cycles: 3 },
  kernel_sent: {
    cause: 'kernel sent but it never spoke DHCP: wrong kernel, device tree or initramfs',
    limit: 'rootMount',
    cycles: 2,
  },
  kernel_dhcp: { cause: 'kernel has its address but did not mount its root over NFS', limit: 'rootMount', cycles: 2 },
  root_mounted: { cause: 'root mounted but no SSH banner over IPv6', limit: 'ssh', cycles: 1 },
};

export type Verdict =
  | { readonly kind: 'fine' }
  /** Nothing to do before `at`, unless something is seen. */
  | { readonly kind: 'waiting'; readonly at: Millis }
  | { readonly kind: 'cycle'; readonly cause: string }
  | { readonly kind: 'give_up'; readonly cause: string };

/**
 * Whether this boot stands still, and what to do about it.
 *
 * @param attempts power cycles already spent on this slot since it was last up
 * @param watchingSince when this controller began to watch; silence before that proves nothing
 */
export function judge(boot: Boot, timings: BootTimings, attempts: number, watchingSince: Millis, now: Millis): Verdict {
  const at = stage(boot);
  const rule = STAGE_RULES[at];
  if (rule === undefined) return { kind: 'fine' };
  const limit = timings[rule.limit];
  const deadline = millis(Math.max(boot.activityAt, watchingSince) + limit);
  if (now < deadline) return { kind: 'waiting', at: deadline };
  const cause = `${rule.cause} (last seen: ${boot.activity}; waited ${Math.round(limit / 1000)} s)`;
  return attempts < rule.cycles ? { kind: 'cycle', cause } : { kind: 'give_up', cause };
}

/** How long to leave a board alone before the next try: 0, 10, 20, 40 s … at most 5 minutes. */
export function backOff(attempts: number): Millis {
  return attempts === 0 ? millis(0) : millis(Math.min(seconds(10) * 2 ** (attempts - 1), seconds(300)));
}

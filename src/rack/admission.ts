/**
 * Which boards may be powered on now. Admission happens at the power switch, because a powered Pi cannot be told to
 * wait: it asks five times and then is dead until its power is cut (pi-boot §1.6).
 */
import type { Millis, SlotNumber, Watts } from './units.ts';
import { millis } from './units.ts';

/** A slot that wants power, and what its board has to be given room for. */
export interface Candidate {
  readonly slot: SlotNumber;
  readonly need: Watts;
}

/** What is under way on one switch, whoever began it. */
export interface SwitchLoad {
  /** Boards between power-on and ssh up; ports that were switched on and deliver nothing yet are counted too. */
  readonly booting: number;
  /** Ports that were switched on and deliver nothing yet. */
  readonly undetected: number;
  /** What counts against the budget, with room for what the boards that start may come to. */
  readonly used: Watts;
}

export interface SwitchLimits {
  readonly concurrentBoots: number;
  readonly undetected: number;
  /** After the headroom. */
  readonly budget: Watts;
}

export interface Admission {
  readonly admitted: readonly SlotNumber[];
  /** Why the rest waits; undefined when nothing waits. */
  readonly waiting: string | undefined;
}

/** Takes from the front of `queue` as many slots as the switch can bear. `tokens`: starts that the bucket allows now. */
export function admit(queue: readonly Candidate[], load: SwitchLoad, limits: SwitchLimits, tokens: number): Admission {
  const admitted: SlotNumber[] = [];
  let used: number = load.used;
  for (const { slot, need } of queue) {
    const waiting = refusal(admitted.length, need, { ...load, used: used as Watts }, limits, tokens);
    if (waiting !== undefined) return { admitted, waiting };
    admitted.push(slot);
    used += need;
  }
  return { admitted, waiting: undefined };
}

/** In the order of how long it will last. */
function refusal(
  taken: number,
  need: Watts,
  load: SwitchLoad,
  limits: SwitchLimits,
  tokens: number,
): string | undefined {
  if (load.used + need > limits.budget) {
    return `power budget: ${text(load.used)} of ${text(limits.budget)} W in use, the next board needs ${text(need)} W`;
  }
  if (load.booting + taken >= limits.concurrentBoots) {
    return `${limits.concurrentBoots} boards of this switch are booting, which is its limit`;
  }
  if (load.undetected + taken >= limits.undetected) {
    const ports = limits.undetected === 1 ? 'a port was' : `${limits.undetected} ports were`;
    return `${ports} switched on and not yet given power by the switch, which is the limit`;
  }
  if (taken >= tokens) return 'boards of one switch are started one after the other';
  return undefined;
}

function text(amount: Watts | number): string {
  return String(Math.round(amount * 10) / 10);
}

/** A token bucket: so many starts at once, and one more each time `every` has passed. */
export interface Bucket {
  readonly tokens: number;
  /** Up to when time has been turned into tokens. */
  readonly at: Millis;
}

export function refill(bucket: Bucket, size: number, every: Millis, now: Millis): Bucket {
  const due = Math.floor((now - bucket.at) / every);
  const tokens = bucket.tokens + Math.max(0, due);
  // While it is full no time is saved up for the next token.
  if (tokens >= size) return { tokens: size, at: now };
  return due <= 0 ? bucket : { tokens, at: millis(bucket.at + due * every) };
}

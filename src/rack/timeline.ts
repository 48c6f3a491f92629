/**
 * One boot of one board as a bounded list of milestones, and the pure rules by which what is seen becomes a boot.
 * The API's sentence, the rack table and the recovery policy all read this one value.
 */
import { MILESTONES, type Milestone, milestoneIndex } from './milestone.ts';
import { type Millis, millis } from './units.ts';

export interface Step {
  readonly milestone: Milestone;
  /** Since the Unix epoch. */
  readonly at: Millis;
  readonly detail: string;
}

export interface Boot {
  readonly startedAt: Millis;
  /** The first time each milestone was reached, in order of time: at most one step per milestone. */
  readonly steps: readonly Step[];
  /** Last sign of life during the boot: a milestone, a DISCOVER repeated, a file asked for. */
  readonly activityAt: Millis;
  /** What that sign was. */
  readonly activity: string;
}

/** What was just seen of a board. `again` marks signs of life that reach no new milestone. */
export interface Sighting {
  readonly milestone: Milestone;
  readonly at: Millis;
  readonly detail: string;
}

export interface Advance {
  readonly boot: Boot;
  /** The sighting began a new boot: the one before, if any, is over. */
  readonly began: boolean;
  /** The sighting reached a milestone for the first time in this boot. */
  readonly reached: boolean;
}

/**
 * Takes one sighting into the current boot.
 *
 * A boot begins with power-on, and with a boot ROM's DISCOVER after the kernel had been sent: that board has restarted
 * by itself. Power-on is read by polling, so a quick board may be heard before it: then it belongs to the boot that has
 * just begun. A DISCOVER before that is a retry or the second stage asking again, which every Pi 3 does (pi-boot §1.2).
 */
export function advance(current: Boot | undefined, seen: Sighting): Advance {
  if (current === undefined || beginsBoot(current, seen.milestone)) {
    return { boot: begin(seen), began: true, reached: true };
  }
  const reached = !current.steps.some((step) => step.milestone === seen.milestone);
  const steps = reached ? [...current.steps, toStep(seen)] : current.steps;
  const boot = { ...current, steps, activityAt: seen.at, activity: describe(seen) };
  return { boot, began: false, reached };
}

/** A sign of life that is no milestone: a file served, a repeated request. */
export function touch(current: Boot, at: Millis, activity: string): Boot {
  return { ...current, activityAt: at, activity };
}

function beginsBoot(current: Boot, milestone: Milestone): boolean {
  const late = furthest(current) >= milestoneIndex('kernel_sent');
  if (milestone === 'power_on') return late || reachedAt(current, 'power_on') !== undefined;
  return milestone === 'discover' && late;
}

function begin(seen: Sighting): Boot {
  return { startedAt: seen.at, steps: [toStep(seen)], activityAt: seen.at, activity: describe(seen) };
}

function toStep(seen: Sighting): Step {
  return { milestone: seen.milestone, at: seen.at, detail: seen.detail };
}

function describe(seen: Sighting): string {
  return seen.detail === '' ? seen.milestone : `${seen.milestone}: ${seen.detail}`;
}

function furthest(boot: Boot): number {
  return boot.steps.reduce((most, step) => Math.max(most, milestoneIndex(step.milestone)), 0);
}

/** The furthest milestone of the boot, which is not always the latest: a Pi asks for config.txt after its firmware. */
export function stage(boot: Boot): Milestone {
  return MILESTONES[furthest(boot)] as Milestone;
}

export function reachedAt(boot: Boot, milestone: Milestone): Millis | undefined {
  return boot.steps.find((step) => step.milestone === milestone)?.at;
}

/** From the start of the boot to the SSH banner; undefined while it is still booting. */
export function bootDuration(boot: Boot): Millis | undefined {
  const up = reachedAt(boot, 'ssh_up');
  return up === undefined ? undefined : millis(up - boot.startedAt);
}

const SENTENCES: Readonly<Record<Milestone, string>> = {
  power_on: 'Waiting for initial DHCP',
  discover: 'Answering DHCP',
  offer: 'Waiting for the first file request',
  first_request: 'Loading firmware',
  firmware_sent: 'Loading kernel',
  kernel_sent: 'Starting kernel',
  kernel_dhcp: 'Mounting root file system',
  root_mounted: 'Starting services',
  ssh_up: 'Up',
};

/** Where the boot stands, as one sentence for a person. */
export function progressSentence(boot: Boot): string {
  return SENTENCES[stage(boot)];
}

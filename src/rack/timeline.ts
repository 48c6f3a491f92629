/**
 * One boot of one board as a bounded list of milestones, and the pure rules by which what is seen becomes a boot.
 * The API's sentence, the rack table and the recovery policy all read this one value.
 */
import type { FileRole } from '../pi/file-role.ts';
import { addLoad, type Load, type LoadPart } from './load.ts';
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
  /** The last signs of life, oldest first: at most MOST_RECENT. */
  readonly recent: readonly Activity[];
  /** What TFTP sent, by the stage that the boot was in; at most one for each milestone. */
  readonly loads: readonly Load[];
  /** The file that was on its way at the last sign of life. */
  readonly transfer: Transfer | undefined;
}

export interface Activity {
  readonly at: Millis;
  readonly text: string;
}

export interface Transfer {
  readonly name: string;
  readonly role: FileRole;
  /** Acknowledged, of `size`. */
  readonly bytes: number;
  readonly size: number;
}

/** A boot asks for some thirty files: what is kept tells the end of it, which is where it stands still. */
export const MOST_RECENT = 32;

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
  return { boot: { ...touch(current, seen.at, describe(seen)), steps }, began: false, reached };
}

/** A sign of life that is no milestone: a file served, a repeated request; or, with `transfer`, a file on its way. */
export function touch(current: Boot, at: Millis, activity: string, transfer?: Transfer): Boot {
  // A file is told of every second: what counts of that is the last.
  const goesOn = transfer !== undefined && transfer.name === current.transfer?.name;
  const before = goesOn ? current.recent.slice(0, -1) : current.recent;
  const recent = [...before, { at, text: activity }].slice(-MOST_RECENT);
  return { ...current, activityAt: at, activity, recent, transfer };
}

/** Counts what was sent, or asked for, to the stage that the boot is in. */
export function load(current: Boot, part: LoadPart): Boot {
  return { ...current, loads: addLoad(current.loads, stage(current), part) };
}

/** A boot that was recorded, as far as it is on disk. */
export function resume(startedAt: Millis, steps: readonly Step[], loads: readonly Load[]): Boot {
  const last = steps.at(-1);
  const activity = last?.milestone ?? 'begun';
  const activityAt = last?.at ?? startedAt;
  return { startedAt, steps, activityAt, activity, recent: [], loads, transfer: undefined };
}

function beginsBoot(current: Boot, milestone: Milestone): boolean {
  const late = furthest(current) >= milestoneIndex('kernel_sent');
  if (milestone === 'power_on') return late || reachedAt(current, 'power_on') !== undefined;
  return milestone === 'discover' && late;
}

function begin(seen: Sighting): Boot {
  return touch(resume(seen.at, [toStep(seen)], []), seen.at, describe(seen));
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

/** Where the boot stands, as one sentence for a person: `Loading kernel (62 %)`. */
export function progressSentence(boot: Boot): string {
  const at = stage(boot);
  const { transfer } = boot;
  const loading = transfer === undefined ? undefined : LOADING[at]?.[transfer.role];
  if (transfer === undefined || loading === undefined || transfer.size === 0) return SENTENCES[at];
  return `${loading} (${Math.floor((100 * transfer.bytes) / transfer.size)} %)`;
}

/** Files that take long enough to be told how far they are, in the stage that they belong to. */
const LOADING: Readonly<Partial<Record<Milestone, Partial<Record<FileRole, string>>>>> = {
  first_request: { firmware: 'Loading firmware' },
  firmware_sent: { kernel: 'Loading kernel', initramfs: 'Loading initramfs' },
};

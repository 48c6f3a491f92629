/** Has backups made when they are due, and says when there are none: a backup that nobody misses is not there when needed. */
import { lastDue } from '../../rack/backup/schedule.ts';
import type { Timer } from '../../rack/clock.ts';
import { formatRange } from '../../rack/range.ts';
import { hours, type Millis, minutes, seconds } from '../../rack/units.ts';
import { dropAllPictures } from '../../roots/backups/pictures.ts';
import { messageOf } from '../../roots/errors.ts';
import { JobRefused } from '../durable/kind.ts';
import { WHOLE_RACK } from '../durable/rack-jobs.ts';
import type { JobRunner } from '../durable/runner.ts';
import type { BackupParts } from './parts.ts';
import { NO_REPOSITORY } from './run.ts';

export interface BackupKeeperParts {
  readonly parts: BackupParts;
  readonly jobs: Pick<JobRunner, 'ask'>;
}

const LOOK_EVERY = minutes(1);
const FIRST_LOOK = seconds(30);
const DAY = hours(24);
const AGAIN_AFTER = hours(1);
/** More than fit between two that are due. */
const MOST_AGAIN = 24;

export class BackupKeeper {
  readonly #parts: BackupParts;
  readonly #jobs: BackupKeeperParts['jobs'];
  #timer: Timer | undefined;
  #overdue: string | undefined;
  #toldAt: Millis | undefined;
  #refusal: string | undefined;
  #stopped = false;

  constructor({ parts, jobs }: BackupKeeperParts) {
    this.#parts = parts;
    this.#jobs = jobs;
  }

  /** Before jobs are taken up: what a controller that died has left of pictures and restores goes. */
  async start(): Promise<void> {
    const { run, rootsDirectory, log, backups } = this.#parts;
    if (backups === undefined) return;
    await dropAllPictures(run, rootsDirectory).catch((error: unknown) =>
      log.warn({ err: error }, 'what an earlier backup left could not be removed'),
    );
    this.#after(FIRST_LOOK);
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  troubles(): readonly string[] {
    return [this.#refusal, this.#overdue].filter((text) => text !== undefined);
  }

  /** Public for tests: what is done every minute. */
  async look(): Promise<void> {
    await this.#askIfDue();
    this.#missBackups();
  }

  #after(delay: Millis): void {
    if (this.#stopped) return;
    this.#timer = this.#parts.clock.after(delay, () => {
      void this.look()
        .catch((error: unknown) => this.#parts.log.error({ err: error }, 'backups could not be looked after'))
        .finally(() => this.#after(LOOK_EVERY));
    });
  }

  /**
   * The same request however often it is made: the key is the time at which it became due. A repository that was away is
   * looked for again an hour later, until the next one is due.
   */
  async #askIfDue(): Promise<void> {
    const { backups, plan, clock } = this.#parts;
    if (backups?.schedule === undefined) return;
    const due = lastDue(backups.schedule, plan.rack, clock.now());
    // One that was missed for a day is not made up for: the next is due.
    const key = `backup ${new Date(due).toISOString()}`;
    const parameters = { controller: true, forget: backups.keep !== undefined };
    const request = { kind: 'backup', slot: WHOLE_RACK, who: 'schedule', parameters };
    try {
      for (let again = 0; again < MOST_AGAIN; again++) {
        const { state, failure, updatedAt } = await this.#jobs.ask({
          ...request,
          key: again === 0 ? key : `${key}, again ${again}`,
        });
        const away = state === 'failed' && failure?.code === NO_REPOSITORY;
        if (!away || clock.now() - updatedAt < AGAIN_AFTER) break;
      }
      this.#refusal = undefined;
    } catch (error) {
      // Another job of the rack is at it, which is asked again in a minute.
      if (error instanceof JobRefused && error.code === 'busy') return;
      this.#refusal = `the daily backup cannot begin: ${messageOf(error)}`;
    }
  }

  #missBackups(): void {
    const { backups, roots, table, clock, event } = this.#parts;
    if (backups === undefined) return;
    const limit = backups.overdueDays * DAY;
    const good = table.lastGood();
    const overdue = backups.slots.flatMap((slot) => {
      const root = roots.of(slot, 'current');
      if (root === undefined) return [];
      const since = good.get(slot)?.endedAt ?? root.madeAt;
      return clock.now() - since > limit ? [{ slot, since, never: !good.has(slot) }] : [];
    });
    if (overdue.length === 0) {
      this.#overdue = undefined;
      return;
    }
    this.#overdue = sentence(overdue);
    if (this.#toldAt !== undefined && clock.now() - this.#toldAt < DAY) return;
    this.#toldAt = clock.now();
    for (const each of overdue) event(each.slot, 'backup_overdue', sentence([each]));
  }
}

interface Overdue {
  readonly slot: number;
  readonly since: Millis;
  readonly never: boolean;
}

function sentence(overdue: readonly Overdue[]): string {
  const since = Math.min(...overdue.map((each) => each.since));
  const slots = formatRange(new Set(overdue.map(({ slot }) => slot)));
  const never = overdue.every((each) => each.never) ? ' (none ever)' : '';
  return `no good backup of slot${overdue.length === 1 ? '' : 's'} ${slots} since ${new Date(since).toISOString().slice(0, 16).replace('T', ' ')} UTC${never}: \`pirack backup list\` says why, \`pirack backup run ${slots}\` makes one`;
}

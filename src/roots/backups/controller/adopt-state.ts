/**
 * Makes a restored database true again: it remembers roots that may be gone and jobs of another life. A board whose root is
 * gone gets a job that restores it, and is dark until then: it must not come up with an empty system under its own name.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../../rack/clock.ts';
import { QUEUED } from '../../../rack/job.ts';
import type { Millis, SlotNumber } from '../../../rack/units.ts';
import { type Db, openDatabase } from '../../../store/database.ts';
import { EventTable } from '../../../store/events.ts';
import { JobTable } from '../../../store/jobs.ts';
import { type RootRow, RootTable } from '../../../store/roots.ts';
import { STATE_MIGRATIONS } from '../../../store/schema.ts';
import { ServerTable } from '../../../store/servers.ts';
import type { Snapshot } from '../snapshot.ts';
import type { ControllerManifest } from './manifest.ts';

export interface Adopted {
  /** Slots whose root is there. */
  readonly kept: readonly SlotNumber[];
  /** Slots whose root will be restored, before their board gets power. */
  readonly restoring: readonly SlotNumber[];
  /** Slots whose root is gone and has no backup: they get a fresh one. */
  readonly lost: readonly SlotNumber[];
  /** Roots on the disk that the database does not know: they are newer than the backup. */
  readonly unknown: readonly string[];
}

interface Request {
  readonly manifest: Pick<ControllerManifest, 'rootsDirectory' | 'rack'>;
  /** Of this rack, oldest first. */
  readonly snapshots: readonly Snapshot[];
  readonly savedAt: Millis;
  readonly clock: Clock;
}

export async function adoptState(path: string, { manifest, snapshots, savedAt, clock }: Request): Promise<Adopted> {
  const db = openDatabase(path, 'FULL', STATE_MIGRATIONS);
  try {
    return db.transaction((): Adopted => {
      const now = clock.now();
      const roots = new RootTable(db);
      const rows = roots.all();
      const isThere = (row: RootRow) => existsSync(join(manifest.rootsDirectory, row.place, 'clone.json'));
      endJobs(db, now, savedAt);
      // An undo to a root that is gone would be an undo to an empty one.
      const gone = rows.filter((row) => row.role !== 'current' && !isThere(row));
      roots.setRoles(gone.map(({ id }) => ({ id, role: 'doomed' })));
      const current = rows.filter(({ role }) => role === 'current');
      const missing = current.filter((row) => !isThere(row));
      const restoring = missing.filter((row) => queueRestore(db, row, snapshots, now));
      const unknown = unknownRoots(manifest.rootsDirectory, rows);
      skipNumbers(db, unknown);
      const slots = (of: readonly RootRow[]) => of.map(({ slot }) => slot);
      const text = `the controller was restored from its backup of ${new Date(savedAt).toISOString()}: what happened since is not known here`;
      new EventTable(db).add({ at: now, kind: 'controller_restored', text });
      return {
        kept: slots(current.filter(isThere)),
        restoring: slots(restoring),
        lost: slots(missing.filter((row) => !restoring.includes(row))),
        unknown,
      };
    })();
  } finally {
    // All in one file again: it is moved without its log.
    db.pragma('journal_mode = DELETE');
    db.close();
  }
}

/** A reimage that was under way then must not go on now. */
function endJobs(db: Db, now: Millis, savedAt: Millis): void {
  const jobs = new JobTable(db);
  const text = `the controller was restored from a backup of ${new Date(savedAt).toISOString()}, in which this job was under way`;
  for (const job of jobs.active()) jobs.save({ ...job, state: 'failed', failure: { code: 'restored', text } }, now);
}

/** The newest backup of whoever has the slot; false: there is none. */
function queueRestore(db: Db, row: RootRow, snapshots: readonly Snapshot[], now: Millis): boolean {
  const tenant = new ServerTable(db).all().find(({ slot }) => slot === row.slot)?.tenant;
  const found = snapshots.findLast(
    (each) => each.what === 'root' && each.slot === row.slot && each.tenant === tenant && each.image !== undefined,
  );
  if (found === undefined) return false;
  const parameters = { snapshot: found.id, image: found.image, recover: true };
  const job = { kind: 'restore', slot: row.slot, who: 'restore of the controller', parameters, key: undefined };
  new JobTable(db).add(job, QUEUED, now);
  return true;
}

function unknownRoots(directory: string, rows: readonly RootRow[]): readonly string[] {
  const known = new Set(rows.map(({ place }) => place));
  const names = existsSync(directory) ? readdirSync(directory) : [];
  return names.filter((name) => /^slot-\d+(?:\.\d+)?$/.test(name) && !known.has(name)).sort();
}

/** A number is used once: a new root must not get the name of one that is there. */
function skipNumbers(db: Db, unknown: readonly string[]): void {
  const highest = Math.max(0, ...unknown.map((name) => Number(name.split('.')[1] ?? 0)));
  db.prepare(`UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'roots'`).run(highest);
}

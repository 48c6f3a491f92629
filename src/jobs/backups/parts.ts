import type { Logger } from 'pino';
import type { Clock } from '../../rack/clock.ts';
import type { BackupsPlan, Plan } from '../../rack/plan.ts';
import type { BoardSeen } from '../../rack/slot-state.ts';
import type { SlotNumber } from '../../rack/units.ts';
import type { Run } from '../../roots/backends/backend.ts';
import type { Restic } from '../../roots/backups/restic.ts';
import type { dropRestored, restorePath, showRestored } from '../../roots/backups/restore-path.ts';
import type { restoreRoot } from '../../roots/backups/restore-root.ts';
import type { Snapshot } from '../../roots/backups/snapshot.ts';
import type { KnownImages } from '../../roots/known-images.ts';
import type { BackupTable } from '../../store/backups.ts';
import type { GroupCommit } from '../../store/group-commit.ts';
import type { RootTable } from '../../store/roots.ts';
import { JobRefused } from '../durable/kind.ts';

/** What is done with files. */
export interface Restoring {
  readonly root: typeof restoreRoot;
  readonly path: typeof restorePath;
  readonly show: typeof showRestored;
  readonly drop: typeof dropRestored;
}

/** What jobs on backups need of the rest. */
export interface BackupParts {
  readonly plan: Plan;
  /** Undefined: the rack file has no `backups:`. */
  readonly backups: BackupsPlan | undefined;
  readonly restic: Restic | undefined;
  /** Directory of the roots, without links. */
  readonly rootsDirectory: string;
  /** Directory of the databases. */
  readonly stateDirectory: string;
  readonly images: KnownImages;
  readonly roots: RootTable;
  readonly table: BackupTable;
  readonly commit: Pick<GroupCommit, 'write'>;
  readonly tenantOf: (slot: SlotNumber) => string | undefined;
  readonly boardIn: (slot: SlotNumber) => BoardSeen;
  readonly event: (slot: SlotNumber | undefined, kind: string, text: string) => void;
  readonly run: Run;
  readonly restoring: Restoring;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Configured {
  readonly backups: BackupsPlan;
  readonly restic: Restic;
}

/** Throws JobRefused for a rack whose file says nothing of backups. */
export function configured({ backups, restic }: BackupParts): Configured {
  if (backups !== undefined && restic !== undefined) return { backups, restic };
  throw new JobRefused(
    'no_backups',
    'this rack has no backups: expected a section `backups:` in its rack file (docs/backups.md)',
  );
}

export interface Choice {
  readonly slot: SlotNumber;
  /** The beginning of its number, of at least four digits; left out: the newest. */
  readonly snapshot?: string | undefined;
  /** Also what another customer had in the slot. */
  readonly anotherTenant?: boolean | undefined;
}

/**
 * The backup that is meant. What a tenant had in the slot is not given to the next one unless that is said: throws
 * JobRefused.
 */
export async function chooseSnapshot(parts: BackupParts, choice: Choice): Promise<Snapshot> {
  const { slot, snapshot, anotherTenant } = choice;
  const { restic } = configured(parts);
  await restic.prepare();
  const ofSlot = (await restic.snapshots()).filter((each) => each.what === 'root' && each.slot === slot);
  if (ofSlot.length === 0) throw new JobRefused('no_backup', `slot ${slot} has no backup in ${restic.place}`);
  const tenant = parts.tenantOf(slot);
  const own = ofSlot.filter((each) => anotherTenant === true || each.tenant === tenant);
  const matching = snapshot === undefined ? own : ofSlot.filter(({ id }) => id.startsWith(snapshot));
  const found = matching.at(-1);
  if (found === undefined) {
    throw snapshot === undefined
      ? new JobRefused('no_backup', `slot ${slot} has backups, and none of ${nameOf(tenant)}, who has it now`)
      : new JobRefused(
          'no_backup',
          `slot ${slot} has no backup ${snapshot}: \`pirack backup list ${slot}\` shows them`,
        );
  }
  if (snapshot !== undefined && matching.length > 1)
    throw new JobRefused('ambiguous', `${matching.length} backups of slot ${slot} begin with ${snapshot}`);
  if (!own.includes(found)) {
    throw new JobRefused(
      'another_tenant',
      `backup ${found.id.slice(0, 8)} is of ${nameOf(found.tenant)}, and slot ${slot} is ${nameOf(tenant)}’s now: say --another-tenant if it is meant`,
    );
  }
  return found;
}

const nameOf = (tenant: string | undefined): string => (tenant === undefined ? 'nobody' : `tenant ${tenant}`);

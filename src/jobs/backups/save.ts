/** Backs up the slots of a run, some at a time; what is done is recorded slot by slot, so that a run goes on where it was. */
import type { BackupsPlan } from '../../rack/plan.ts';
import type { SlotNumber } from '../../rack/units.ts';
import { BackupIncomplete } from '../../roots/backups/errors.ts';
import { saveRoot } from '../../roots/backups/save-root.ts';
import { mapBounded } from '../../roots/bounded.ts';
import { messageOf } from '../../roots/errors.ts';
import type { PlaceName } from '../../roots/place.ts';
import type { BackupRow } from '../../store/backups.ts';
import type { RootRow } from '../../store/roots.ts';
import type { StepTools } from '../durable/kind.ts';
import { type BackupParts, configured } from './parts.ts';

export async function saveSlots(
  parts: BackupParts,
  { job, signal, note }: StepTools,
  slots: readonly SlotNumber[],
  trials: ReadonlySet<SlotNumber>,
): Promise<void> {
  const done = new Set(parts.table.ofJob(job.id).map(({ slot }) => slot));
  const open = slots.filter((slot) => !done.has(slot));
  let count = slots.length - open.length;
  const { backups } = configured(parts);
  await mapBounded(open, backups.concurrent, async (slot) => {
    signal.throwIfAborted();
    const say = (text: string) => note(`${count} of ${slots.length} roots, slot ${slot}: ${text}`);
    const row = await saveSlot(parts, backups, { job: job.id, slot, trial: trials.has(slot), signal, say });
    await parts.commit.write(() => parts.table.add(row));
    tell(parts, row);
    count++;
  });
}

interface One {
  readonly job: number;
  readonly slot: SlotNumber;
  readonly trial: boolean;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** A failure is a row too; being told to stop is none. */
async function saveSlot(parts: BackupParts, backups: BackupsPlan, one: One): Promise<Omit<BackupRow, 'id'>> {
  const { job, slot, trial, signal, say } = one;
  const { restic } = configured(parts);
  const beganAt = parts.clock.now();
  const root = parts.roots.of(slot, 'current');
  const row = { job, slot, root: root?.id, beganAt, tried: false, leftOut: [] };
  const nothing = { snapshot: undefined, stillness: undefined, files: undefined, bytes: undefined, added: undefined };
  const failed = (error: string) => ({ ...row, ...nothing, endedAt: parts.clock.now(), error });
  if (root === undefined) return failed('the slot has no root');
  try {
    const { snapshot, ...saved } = await saveRoot(parts.run, restic, {
      directory: parts.rootsDirectory,
      place: root.place as PlaceName,
      slot,
      image: parts.images.get(root.image)?.image,
      labels: labelsOf(parts, slot, root),
      plan: backups,
      trial,
      signal,
      progress: say,
    });
    return { ...row, ...saved, snapshot, endedAt: parts.clock.now(), error: undefined };
  } catch (error) {
    signal.throwIfAborted();
    parts.log.warn({ err: error, slot, job }, 'a root could not be backed up');
    const snapshot = error instanceof BackupIncomplete ? error.snapshot : undefined;
    return { ...failed(messageOf(error)), snapshot };
  }
}

function labelsOf(parts: BackupParts, slot: SlotNumber, root: RootRow) {
  const { serial } = parts.boardIn(slot);
  return { what: 'root', slot, root: root.id, image: root.image, serial, tenant: parts.tenantOf(slot) } as const;
}

/** Removes what a run left that is not whole, and must not be taken for the newest: when no other restic of the run is at it. */
export async function forgetBad(parts: BackupParts, job: number): Promise<void> {
  const { restic } = configured(parts);
  for (const { snapshot, error } of parts.table.ofJob(job)) {
    if (snapshot === undefined || error === undefined) continue;
    try {
      await restic.forgetOne(snapshot);
    } catch (cause) {
      const text = `backup ${snapshot} is not whole and still in the repository: ${messageOf(cause)}`;
      parts.event(undefined, 'backup_left', `${text}; \`restic forget ${snapshot}\` removes it`);
    }
  }
}

function tell({ event }: BackupParts, { slot, error, leftOut }: Omit<BackupRow, 'id'>): void {
  if (error !== undefined)
    event(slot, 'backup_failed', `slot ${slot} was not backed up: ${error}; \`pirack backup run ${slot}\` tries again`);
  if (leftOut.length > 0)
    event(
      slot,
      'backup_left_out',
      `slot ${slot}: too large for a backup, and not in it: ${leftOut.slice(0, 5).join(', ')}`,
    );
}

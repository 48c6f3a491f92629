/** What goes over the controller's socket about backups. The same shapes are what `--json` prints. */
import type { Snapshot } from '../../roots/backups/snapshot.ts';
import type { BackupRow } from '../../store/backups.ts';

export interface BackupView {
  /** restic's number of it. */
  readonly id: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly what: Snapshot['what'];
  readonly slot: number | null;
  readonly tenant: string | null;
  readonly serial: string | null;
  /** `name@version` */
  readonly image: string | null;
  readonly stillness: string | null;
}

/** How the last try of a slot went; slot 0 is the controller. */
export interface BackupStateView {
  readonly slot: number;
  readonly lastAt: number;
  /** Null: it was good. */
  readonly error: string | null;
  readonly lastGoodAt: number | null;
}

export interface BackupsView {
  readonly repository: string;
  readonly backups: readonly BackupView[];
  readonly slots: readonly BackupStateView[];
}

export const backupView = (snapshot: Snapshot): BackupView => ({
  id: snapshot.id,
  at: snapshot.at,
  what: snapshot.what,
  slot: snapshot.slot ?? null,
  tenant: snapshot.tenant ?? null,
  serial: snapshot.serial ?? null,
  image: snapshot.image ?? null,
  stillness: snapshot.stillness ?? null,
});

export const backupStateView = (last: BackupRow, good: BackupRow | undefined): BackupStateView => ({
  slot: last.slot,
  lastAt: last.endedAt,
  error: last.error ?? null,
  lastGoodAt: good?.endedAt ?? null,
});

/** Room, databases, and what of the storage needs a person, as gauges. */
import type { Gauge } from 'prom-client';
import { CONDITION_KINDS } from '../../health/storage/judge.ts';
import type { StorageView } from '../../jobs/storage/storage-watch.ts';

type Make = <Label extends string>(name: string, help: string, labels?: readonly Label[]) => Gauge<Label>;

export function storageMetrics({ fileSystems, databases, conditions }: StorageView, gauge: Make): void {
  const path = ['path'] as const;
  const size = gauge('storage_size_bytes', 'Size of a file system', path);
  const free = gauge('storage_free_bytes', 'Room that is left on it', path);
  const files = gauge('storage_files_free', 'Inodes that are left on it, where it has a number of them', path);
  const days = gauge(
    'storage_full_in_days',
    'Days until it is full, by its trend; no series: it does not get fuller',
    path,
  );
  const errors = gauge('storage_device_errors', 'Errors that the kernel counts on its devices', path);
  for (const each of fileSystems) {
    size.set({ path: each.path }, each.size);
    free.set({ path: each.path }, each.free);
    if (each.files > 0) files.set({ path: each.path }, each.filesFree);
    if (each.daysLeft !== null) days.set({ path: each.path }, each.daysLeft);
    errors.set({ path: each.path }, each.errors);
  }
  const database = gauge('database_size_bytes', 'Size of a database', ['database']);
  for (const { name, bytes } of databases) database.set({ database: name }, bytes);
  const count = gauge('storage_conditions', 'What of the storage needs a person, by kind', ['kind']);
  for (const kind of CONDITION_KINDS) count.set({ kind }, conditions.filter((each) => each.kind === kind).length);
}

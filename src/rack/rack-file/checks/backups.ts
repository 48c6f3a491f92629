import { formatRange } from '../../range.ts';
import { type CheckContext, counted, entriesOf } from './context.ts';

/** That what is to be backed up is there, and that the backup is not lost together with it. */
export function checkBackups({ draft, report }: CheckContext): void {
  const { backups } = draft;
  if (backups === undefined) return;
  const known = new Set<number>();
  for (const [, entry] of entriesOf(draft.slots)) for (const slot of entry.slots ?? []) known.add(slot);
  const named = backups.slots === 'all' ? [] : (backups.slots ?? []);
  const unknown = named.filter((slot) => !known.has(slot));
  if (unknown.length > 0) {
    const slots = counted('slot', formatRange(new Set(unknown)));
    report(['backups', 'slots'], `${slots} not in this rack`, `some of ${formatRange(known)}, or all`);
  }
  if (backups.repository?.startsWith('state:')) {
    report(
      ['backups', 'repository'],
      'the repository lies with what it is to save: a disk that dies takes both',
      'a directory of another disk, or the address of another machine',
      { severity: 'warning' },
    );
  }
  if (backups.schedule === undefined) return;
  if (backups.keep === undefined) {
    report(
      ['backups', 'schedule'],
      'every day adds backups, and none is ever removed',
      'keep: {daily: 7, weekly: 4, monthly: 6}, or a `restic forget` that another machine runs',
      { severity: 'warning' },
    );
  } else if (backups.keep.daily === 0 && backups.keep.weekly === 0 && backups.keep.monthly === 0) {
    report(['backups', 'keep'], 'nothing would be kept', 'at least one backup: daily, weekly or monthly');
  }
}

import type { BackupsPlan } from '../plan.ts';

/** What a rack file's backups come to, in a few words. */
export function describeBackups({ repository, slots, schedule }: BackupsPlan): string {
  const when = schedule === undefined ? 'when it is asked for' : `daily at ${timeOfDay(schedule.at)} UTC`;
  return `${slots.length} of them backed up to ${repository} ${when}`;
}

const two = (value: number): string => String(value).padStart(2, '0');
const timeOfDay = (minutes: number): string => `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;

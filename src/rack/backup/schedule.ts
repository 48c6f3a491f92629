/** When a rack's daily backup is due. Pure: the same rack has the same time on the same day, whoever works it out. */
import type { BackupSchedule } from '../plan.ts';
import { hours, type Millis, millis } from '../units.ts';

const DAY = hours(24);

/** The time at which the backup that is due now, or was last, became due. */
export function lastDue({ at, jitter }: BackupSchedule, rack: string, now: Millis): Millis {
  const midnight = Math.floor(now / DAY) * DAY;
  const dueOn = (day: number): number => day + at * 60_000 + Math.floor(fractionOf(`${rack} ${day}`) * jitter);
  // With jitter, that of yesterday may become due today.
  const found = [midnight, midnight - DAY, midnight - 2 * DAY].map(dueOn).find((due) => due <= now);
  return millis(found as number);
}

/** From 0 to below 1, evenly and always the same: FNV-1a, and a last round that spreads what differs at the end. */
function fractionOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

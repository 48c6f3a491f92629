/**
 * Whose locks of the repository may be taken away. restic can only remove all that it takes for stale (older than half an
 * hour, or of a process of this host that is gone), which may be another's: it is told to only where all of these are ours.
 */
import { z } from 'zod';
import { type Millis, minutes } from '../../rack/units.ts';
import type { ChildProcessId } from './running.ts';

const lockSchema = z.object({
  time: z.string(),
  exclusive: z.boolean().default(false),
  hostname: z.string(),
  username: z.string().default(''),
  pid: z.int(),
});
export type ResticLock = z.infer<typeof lockSchema>;

export const parseLock = (text: string): ResticLock => lockSchema.parse(JSON.parse(text));

const STALE_AFTER = minutes(30);

export interface LockScene {
  readonly locks: readonly ResticLock[];
  /** Processes of ours that are dead. */
  readonly dead: readonly ChildProcessId[];
  readonly host: string;
  readonly now: Millis;
  readonly isRunning: (pid: number) => boolean;
}

export type LockVerdict =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unlock'; readonly ours: readonly ResticLock[] }
  /** Not ours: a person has to decide. */
  | { readonly kind: 'leave'; readonly foreign: readonly ResticLock[] };

export function judgeLocks({ locks, dead, host, now, isRunning }: LockScene): LockVerdict {
  const isOurs = (lock: ResticLock) => lock.hostname === host && dead.some(({ pid }) => pid === lock.pid);
  const isStale = (lock: ResticLock) =>
    now - Date.parse(lock.time) > STALE_AFTER || (lock.hostname === host && !isRunning(lock.pid));
  const ours = locks.filter(isOurs);
  if (ours.length === 0) return { kind: 'nothing' };
  const foreign = locks.filter((lock) => isStale(lock) && !isOurs(lock));
  return foreign.length === 0 ? { kind: 'unlock', ours } : { kind: 'leave', foreign };
}

export const describeLock = ({ hostname, pid, username, time, exclusive }: ResticLock): string =>
  `${exclusive ? 'an exclusive lock' : 'a lock'} of process ${pid} of ${username} on ${hostname}, made ${time.slice(0, 19)}`;

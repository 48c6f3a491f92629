/**
 * Changes to the configuration: the candidate locked, the lines loaded, committed, unlocked. Nothing of it is half done:
 * a candidate that was not committed is dropped by us, or by the switch when the session ends (RFC 6241 §8.3.5.2).
 */
import type { Logger } from 'pino';
import type { Clock } from '../../../rack/clock.ts';
import { sleep } from '../../../rack/clock.ts';
import type { Millis } from '../../../rack/units.ts';
import { millis, seconds } from '../../../rack/units.ts';
import { CommandRefused, CommitOnTrial } from '../errors.ts';
import type { Netconf } from './netconf.ts';
import { COMMIT, commitConfirmed, DISCARD, LOCK, loadSet, SHOW, UNLOCK } from './rpc.ts';
import { all, child, textOf } from './xml.ts';

/**
 * - `at-once`: for power, which cannot cut us off, and must not come back by itself when a confirmation gets lost
 * - `confirmed`: for VLANs: committed on trial, and made permanent only when the switch still answers afterwards
 */
export type CommitKind = 'at-once' | 'confirmed';

export interface Candidate {
  /** `netconf` stops when its job does. @throws CommitOnTrial, and what `Netconf` throws */
  change(netconf: Netconf, lines: readonly string[], what: string, kind: CommitKind): Promise<void>;
  /** @throws CommitOnTrial when what is configured now may be taken back by itself */
  settled(netconf: Netconf): Promise<void>;
}

export interface CandidateLimits {
  /** How long a commit may take: a small EX takes most of a minute. */
  readonly commit: Millis;
  /** How long a change is on trial. */
  readonly trial: Millis;
  /** How long after the commit the switch is asked for a sign of life: ports move a moment later. */
  readonly settle: Millis;
}

export const CANDIDATE_LIMITS: CandidateLimits = Object.freeze({
  commit: seconds(90),
  trial: seconds(120),
  settle: seconds(2),
});

export interface CandidateParts {
  readonly target: string;
  /** Cleans up even when the job was given up. */
  readonly cleaner: Netconf;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: CandidateLimits;
}

export function createCandidate({ target, cleaner, clock, log, limits }: CandidateParts): Candidate {
  /** When the switch will have taken back a change of ours that it may never have seen confirmed. */
  let openUntil: Millis | undefined;

  const settled = async (netconf: Netconf) => {
    if (openUntil !== undefined && clock.monotonic() < openUntil) throw new CommitOnTrial(target, 'a change of ours');
    openUntil = undefined;
    const history = await netconf.rpc(SHOW['show system commit'], 'show system commit');
    // Newest first. The element is there while the switch waits, and gone when it was confirmed or taken back.
    const newest = all(history, 'commit-history')[0];
    if (!newest || !child(newest, 'commit-confirmed')) return;
    throw new CommitOnTrial(target, `a change by ${textOf(newest, 'user') ?? 'somebody'}`);
  };

  const clean = async (what: string) => {
    try {
      await cleaner.rpc(DISCARD, `dropping ${what}`);
      await cleaner.rpc(UNLOCK, `unlocking after ${what}`);
    } catch (error) {
      // The session is gone, and lock and candidate with it.
      log.debug({ reason: (error as Error).message }, 'the candidate was left to the end of the session');
      cleaner.drop();
    }
  };

  const trial = async (netconf: Netconf, what: string) => {
    openUntil = millis(clock.monotonic() + limits.commit + limits.trial);
    try {
      await netconf.rpc(commitConfirmed(limits.trial), `committing ${what} on trial`, limits.commit);
    } catch (error) {
      if (error instanceof CommandRefused) openUntil = undefined;
      throw error;
    }
    openUntil = millis(clock.monotonic() + limits.trial);
    await sleep(clock, limits.settle);
    await netconf.rpc(SHOW['show system uptime'], `a sign of life after ${what}`);
    await netconf.rpc(COMMIT, `confirming ${what}`, limits.commit);
    openUntil = undefined;
  };

  return {
    settled,
    async change(netconf, lines, what, kind) {
      await netconf.need(kind === 'confirmed' ? ['candidate', 'confirmed-commit'] : ['candidate']);
      await settled(netconf);
      await netconf.rpc(LOCK, `locking the configuration for ${what}`);
      try {
        await netconf.rpc(loadSet(lines), what);
        if (kind === 'confirmed') await trial(netconf, what);
        else await netconf.rpc(COMMIT, `committing ${what}`, limits.commit);
      } catch (error) {
        // The end of the session takes a change on trial back at once (RFC 6241 §8.4.1), where the switch does as it should.
        if (openUntil === undefined) await clean(what);
        else cleaner.drop();
        throw error;
      }
      try {
        await cleaner.rpc(UNLOCK, `unlocking after ${what}`);
      } catch (error) {
        log.debug({ reason: (error as Error).message }, 'the lock was left to the end of the session');
        cleaner.drop();
      }
    },
  };
}

/**
 * Makes a switch isolate its slots, or leaves it exactly as it was: snapshot, journal, boards off, batches with reading
 * back, verification over every VLAN, saved once. A journal that is still open is a change that did not end, and comes
 * first.
 */
import { millis } from '../../rack/units.ts';
import { back, forward, settled } from './change.ts';
import { readPatiently } from './converge.ts';
import { violations } from './invariant.ts';
import type { JournalRow } from './journal.ts';
import { decodeJournal, JournalInvalid } from './journal.ts';
import type { IsolationOutcome } from './outcome.ts';
import { planIsolation } from './plan.ts';
import type { IsolationParts, Run } from './run.ts';
import { beginRun, sameNumbers, sameScope } from './run.ts';
import type { VlanScope } from './scope.ts';
import type { VlanState } from './state.ts';

/** Never rejects for what a switch does; only for a journal that cannot be written. */
export async function applyIsolation(parts: IsolationParts): Promise<IsolationOutcome> {
  const run = beginRun(parts);
  const scope = await scopeOf(parts);
  if ('refused' in scope) return run.end({ kind: 'refused', reasons: scope.refused });
  const open = await recover(run, scope);
  if (open && !open.again) return open.outcome;
  let before: VlanState;
  try {
    before = await parts.backend.read();
  } catch (error) {
    const reason = `the VLANs of ${scope.switch} cannot be read: ${(error as Error).message}`;
    return run.end({ kind: 'refused', reasons: [reason] });
  }
  const plan = planIsolation(before, scope, { reserved: parts.reserved, creates: parts.backend.creates });
  if (plan.obstacles.length > 0) return run.end({ kind: 'refused', reasons: plan.obstacles });
  const row: JournalRow = {
    switch: scope.switch,
    beganAt: parts.clock.now(),
    phase: 'forward',
    numbering: parts.backend.numbering,
    scope,
    before,
    trouble: undefined,
  };
  if (plan.violations.length === 0) return settled(run, scope, row, before, 0);
  const steps = plan.batches.flatMap((batch) => batch.steps).length;
  const what = `${plan.violations.length} things to put right in ${steps} steps`;
  run.tell('planned', `${what}, ${plan.slots.length} boards lose power for it`);
  await run.note(row, 'forward');
  return forward(run, scope, row, before);
}

/** Ends a change that an earlier process began, forward or back. Undefined: none is open. */
export async function recoverIsolation(parts: IsolationParts): Promise<IsolationOutcome | undefined> {
  const run = beginRun(parts);
  const scope = await scopeOf(parts);
  if ('refused' in scope) return run.end({ kind: 'degraded', reason: scope.refused.join('; ') });
  return (await recover(run, scope))?.outcome;
}

async function scopeOf({ scope }: IsolationParts): ReturnType<IsolationParts['scope']> {
  try {
    return await scope();
  } catch (error) {
    return { refused: [(error as Error).message] };
  }
}

interface Recovered {
  readonly outcome: IsolationOutcome;
  /** Whether it is still to be tried: what ended it was not that the switch would not be isolated. */
  readonly again: boolean;
}

async function recover(run: Run, scope: VlanScope): Promise<Recovered | undefined> {
  const { journal, backend } = run.parts;
  const text = await journal.get(scope.switch);
  if (text === undefined) return undefined;
  let row: JournalRow;
  try {
    row = decodeJournal(scope.switch, text);
  } catch (error) {
    if (!(error instanceof JournalInvalid)) throw error;
    return { outcome: run.end({ kind: 'degraded', reason: error.message }), again: false };
  }
  const stale = async (reason: string): Promise<Recovered> => {
    await journal.remove(scope.switch);
    return { outcome: run.end({ kind: 'stale', reason }), again: true };
  };
  // The last write of the process that began it may be on its way still.
  run.doubt.until = millis(run.parts.clock.monotonic() + run.converging(scope).limits.late);
  run.tell('waiting', `a change that began at ${new Date(row.beganAt).toISOString()} has not ended (${row.phase})`);
  // What was noted by old numbers fits no port now. Such a switch has started anew, from what was saved before.
  if (row.numbering !== backend.numbering || !sameNumbers(row.scope, scope)) {
    return stale(`${scope.switch} has numbered its ports anew since, so what it was cannot be compared`);
  }
  if (!sameScope(row.scope, scope)) {
    if (row.phase === 'save') return stale('the rack file has changed since');
    const outcome = await back(run, { ...scope, ...row.scope }, row, 'the rack file has changed since');
    return { outcome, again: outcome.kind === 'rolled-back' };
  }
  if (row.phase === 'forward') return { outcome: await forward(run, scope, row), again: false };
  if (row.phase === 'back') {
    const outcome = await back(run, scope, row, row.trouble ?? 'the program ended in the middle of it');
    return { outcome, again: outcome.kind === 'rolled-back' };
  }
  const state = await readPatiently(run.converging(scope));
  if (typeof state === 'string') return { outcome: await run.degrade(row, state), again: false };
  if (violations(state, scope).length > 0) return stale('it was isolated, and is so no more');
  return { outcome: await settled(run, scope, row, state, 0), again: false };
}

/** The two ways that a change can go, once it is in the journal: forward to isolation, or back to what was. */
import type { EdgeOutcome } from '../backend.ts';
import { SaveByHand } from '../errors.ts';
import { converge } from './converge.ts';
import { differences } from './differences.ts';
import { adviceFor } from './edge.ts';
import { createVlanGuard } from './guard.ts';
import type { Violation } from './invariant.ts';
import { violations } from './invariant.ts';
import type { JournalRow } from './journal.ts';
import type { IsolationOutcome } from './outcome.ts';
import { adviceOn } from './plan.ts';
import type { Run } from './run.ts';
import type { VlanScope } from './scope.ts';
import type { VlanState } from './state.ts';
import { asBefore, isolated } from './target.ts';
import { checkPvids } from './verify.ts';

/** `first` is the state, where it was just read. */
export async function forward(
  run: Run,
  scope: VlanScope,
  row: JournalRow,
  first?: VlanState,
): Promise<IsolationOutcome> {
  const guard = createVlanGuard(scope, row.before, 'forward');
  const result = await converge(run.converging(scope), (state) => isolated(state, scope), guard, first);
  if (!result.ok) return result.lost ? run.degrade(row, result.reason) : back(run, scope, row, result.reason);
  const wrong = violations(result.state, scope);
  if (wrong.length > 0) return back(run, scope, row, wrong.map(({ text }) => text).join('; '));
  const over = `read back over ${result.state.vlans.size} VLANs`;
  run.tell('verified', `${scope.slots.length} slots of ${scope.switch} are isolated, ${over}`);
  return settled(run, scope, row, result.state, result.steps);
}

/** Isolated and read back: what is left is the link features, and to save it. `row` is open where `steps` are written. */
export async function settled(
  run: Run,
  scope: VlanScope,
  row: JournalRow,
  state: VlanState,
  steps: number,
): Promise<IsolationOutcome> {
  const { backend, journal } = run.parts;
  const open = (await journal.get(scope.switch)) !== undefined;
  if (open) await run.note(row, 'save');
  const features = await edgeFeatures(run, scope, row.before);
  const advice = [...adviceOn(state, scope), ...adviceFor(features)];
  const meanwhile = differences(row.before, state, scope).others;
  const done = (unsaved: string | undefined) => run.end({ kind: 'isolated', steps, unsaved, advice, meanwhile });
  if (!open && !features.changed) return done(undefined);
  try {
    await backend.save?.();
  } catch (error) {
    const unsaved = `the configuration of ${scope.switch} is right and not saved: ${(error as Error).message}`;
    if (error instanceof SaveByHand) await journal.remove(scope.switch);
    else await run.note({ ...row, trouble: unsaved }, 'save');
    return done(unsaved);
  }
  // A switch that started anew since it was verified has the old configuration, and has saved that.
  const moved = await checkPvids(backend, scope).catch((): readonly Violation[] => []);
  if (moved.length > 0) return run.degrade({ ...row, phase: 'save' }, moved.map(({ text }) => text).join('; '));
  if (backend.save) run.tell('saved', `the configuration of ${scope.switch} is saved`);
  await journal.remove(scope.switch);
  return done(undefined);
}

/** What cannot be set is advice, and no reason to undo what isolates. */
async function edgeFeatures(run: Run, scope: VlanScope, before: VlanState): Promise<EdgeOutcome> {
  const { backend } = run.parts;
  if (!backend.edge) return { set: [], problems: [], changed: false };
  try {
    const ports = scope.slots.map(({ port }) => port);
    return await backend.edge(ports, createVlanGuard(scope, before, 'forward'));
  } catch (error) {
    const problem = `link features of the boards' ports could not be set: ${(error as Error).message}`;
    return { set: [], problems: [problem], changed: false };
  }
}

export async function back(run: Run, scope: VlanScope, row: JournalRow, reason: string): Promise<IsolationOutcome> {
  const { before } = row;
  const marked: JournalRow = { ...row, phase: 'back', trouble: reason };
  await run.note(marked, 'back');
  run.tell('rolling-back', reason);
  const target = asBefore(before, scope);
  const result = await converge(run.converging(scope), () => target, createVlanGuard(scope, before, 'back'));
  const failed = (why: string) => run.degrade(marked, `${reason}; and it could not be put back: ${why}`);
  if (!result.ok) return failed(result.reason);
  const { ours, others } = differences(before, result.state, scope);
  if (ours.length > 0) return failed(ours.join('; '));
  await run.parts.journal.remove(scope.switch);
  run.tell('rolled-back', `${scope.switch} reads exactly as before`);
  return run.end({ kind: 'rolled-back', reason, meanwhile: others });
}

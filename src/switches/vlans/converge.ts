/**
 * Brings a switch to a target: read, write the next batch, let it settle, read again, until nothing is left to write. A
 * step has taken when it reads so, whatever it was answered; one that was not answered is unknown until then.
 */
import type { Clock } from '../../rack/clock.ts';
import { sleep } from '../../rack/clock.ts';
import type { Millis } from '../../rack/units.ts';
import { millis, seconds } from '../../rack/units.ts';
import type { VlanBackend, VlanRefusal } from '../backend.ts';
import { PortMapRefused, SwitchClosed, SwitchError, WriteRefused } from '../errors.ts';
import { stepKey, summary, whyNot } from './explain.ts';
import type { VlanGuard } from './guard.ts';
import type { Batch, Phase } from './plan.ts';
import { nextBatch, touched } from './plan.ts';
import type { ScopeSlot, VlanScope } from './scope.ts';
import { portName } from './scope.ts';
import type { VlanState, VlanStep } from './state.ts';
import { afterStep } from './steps.ts';
import type { VlanTarget } from './target.ts';

export interface ConvergeParts {
  readonly scope: VlanScope;
  readonly backend: VlanBackend;
  readonly clock: Clock;
  readonly limits: ConvergeLimits;
  readonly doubt: Doubt;
  /** Before every batch: are the ports still the numbers that the scope has? The reason where they are not. */
  readonly moved: () => Promise<string | undefined>;
  /** Takes the power from the boards of slots that a batch changes, before it is written. */
  readonly dark: (slots: readonly ScopeSlot[]) => Promise<void>;
  readonly tell: (stage: Phase | 'waiting', text: string) => void;
}

export interface ConvergeLimits {
  /** How long a silent switch is waited for: some take minutes to start anew. */
  readonly silence: Millis;
  /** How often a batch may bring the switch no nearer to the target before it counts as refused. */
  readonly tries: number;
  /** How long a write that was not seen to take may still show. */
  readonly late: Millis;
}

export const CONVERGE_LIMITS: ConvergeLimits = Object.freeze({ silence: seconds(300), tries: 3, late: seconds(5) });

export type Converged =
  | { readonly ok: true; readonly state: VlanState; readonly steps: number }
  /** `state` is the last reading. `lost`: the switch cannot be read or its ports cannot be told, so nothing more is to be done. */
  | { readonly ok: false; readonly reason: string; readonly state: VlanState | undefined; readonly lost: boolean };

/** Between two attempts to read a switch that does not answer. */
const READ_AGAIN = seconds(2);

/** Until when a write may still show that was not seen to take. The runs of one change share it. */
export interface Doubt {
  until: Millis;
}

export async function converge(
  parts: ConvergeParts,
  targetOf: (state: VlanState) => VlanTarget,
  guard: VlanGuard,
  first?: VlanState,
): Promise<Converged> {
  let state = first;
  let steps = 0;
  let nearest = Number.POSITIVE_INFINITY;
  let fruitless = 0;
  let last: Attempt = { steps: [], refusals: [], unanswered: undefined };
  for (;;) {
    if (!state) {
      const read = await readPatiently(parts);
      if (typeof read === 'string') return { ok: false, reason: read, state: undefined, lost: true };
      state = read;
    }
    const target = targetOf(state);
    const batch = nextBatch(state, target);
    const unseen = last.unanswered !== undefined || shared(last.steps, batch?.steps ?? []);
    if (unseen) doubtFrom(parts);
    if (!batch) {
      const early = parts.doubt.until - parts.clock.monotonic();
      if (early <= 0) return { ok: true, state, steps };
      // What was written and not seen may show yet: that all is as wanted is to be read again then.
      last = { steps: [], refusals: [], unanswered: undefined };
      await sleep(parts.clock, millis(early));
      state = undefined;
      continue;
    }
    const left = stepsLeft(state, target);
    fruitless = left < nearest ? 0 : fruitless + 1;
    nearest = Math.min(nearest, left);
    if (fruitless >= parts.limits.tries) {
      const reason = whyNot(batch, state, parts.scope, last.refusals, last.unanswered);
      return { ok: false, reason, state, lost: false };
    }
    const obstacle = await prepare(parts, batch);
    if (obstacle) return { ok: false, state, ...obstacle };
    parts.tell(batch.phase, summary(batch));
    try {
      last = {
        steps: batch.steps,
        refusals: await parts.backend.write(batch.steps, state, guard),
        unanswered: undefined,
      };
    } catch (error) {
      doubtFrom(parts);
      const known =
        error instanceof SwitchError && !(error instanceof WriteRefused) && !(error instanceof SwitchClosed);
      if (!known) return { ok: false, reason: (error as Error).message, state, lost: error instanceof SwitchClosed };
      last = { steps: batch.steps, refusals: [], unanswered: error.message };
    }
    steps += batch.steps.length;
    // One that shows late gets longer each time, before it counts as one that did not take.
    await sleep(parts.clock, millis(parts.backend.settleMs * 2 ** fruitless));
    state = undefined;
  }
}

interface Attempt {
  readonly steps: readonly VlanStep[];
  readonly refusals: readonly VlanRefusal[];
  readonly unanswered: string | undefined;
}

function shared(some: readonly VlanStep[], others: readonly VlanStep[]): boolean {
  const keys = new Set(some.map(stepKey));
  return others.some((step) => keys.has(stepKey(step)));
}

function doubtFrom({ clock, doubt, limits }: ConvergeParts): void {
  doubt.until = millis(clock.monotonic() + limits.late);
}

/** What has to be so before a batch is written; the reason where it is not. */
async function prepare(
  { moved, dark, scope }: ConvergeParts,
  batch: Batch,
): Promise<{ readonly reason: string; readonly lost: boolean } | undefined> {
  const reason = await moved().catch((error: Error) => error.message);
  if (reason !== undefined) return { reason, lost: true };
  try {
    await dark(touched(batch.steps, scope));
    return undefined;
  } catch (error) {
    const why = (error as Error).message;
    return { reason: `the boards could not be switched off before their ports are changed: ${why}`, lost: false };
  }
}

/** The whole way, as far as it can be told from here. */
function stepsLeft(from: VlanState, target: VlanTarget): number {
  let state = from;
  let left = 0;
  for (let phase = 0; phase < 5; phase += 1) {
    const batch = nextBatch(state, target);
    if (!batch) break;
    left += batch.steps.length;
    state = batch.steps.reduce(afterStep, state);
  }
  return left;
}

/** The configuration, or why it cannot be had. A switch that starts anew has its tables before it has its ports in them. */
export async function readPatiently(
  parts: Pick<ConvergeParts, 'scope' | 'backend' | 'clock' | 'limits' | 'moved' | 'tell'>,
): Promise<VlanState | string> {
  const { scope, backend, clock, limits } = parts;
  const startedAt = clock.monotonic();
  for (;;) {
    let problem: string;
    try {
      const state = await backend.read();
      const absent = [...scope.slots, ...scope.uplinks].find(({ port }) => !state.ports.has(port));
      if (!absent) return state;
      // Its tables may still be filling, so a map that is refused now is waited for too.
      const moved = await parts.moved().catch((error: Error) => error);
      if (typeof moved === 'string') return moved;
      const why = moved instanceof PortMapRefused ? `: ${moved.message}` : '';
      problem = `${portName(scope, absent.port)} is not among the ports that were read${why}`;
    } catch (error) {
      if (error instanceof SwitchClosed || !(error instanceof SwitchError)) return (error as Error).message;
      problem = error.message;
    }
    const waited = clock.monotonic() - startedAt;
    if (waited >= limits.silence)
      return `${scope.switch} could not be read for ${Math.round(waited / 1_000)} s: ${problem}`;
    parts.tell('waiting', problem);
    await sleep(clock, READ_AGAIN);
  }
}

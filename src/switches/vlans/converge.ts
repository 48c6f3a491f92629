/**
 * Brings a switch to a target: read, write the next batch, let it settle, read again, until nothing is left to write. A
 * step has taken when it reads so, whatever it was answered; one that was not answered is unknown until then.
 */
import type { Clock } from '../../rack/clock.ts';
import { sleep } from '../../rack/clock.ts';
import type { Millis } from '../../rack/units.ts';
import { millis, seconds } from '../../rack/units.ts';
import type { VlanBackend, VlanRefusal } from '../backend.ts';
import { SwitchClosed, SwitchError } from '../errors.ts';
import type { VlanGuard } from './guard.ts';
import type { Batch, Phase } from './plan.ts';
import { nextBatch, touched } from './plan.ts';
import type { ScopeSlot, VlanScope } from './scope.ts';
import { portName } from './scope.ts';
import type { VlanState, VlanStep } from './state.ts';
import { afterStep, describeStep } from './steps.ts';
import type { VlanTarget } from './target.ts';

export interface ConvergeParts {
  readonly scope: VlanScope;
  readonly backend: VlanBackend;
  readonly clock: Clock;
  readonly limits: ConvergeLimits;
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
}

export const CONVERGE_LIMITS: ConvergeLimits = Object.freeze({ silence: seconds(300), tries: 3 });

export type Converged =
  | { readonly ok: true; readonly state: VlanState; readonly steps: number }
  /** `state` is the last reading. `lost`: the switch cannot be read or its ports cannot be told, so nothing more is to be done. */
  | { readonly ok: false; readonly reason: string; readonly state: VlanState | undefined; readonly lost: boolean };

/** Between two attempts to read a switch that does not answer. */
const READ_AGAIN = seconds(2);

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
  let refusals: readonly VlanRefusal[] = [];
  let unanswered: string | undefined;
  for (;;) {
    if (!state) {
      const read = await readPatiently(parts);
      if (typeof read === 'string') return { ok: false, reason: read, state: undefined, lost: true };
      state = read;
    }
    const target = targetOf(state);
    const batch = nextBatch(state, target);
    if (!batch) return { ok: true, state, steps };
    const left = stepsLeft(state, target);
    fruitless = left < nearest ? 0 : fruitless + 1;
    nearest = Math.min(nearest, left);
    if (fruitless >= parts.limits.tries) {
      return { ok: false, reason: whyNot(batch, state, parts.scope, refusals, unanswered), state, lost: false };
    }
    const moved = await parts.moved().catch((error: Error) => error.message);
    if (moved !== undefined) return { ok: false, reason: moved, state, lost: true };
    try {
      await parts.dark(touched(batch.steps, parts.scope));
    } catch (error) {
      const reason = `the boards could not be switched off before their ports are changed: ${(error as Error).message}`;
      return { ok: false, reason, state, lost: false };
    }
    parts.tell(batch.phase, summary(batch));
    unanswered = undefined;
    try {
      refusals = await parts.backend.write(batch.steps, state, guard);
    } catch (error) {
      if (error instanceof SwitchClosed) return { ok: false, reason: error.message, state, lost: true };
      if (!(error instanceof SwitchError) || error.code === 'write-refused') {
        return { ok: false, reason: (error as Error).message, state, lost: false };
      }
      refusals = [];
      unanswered = error.message;
    }
    steps += batch.steps.length;
    // One that shows late gets longer each time, before it counts as one that did not take.
    await sleep(parts.clock, millis(parts.backend.settleMs * 2 ** fruitless));
    state = undefined;
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
  parts: Pick<ConvergeParts, 'scope' | 'backend' | 'clock' | 'limits' | 'tell'>,
): Promise<VlanState | string> {
  const { scope, backend, clock, limits } = parts;
  const startedAt = clock.monotonic();
  for (;;) {
    let problem: string;
    try {
      const state = await backend.read();
      const absent = [...scope.slots, ...scope.uplinks].find(({ port }) => !state.ports.has(port));
      if (!absent) return state;
      problem = `${portName(scope, absent.port)} is not among the ports that were read`;
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

function summary({ phase, steps }: Batch): string {
  const counts = new Map<string, number>();
  for (const { kind } of steps) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return `${phase}: ${[...counts].map(([kind, count]) => `${count} × ${kind}`).join(', ')}`;
}

function whyNot(
  { steps }: Batch,
  state: VlanState,
  scope: VlanScope,
  refusals: readonly VlanRefusal[],
  unanswered: string | undefined,
): string {
  const refused = refusals.find((refusal) => refusal.steps.some((step) => steps.some((left) => sameStep(left, step))));
  const step = steps.find((left) => refused?.steps.some((one) => sameStep(left, one))) ?? steps[0]!;
  const more = steps.length > 1 ? ` (and ${steps.length - 1} more)` : '';
  const answer = refused?.reason ?? unanswered ?? 'the switch answered that it was done';
  return `"${describeStep(step, scope)}"${more} did not take: ${answer}, and ${reads(step, state)}`;
}

function sameStep(a: VlanStep, b: VlanStep): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** What is read now of the thing that a step was to change. */
function reads(step: VlanStep, state: VlanState): string {
  switch (step.kind) {
    case 'create':
    case 'destroy':
      return `VLAN ${step.vlan} is ${state.vlans.has(step.vlan) ? 'still there' : 'not there'}`;
    case 'join-tagged':
    case 'join-untagged':
    case 'leave': {
      const members = state.vlans.get(step.vlan);
      if (!members?.egress.has(step.port)) return `it reads not in VLAN ${step.vlan}`;
      return `it reads ${members.untagged.has(step.port) ? 'untagged' : 'tagged'} in VLAN ${step.vlan}`;
    }
    case 'pvid':
      return `it reads PVID ${state.ports.get(step.port)?.pvid}`;
    case 'access-vlan':
      return `it reads access VLAN ${state.ports.get(step.port)?.access}`;
    case 'mode':
      return `it reads mode ${state.ports.get(step.port)?.mode}`;
    case 'frame-types':
      return `it reads ${state.ports.get(step.port)?.frameTypes}`;
    case 'ingress-filtering':
      return `it reads ${state.ports.get(step.port)?.ingressFiltering ? 'on' : 'off'}`;
  }
}

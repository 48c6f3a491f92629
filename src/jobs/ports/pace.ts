/**
 * When a switch is asked for what is not urgent. Agents are slow, and power comes first: whatever a reading took, twenty
 * times as long is left to the switch after it, so that it never spends a twentieth of its time on this. Pure.
 */
import type { Millis } from '../../rack/units.ts';
import { millis, seconds } from '../../rack/units.ts';

export const TASKS = ['counters', 'neighbours', 'addresses'] as const;
/** `neighbours`: LLDP. `addresses`: the forwarding database. */
export type Task = (typeof TASKS)[number];

export interface PaceState {
  /** When each was last done, well or not. */
  readonly done: Readonly<Partial<Record<Task, Millis>>>;
  readonly restUntil: Millis;
  /** How often each has failed in a row. */
  readonly failures: Readonly<Partial<Record<Task, number>>>;
}

export type Every = Readonly<Record<Task, Millis>>;

/** Six polls, but not more than once a minute; neighbours change when somebody is at the rack. */
export function everyFor(poll: Millis): Every {
  const often = millis(Math.max(6 * poll, 60_000));
  return { counters: often, addresses: often, neighbours: millis(Math.max(5 * often, 300_000)) };
}

export const AT_START: PaceState = Object.freeze({ done: {}, restUntil: millis(0), failures: {} });

/** What is due first, and when. Among equals the order of `TASKS`: who a neighbour is helps to read the addresses. */
export function nextTask(state: PaceState, every: Every): { readonly task: Task; readonly at: Millis } {
  const due = TASKS.map((task) => ({ task, at: dueAt(state, task, every) }));
  const first = due.reduce((best, other) => (other.at < best.at ? other : best));
  return { task: first.task, at: millis(Math.max(first.at, state.restUntil)) };
}

function dueAt({ done, failures }: PaceState, task: Task, every: Every): number {
  const last = done[task];
  return last === undefined ? Number.NEGATIVE_INFINITY : last + every[task] * backOff(failures[task] ?? 0);
}

/** What a switch does not answer it is asked ever less often, up to sixteen times less. */
function backOff(failures: number): number {
  return 2 ** Math.min(Math.max(failures - 1, 0), 4);
}

const REST = 20;
const LONGEST_REST = seconds(4 * 3_600);

export function afterTask(
  state: PaceState,
  task: Task,
  outcome: { readonly ended: Millis; readonly spent: Millis; readonly ok: boolean },
): PaceState {
  const { ended, spent, ok } = outcome;
  return {
    done: { ...state.done, [task]: ended },
    restUntil: millis(ended + Math.min(REST * spent, LONGEST_REST)),
    failures: { ...state.failures, [task]: ok ? 0 : (state.failures[task] ?? 0) + 1 },
  };
}

/** Boots as the control socket shows them: stages, what was sent, and how a board compares with its neighbours. */
import type { BootHistory } from '../../jobs/boot-history.ts';
import { type Spans, spansOf } from '../../rack/boot-spans.ts';
import { type SlowSpan, slowSentence } from '../../rack/neighbours.ts';
import type { Plan } from '../../rack/plan.ts';
import { type SlotNumber, slotNumber } from '../../rack/units.ts';
import type { BootRow } from '../../store/boots.ts';
import type { Store } from '../../store/store.ts';

export interface BootView extends BootRow {
  /** Milliseconds of each part whose two ends were seen. */
  readonly spans: Spans;
}

export interface SlowView extends SlowSpan {
  readonly text: string;
}

export interface SlotBootsView {
  readonly slot: number;
  readonly hostName: string;
  /** Newest first. */
  readonly boots: readonly BootView[];
  /** In what the board is slower than its neighbours. */
  readonly slow: readonly SlowView[];
}

export interface BootSources {
  readonly plan: Plan;
  readonly store: Store;
  readonly history: BootHistory;
}

export function slotBootsView(from: BootSources, slot: number, limit: number): SlotBootsView | undefined {
  const plan = from.plan.slots.find((candidate) => candidate.slot === slot);
  if (plan === undefined) return undefined;
  const number = slotNumber(slot);
  const boots = from.store.boots.ofSlot(number, limit).map((row) => ({ ...row, spans: spansOf(row.steps) }));
  return { slot, hostName: plan.hostName, boots, slow: slowViews(from.history, number) };
}

/** The newest boots of every slot. */
export function rackBootsView(from: BootSources, limit: number): readonly SlotBootsView[] {
  return from.plan.slots.map(({ slot }) => slotBootsView(from, slot, limit) as SlotBootsView);
}

export function slowViews(history: BootHistory, slot: SlotNumber): readonly SlowView[] {
  return history.slow(slot).map((span) => ({ ...span, text: slowSentence(span) }));
}

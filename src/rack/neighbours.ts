/**
 * Whether a board boots slower than others of its kind. Medians and the median deviation from them, because one boot that
 * was recovered, or one board that is broken, may not shift what is usual.
 */
import { SPANS, type SpanName, type Spans } from './boot-spans.ts';
import { type Millis, millis, type SlotNumber } from './units.ts';

/** A boot that came up. */
export interface BootTimes {
  readonly slot: SlotNumber;
  readonly model: string;
  readonly image: string;
  readonly spans: Spans;
}

export interface SlowSpan {
  readonly span: SpanName;
  /** Median of the board's last boots. */
  readonly ms: Millis;
  /** Median of the medians of its neighbours. */
  readonly usual: Millis;
  readonly neighbours: number;
}

/** Boots of a board that count: the last ones. */
export const BOOTS_COMPARED = 5;
/** One slow boot may be chance; two in the middle of a board's last ones are not. */
const LEAST_BOOTS = 2;
/** With fewer others there is nothing usual. */
const LEAST_NEIGHBOURS = 4;
/** 1.4826 times the median absolute deviation is the standard deviation of normal values. */
const DEVIATION = 1.4826;
const DEVIATIONS = 5;
/** Never less than a quarter of what is usual, and never less than what polling once a second blurs. */
const LEAST_SHARE = 0.25;
const LEAST_EXCESS = 1500;

/**
 * The parts in which the board of `slot` is slow. `boots` are those of all boards, each board's oldest first; boards of
 * another model, or that boot another image, are no neighbours.
 *
 * @param before what was found slow last time: to be over, it has to come half the way back
 */
export function slowSpans(
  slot: SlotNumber,
  boots: readonly BootTimes[],
  before: readonly SlowSpan[] = [],
): readonly SlowSpan[] {
  const newest = boots.filter((boot) => boot.slot === slot).at(-1);
  if (newest === undefined) return [];
  const alike = boots.filter(({ model, image }) => model === newest.model && image === newest.image);
  const bySlot = Map.groupBy(alike, (boot) => boot.slot);
  return SPANS.flatMap(({ name }): SlowSpan[] => {
    const mine = typical(bySlot.get(slot) ?? [], name);
    const others = [...bySlot].flatMap(([other, theirs]) => (other === slot ? [] : (typical(theirs, name, 1) ?? [])));
    if (mine === undefined || others.length < LEAST_NEIGHBOURS) return [];
    const usual = median(others);
    const spread = DEVIATION * median(others.map((ms) => Math.abs(ms - usual)));
    const excess = Math.max(DEVIATIONS * spread, LEAST_SHARE * usual, LEAST_EXCESS);
    const known = before.some(({ span }) => span === name);
    if (mine <= usual + (known ? excess / 2 : excess)) return [];
    return [{ span: name, ms: millis(mine), usual: millis(usual), neighbours: others.length }];
  });
}

/** The median of a board's last boots; undefined where there are not enough. */
function typical(boots: readonly BootTimes[], span: SpanName, least = LEAST_BOOTS): number | undefined {
  const values = boots.flatMap(({ spans }) => spans[span] ?? []).slice(-BOOTS_COMPARED);
  return values.length < least ? undefined : median(values);
}

/** Of an even number the lower one: of two boots of a board the better. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

/** `41.2 s for loading its kernel, where 35 neighbours take 12.1 s`. */
export function slowSentence({ span, ms, usual, neighbours }: SlowSpan): string {
  const told = SPANS.find(({ name }) => name === span)?.told ?? span;
  return `${seconds(ms)} s for ${told}, where its ${neighbours} neighbours take ${seconds(usual)} s`;
}

const seconds = (ms: Millis): string => (ms / 1000).toFixed(1);

/** From rows of the history to points of a series. Pure. */
import { inSteps, type Span } from '../../rack/series.ts';
import { bytes, type Millis, millis, type SlotNumber } from '../../rack/units.ts';
import type { HealthHistoryRow, MeanAndMost } from '../../store/health-history.ts';
import type { PortHistoryRow } from '../../store/ports.ts';
import type { HealthPoint, HealthSeriesView, PowerPoint, PowerSeriesView } from './series-protocol.ts';

const HOUR = 3_600_000;

export function powerSeries(slot: SlotNumber, span: Span, rows: readonly PortHistoryRow[]): PowerSeriesView {
  const measured = sum(rows.map(({ wattsKnown }) => wattsKnown));
  return {
    slot,
    ...span,
    wattHours: measured === 0 ? null : rounded(energy(rows) / HOUR, 3),
    measured,
    points: inSteps(span, rows).map(({ at, rows: within }) => powerPoint(at, within)),
  };
}

function powerPoint(at: Millis, rows: readonly PortHistoryRow[]): PowerPoint {
  const known = sum(rows.map(({ wattsKnown }) => wattsKnown));
  const watts = known === 0 ? null : rounded(energy(rows) / known, 3);
  return { at, watts, wattsMost: most(rows.map(({ wattsMost }) => wattsMost)) };
}

/** Watts times milliseconds. */
const energy = (rows: readonly PortHistoryRow[]) => sum(rows.map(({ watts, wattsKnown }) => (watts ?? 0) * wattsKnown));

export function healthSeries(slot: SlotNumber, span: Span, rows: readonly HealthHistoryRow[]): HealthSeriesView {
  return { slot, ...span, points: inSteps(span, rows).map(({ at, rows: within }) => healthPoint(at, within)) };
}

const NOTHING: Omit<HealthPoint, 'at'> = Object.freeze({
  condition: null,
  powered: null,
  answered: null,
  diskUsed: null,
  load: null,
  loadMost: null,
  celsius: null,
  celsiusMost: null,
  memoryLeast: null,
  throttled: null,
});

/** At the finest step there is one row at most, and the event loop waits for a week of them. */
function healthPoint(at: Millis, rows: readonly HealthHistoryRow[]): HealthPoint {
  const [first, ...more] = rows;
  if (first === undefined) return { at, ...NOTHING };
  const row = more.reduce(together, first);
  const { load, celsius } = row;
  return {
    at,
    condition: row.condition ?? null,
    powered: part(row.powered, row.powerKnown),
    answered: part(row.answered, row.asked),
    diskUsed: row.diskUsed ?? null,
    load: load === undefined ? null : rounded(load.sum / load.count, 2),
    loadMost: load?.most ?? null,
    celsius: celsius === undefined ? null : rounded(celsius.sum / celsius.count, 1),
    celsiusMost: celsius?.most ?? null,
    memoryLeast: row.memoryLeast ?? null,
    throttled: row.throttled ?? null,
  };
}

function together(one: HealthHistoryRow, next: HealthHistoryRow): HealthHistoryRow {
  return {
    beganAt: one.beganAt,
    powerKnown: millis(one.powerKnown + next.powerKnown),
    powered: millis(one.powered + next.powered),
    asked: millis(one.asked + next.asked),
    answered: millis(one.answered + next.answered),
    condition: next.condition ?? one.condition,
    diskUsed: next.diskUsed ?? one.diskUsed,
    load: measured(one.load, next.load),
    celsius: measured(one.celsius, next.celsius),
    memoryLeast: of(one.memoryLeast, next.memoryLeast, (a, b) => bytes(Math.min(a, b))),
    throttled: of(one.throttled, next.throttled, (a, b) => a | b),
  };
}

const measured = (one: MeanAndMost | undefined, next: MeanAndMost | undefined) =>
  of(one, next, (a, b) => ({ count: a.count + b.count, sum: a.sum + b.sum, most: Math.max(a.most, b.most) }));

/** Of two that are known both, of one that is known itself. */
function of<T>(one: T | undefined, next: T | undefined, both: (one: T, next: T) => T): T | undefined {
  return one === undefined || next === undefined ? (one ?? next) : both(one, next);
}

function part(time: Millis, known: Millis): number | null {
  return known === 0 ? null : rounded(time / known, 4);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
function most(values: readonly (number | undefined)[]): number | null {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? null : Math.max(...known);
}

function rounded(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}

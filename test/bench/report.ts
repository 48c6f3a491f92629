/** Rows as a table for people, or as one JSON object a line. */
import { type Column, formatTable } from '../../src/cli/table.ts';
import type { Figures, Row } from './rounds.ts';

const COLUMNS: readonly Column[] = [
  { title: 'bench' },
  { title: 'peer' },
  { title: 'pirack', align: 'right' },
  { title: 'peer', align: 'right' },
  { title: 'rate ratio', align: 'right' },
  { title: 'pirack CPU', align: 'right' },
  { title: 'peer CPU', align: 'right' },
  { title: 'CPU ratio', align: 'right' },
  { title: 'rounds', align: 'right' },
  { title: 'besides' },
];

export function table(rows: readonly Row[], width?: number): string[] {
  const cells = rows.map(({ bench, peer, units, ours, theirs, cpuRatio, rateRatio, rounds }) => [
    bench,
    peer,
    `${short(ours.rate)} ${units.rate}`,
    `${short(theirs.rate)} ${units.rate}`,
    ratio(rateRatio),
    `${short(ours.cpu)} ${units.cpu}`,
    `${short(theirs.cpu)} ${units.cpu}`,
    ratio(cpuRatio),
    rounds,
    besides(ours, theirs),
  ]);
  return formatTable(COLUMNS, cells, { width });
}

export function jsonLine(row: Row): string {
  return JSON.stringify(row, (_key, value: unknown) => (typeof value === 'number' ? round(value) : value));
}

/** Figures that are nought on both sides are not worth a reader's time. */
function besides(ours: Figures, theirs: Figures): string {
  const names = new Set([...Object.keys(ours.extra), ...Object.keys(theirs.extra)]);
  return [...names]
    .map((name) => ({ name, mine: ours.extra[name] ?? 0, other: theirs.extra[name] ?? 0 }))
    .filter(({ mine, other }) => mine !== 0 || other !== 0)
    .map(({ name, mine, other }) => `${name} ${short(mine)} / ${short(other)}`)
    .join(', ');
}

function ratio(value: number): string {
  return Number.isFinite(value) ? `${value.toFixed(2)}x` : '-';
}

/** Three digits that count: more would be noise. */
function short(value: number): string {
  if (!Number.isFinite(value)) return '-';
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

function round(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(6)) : null;
}

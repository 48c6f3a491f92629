/** `pirack series` as text. */
import type { HealthPoint, HealthSeriesView, PowerSeriesView } from '../api/control/series-protocol.ts';
import { throttledWords } from '../pi/throttled.ts';
import { type Column, formatTable, terminalWidth } from './table.ts';

export interface BothSeries {
  readonly power: PowerSeriesView;
  readonly health: HealthSeriesView;
}

type Value = number | null | undefined;

/** What is summed up: its title, its values, those that its most is taken from, and how it is written. */
interface Measure {
  readonly title: string;
  readonly of: (both: BothSeries) => readonly Value[];
  readonly mostOf?: (both: BothSeries) => readonly Value[];
  readonly text: (value: number) => string;
}

const MIB = 1_024 * 1_024;
const fixed = (digits: number) => (value: number) => value.toFixed(digits);
const percent = (value: number) => `${Math.round(value * 100)} %`;
const of = (key: Exclude<keyof HealthPoint, 'condition'>) => (both: BothSeries) =>
  both.health.points.map((point) => point[key]);

const MEASURES: readonly Measure[] = [
  {
    title: 'W',
    of: ({ power }) => power.points.map(({ watts }) => watts),
    mostOf: ({ power }) => power.points.map(({ wattsMost }) => wattsMost),
    text: fixed(1),
  },
  { title: 'powered', of: of('powered'), text: percent },
  { title: 'answered', of: of('answered'), text: percent },
  { title: 'disk MB', of: of('diskUsed'), text: (bytes) => (bytes / 1e6).toFixed(0) },
  { title: 'load', of: of('load'), mostOf: of('loadMost'), text: fixed(2) },
  { title: '°C', of: of('celsius'), mostOf: of('celsiusMost'), text: fixed(1) },
  { title: 'free MiB', of: of('memoryLeast'), text: (bytes) => (bytes / MIB).toFixed(0) },
];

/** @param fine what least, median and most are taken from; @param hourly what is shown hour by hour */
export function seriesLines(fine: BothSeries, hourly: BothSeries, width = terminalWidth()): string[] {
  const { slot, from, to, wattHours, measured } = fine.power;
  const energy =
    wattHours === null ? '' : `, ${wattHours.toFixed(1)} Wh in the ${hours(measured)} h that were measured`;
  return [
    `slot ${slot}, ${time(from)} to ${time(to)} UTC${energy}`,
    ...summary(fine, width),
    '',
    ...byHour(hourly, width),
  ];
}

function summary(both: BothSeries, width: number | undefined): string[] {
  const columns: Column[] = [
    { title: '' },
    ...['least', 'median', 'most'].map((title): Column => ({ title, align: 'right' })),
  ];
  const rows = MEASURES.map(({ title, of: values, mostOf, text }) => {
    const sorted = known(values(both));
    const all = [sorted[0], median(sorted), known((mostOf ?? values)(both)).at(-1)];
    return [title, ...all.map((value) => shown(value, text))];
  });
  return formatTable(columns, rows, { width });
}

function byHour(both: BothSeries, width: number | undefined): string[] {
  const columns: Column[] = [
    { title: 'hour' },
    ...MEASURES.map(({ title }): Column => ({ title, align: 'right' })),
    { title: 'last' },
    { title: 'throttled', shrink: true },
  ];
  const values = MEASURES.map(({ of: each }) => each(both));
  const rows = both.health.points.map(({ at, condition, throttled }, place) => [
    time(at),
    ...MEASURES.map(({ text }, column) => shown(values[column]?.[place], text)),
    condition ?? '-',
    throttled === null ? '-' : throttledText(throttled),
  ]);
  return formatTable(columns, rows, { width });
}

function throttledText(bits: number): string {
  const { now, sinceStart } = throttledWords(bits);
  const before = sinceStart.length === 0 ? '' : `(${sinceStart.join(', ')})`;
  return [...(now.length === 0 ? [] : [now.join(', ')]), ...(before === '' ? [] : [before])].join(' ') || 'no';
}

const known = (values: readonly Value[]): number[] =>
  values.filter((value) => value !== null && value !== undefined).sort((a, b) => a - b);

/** Of an even number the lower one of the two in the middle: a value that was measured. */
const median = (sorted: readonly number[]): Value => sorted[Math.floor((sorted.length - 1) / 2)];

const shown = (value: Value, text: (value: number) => string): string =>
  value === null || value === undefined ? '-' : text(value);

const hours = (ms: number): string => (ms / 3_600_000).toFixed(2);
const time = (at: number): string => new Date(at).toISOString().replace('T', ' ').slice(0, 16);

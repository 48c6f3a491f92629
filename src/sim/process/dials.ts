/** The faults of a simulated switch by name, for people: what each may be set to, and what is wrong with anything else. */
import { formatRange, parseRange, RangeSyntaxError } from '../../rack/range.ts';
import { millis } from '../../rack/units.ts';
import type { Faults } from '../switch/faults.ts';
import { noFaults } from '../switch/faults.ts';

/** What is left out takes more than a value; it is for tests. */
type DialName = Exclude<keyof Faults, 'spoil' | 'restartAtSet' | 'detectionReads'>;

type Dial =
  | { readonly kind: 'share' | 'milliseconds' | 'octets' | 'flag' | 'ports' | 'count' | 'oid' }
  | { readonly kind: 'choice'; readonly among: readonly string[] };

export const DIALS: Readonly<Record<DialName, Dial>> = Object.freeze({
  slow: { kind: 'milliseconds' },
  slowUnder: { kind: 'oid' },
  silent: { kind: 'flag' },
  loseRequest: { kind: 'share' },
  loseAnswer: { kind: 'share' },
  largestAnswer: { kind: 'octets' },
  bulkEndsAfter: { kind: 'count' },
  emptyAnswer: { kind: 'share' },
  repeatOid: { kind: 'share' },
  loseSetAnswer: { kind: 'share' },
  lyingSet: { kind: 'share' },
  refuseSet: { kind: 'share' },
  mostVarbinds: { kind: 'count' },
  saveRefused: { kind: 'flag' },
  adminSettle: { kind: 'milliseconds' },
  denied: { kind: 'ports' },
  faulty: { kind: 'ports' },
  shorted: { kind: 'ports' },
  faultsHeal: { kind: 'flag' },
  toggleFaults: { kind: 'milliseconds' },
  vlanSettle: { kind: 'milliseconds' },
  egressUntags: { kind: 'flag' },
  untaggedIgnored: { kind: 'flag' },
  pvidJoins: { kind: 'flag' },
  pvidTagsOld: { kind: 'flag' },
  pvidLeavesOld: { kind: 'flag' },
  pvidUnchecked: { kind: 'flag' },
  accessPorts: { kind: 'ports' },
  creation: { kind: 'choice', among: ['any', 'wait-only', 'none'] },
  destroyInUseRefused: { kind: 'flag' },
  statusReadsCreate: { kind: 'flag' },
});

/** As JSON: a number, a flag, a word, the numbers of ports; null where there is none. */
export type DialValue = number | boolean | string | readonly number[] | null;

/** A setting that cannot be; the message says what could. */
export class BadDial extends Error {
  override readonly name = 'BadDial';
}

const MOST_MILLISECONDS = 3_600_000;
const OCTETS = { least: 484, most: 65_507 };
const MOST_PORT = 9_999;
const MOST_COUNT = 1_000_000;
const OID = /^[0-2](\.\d{1,10}){1,127}$/;

function expected(dial: Dial): string {
  switch (dial.kind) {
    case 'share':
      return 'a share from 0 to 1';
    case 'milliseconds':
      return `milliseconds from 0 to ${MOST_MILLISECONDS}`;
    case 'octets':
      // RFC 3417 §3.2: every agent takes messages of 484 octets.
      return `octets from ${OCTETS.least} to ${OCTETS.most}`;
    case 'count':
      return `a whole number up to ${MOST_COUNT}, or none`;
    case 'oid':
      return 'an OID such as 1.3.6.1.2.1.105, or none';
    case 'flag':
      return 'true or false';
    case 'ports':
      return 'ports such as 1-3,7, or none';
    case 'choice':
      return dial.among.join(', ');
  }
}

function fits(dial: Dial, value: unknown): boolean {
  switch (dial.kind) {
    case 'share':
      return typeof value === 'number' && value >= 0 && value <= 1;
    case 'milliseconds':
      return typeof value === 'number' && value >= 0 && value <= MOST_MILLISECONDS;
    case 'octets':
      return Number.isInteger(value) && Number(value) >= OCTETS.least && Number(value) <= OCTETS.most;
    case 'count':
      return value === null || (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MOST_COUNT);
    case 'oid':
      return value === null || (typeof value === 'string' && OID.test(value));
    case 'flag':
      return typeof value === 'boolean';
    case 'ports':
      return Array.isArray(value) && value.every((port) => Number.isInteger(port) && port > 0 && port <= MOST_PORT);
    case 'choice':
      return dial.among.includes(value as string);
  }
}

function dialOf(name: string): Dial {
  if (!Object.hasOwn(DIALS, name))
    throw new BadDial(`expected a fault among ${Object.keys(DIALS).map(spelled).join(', ')}, got ${shown(name)}`);
  return DIALS[name as DialName];
}

/** `loseRequest` as a person types it: `lose-request`. */
export function spelled(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** One setting as typed, `lose-request=0.1`: the dial's name and value. @throws BadDial */
export function dialFromText(text: string): readonly [name: string, value: DialValue] {
  const [, typed, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (typed === undefined || value === undefined)
    throw new BadDial(`expected settings such as lose-request=0.1, got ${shown(text)}`);
  const name = typed.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const dial = dialOf(name);
  const read = valueFromText(dial, value);
  if (!fits(dial, read)) throw new BadDial(`${spelled(name)}: expected ${expected(dial)}, got ${shown(value)}`);
  return [name, read as DialValue];
}

function valueFromText(dial: Dial, text: string): unknown {
  switch (dial.kind) {
    case 'share':
    case 'milliseconds':
    case 'octets':
      return number(text);
    case 'count':
      return text === 'none' ? null : number(text);
    case 'oid':
      return text === 'none' ? null : text;
    case 'flag':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'ports':
      return text === 'none' ? [] : ports(text);
    case 'choice':
      return text;
  }
}

function number(text: string): number | undefined {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function ports(text: string): number[] | undefined {
  try {
    return parseRange(text, { min: 1, max: MOST_PORT });
  } catch (cause) {
    if (cause instanceof RangeSyntaxError) return undefined;
    throw cause;
  }
}

/** Turns dials; none is turned when one cannot be. @throws BadDial */
export function turnDials(faults: Faults, settings: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(settings)) {
    const dial = dialOf(name);
    if (!fits(dial, value)) throw new BadDial(`${spelled(name)}: expected ${expected(dial)}, got ${shown(value)}`);
  }
  for (const [name, value] of Object.entries(settings)) {
    const before = faults[name as DialName];
    if (before instanceof Set) replace(before, value as readonly number[]);
    else Object.assign(faults, { [name]: settingOf(DIALS[name as DialName], value as DialValue) });
  }
}

/** None is not null there. */
function settingOf(dial: Dial, value: DialValue): unknown {
  if (value === null) return dial.kind === 'count' ? Number.POSITIVE_INFINITY : undefined;
  return dial.kind === 'milliseconds' ? millis(Number(value)) : value;
}

function replace(set: Set<number>, values: readonly number[]): void {
  set.clear();
  for (const value of values) set.add(value);
}

/** Where the dials stand. */
export function readDials(faults: Faults): Record<string, DialValue> {
  const names = Object.keys(DIALS) as DialName[];
  return Object.fromEntries(names.map((name) => [name, shownAs(faults[name])]));
}

function shownAs(value: Faults[DialName]): DialValue {
  if (value instanceof Set) return [...value].sort((a, b) => a - b);
  return value === undefined || value === Number.POSITIVE_INFINITY ? null : value;
}

/** Where the dials of a switch without faults stand. */
export function restDials(): Record<string, DialValue> {
  return readDials(noFaults());
}

/** A value as it is typed. */
export function typedDial(value: DialValue): string {
  if (value === null) return 'none';
  if (typeof value !== 'object') return String(value);
  return value.length === 0 ? 'none' : formatRange(value);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

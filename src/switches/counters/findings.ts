/** What a port's readings say is wrong with it: rules as data, each with its own bar for beginning and for ending. Pure. */
import type { Millis } from '../../rack/units.ts';

/** One reading of a port against the one before. Undefined: not known. */
export interface Observation {
  readonly at: Millis;
  /** Since the reading before. */
  readonly elapsed: Millis;
  readonly receiveErrors: number | undefined;
  readonly sendErrors: number | undefined;
  readonly linkChanged: boolean | undefined;
  readonly up: boolean;
  /** Mb/s. */
  readonly speed: number | undefined;
  readonly duplex: 'half' | 'full' | undefined;
  /** Mb/s of the board's Ethernet port, while the board is up; its boot ROM and kernel may agree on others. */
  readonly boardSpeed: number | undefined;
  readonly watts: number | undefined;
  /** What the boards like it on the same switch draw; undefined where there are too few. */
  readonly usualWatts: number | undefined;
  /** While power was neither taken nor given by pirack. */
  readonly mpsAbsent: number | undefined;
  readonly overloads: number | undefined;
}

export type FindingKind =
  | 'port_errors'
  | 'port_flapping'
  | 'port_slow'
  | 'port_half_duplex'
  | 'port_watts'
  | 'port_brown_out'
  | 'port_overload';

/** `bad` begins a finding, `good` ends it; what is neither leaves it as it is. */
export type Judgement = 'bad' | 'good' | 'unsure';

export interface FindingRule {
  readonly kind: FindingKind;
  /** `seen`: the newest last, at least one. */
  readonly judge: (seen: readonly Observation[]) => Judgement;
  /** What is wrong, behind "port 7 of sw1 (slot 7)". */
  readonly began: (seen: readonly Observation[]) => string;
  readonly ended: string;
}

const HOUR = 3_600_000;

/** One burst is a cable that was touched; a few in every reading are a bad one. */
const ERRORS_AT_ONCE = 500;
const ERRORS_EACH_TIME = 5;

function errorsOf({ receiveErrors, sendErrors }: Observation): number | undefined {
  if (receiveErrors === undefined && sendErrors === undefined) return undefined;
  return (receiveErrors ?? 0) + (sendErrors ?? 0);
}

const errors: FindingRule = {
  kind: 'port_errors',
  judge: (seen) => {
    const each = seen.map(errorsOf);
    if ((each.at(-1) ?? 0) >= ERRORS_AT_ONCE) return 'bad';
    if (all(each, 3, (count) => count !== undefined && count >= ERRORS_EACH_TIME)) return 'bad';
    return all(each, 5, (count) => count === 0) ? 'good' : 'unsure';
  },
  began: (seen) => {
    const last = seen.at(-1)!;
    const what = [
      ...(last.receiveErrors ? [`${last.receiveErrors} damaged frames received`] : []),
      ...(last.sendErrors ? [`${last.sendErrors} frames that could not be sent`] : []),
    ].join(' and ');
    return `has ${what} in ${duration(last.elapsed)}: a bad cable or plug, or a disturbed link`;
  },
  ended: 'has no errors any more',
};

/** A boot takes the link down and up a few times within two minutes: that is two readings, not five. */
const flapping: FindingRule = {
  kind: 'port_flapping',
  judge: (seen) => {
    const changes = seen.slice(-10).filter(({ linkChanged }) => linkChanged === true).length;
    if (changes >= 5) return 'bad';
    return changes <= 1 && seen.length >= 10 ? 'good' : 'unsure';
  },
  began: (seen) => {
    const recent = seen.slice(-10);
    const changes = recent.filter(({ linkChanged }) => linkChanged === true).length;
    return `lost or got its link in ${changes} of the last ${recent.length} readings: a loose plug, or a board that starts over and over`;
  },
  ended: 'keeps its link',
};

const slow: FindingRule = {
  kind: 'port_slow',
  judge: (seen) => {
    const below = ({ up, speed, boardSpeed }: Observation) =>
      up && !!speed && boardSpeed !== undefined && speed < boardSpeed;
    const full = ({ up, speed, boardSpeed }: Observation) =>
      up && !!speed && boardSpeed !== undefined && speed >= boardSpeed;
    if (all(seen, 3, below)) return 'bad';
    return all(seen, 2, full) ? 'good' : 'unsure';
  },
  began: (seen) => {
    const { speed, boardSpeed } = seen.at(-1)!;
    return `has a link of ${speed} Mb/s, and its board can do ${boardSpeed}: a cable with a broken pair, or a port that is set so`;
  },
  ended: 'has a link of full speed again',
};

const halfDuplex: FindingRule = {
  kind: 'port_half_duplex',
  judge: (seen) => {
    if (all(seen, 3, ({ up, duplex }) => up && duplex === 'half')) return 'bad';
    return all(seen, 2, ({ up, duplex }) => up && duplex === 'full') ? 'good' : 'unsure';
  },
  began: () => 'is half duplex: negotiation is off on one side',
  ended: 'is full duplex again',
};

const oddWatts: FindingRule = {
  kind: 'port_watts',
  judge: (seen) => {
    const of = (share: (watts: number, usual: number) => boolean) => (each: Observation) =>
      each.watts !== undefined && each.usualWatts !== undefined && share(each.watts, each.usualWatts);
    if (
      all(
        seen,
        5,
        of((watts, usual) => watts > 2 * usual && watts - usual > 2),
      )
    )
      return 'bad';
    if (
      all(
        seen,
        5,
        of((watts, usual) => watts < usual / 2.5 && usual - watts > 1),
      )
    )
      return 'bad';
    return all(
      seen,
      3,
      of((watts, usual) => watts < 1.7 * usual && watts > 0.6 * usual),
    )
      ? 'good'
      : 'unsure';
  },
  began: (seen) => {
    const { watts, usualWatts } = seen.at(-1)!;
    return `delivers ${round(watts)} W where boards like it draw ${round(usualWatts)} W`;
  },
  ended: 'delivers as much as its neighbours again',
};

const brownOut: FindingRule = {
  kind: 'port_brown_out',
  judge: (seen) => {
    const hour = lastHour(seen);
    const lost = sum(hour.map(({ mpsAbsent }) => mpsAbsent));
    if (lost >= 2) return 'bad';
    return lost === 0 && covers(hour) && hour.every(({ mpsAbsent }) => mpsAbsent !== undefined) ? 'good' : 'unsure';
  },
  began: (seen) =>
    `lost its powered device ${sum(lastHour(seen).map(({ mpsAbsent }) => mpsAbsent))} times within an hour without being switched: brown-outs, or a plug that comes off`,
  ended: 'has kept its powered device for an hour',
};

const overload: FindingRule = {
  kind: 'port_overload',
  judge: (seen) => {
    if ((seen.at(-1)!.overloads ?? 0) > 0) return 'bad';
    const hour = lastHour(seen);
    const quiet = hour.every(({ overloads }) => overloads === 0);
    return quiet && covers(hour) ? 'good' : 'unsure';
  },
  began: (seen) => `was overloaded or shorted ${seen.at(-1)!.overloads} times in ${duration(seen.at(-1)!.elapsed)}`,
  ended: 'has had no overload for an hour',
};

export const FINDING_RULES: readonly FindingRule[] = Object.freeze([
  errors,
  flapping,
  slow,
  halfDuplex,
  oddWatts,
  brownOut,
  overload,
]);

/** Whether the last `count` are so, and there are as many. */
function all<T>(seen: readonly T[], count: number, is: (each: T) => boolean): boolean {
  return seen.length >= count && seen.slice(-count).every(is);
}

function lastHour(seen: readonly Observation[]): readonly Observation[] {
  const from = seen.at(-1)!.at - HOUR;
  return seen.filter(({ at }) => at > from);
}

/** Whether readings reach back an hour, so that silence means something. */
function covers(hour: readonly Observation[]): boolean {
  return hour.reduce((total, { elapsed }) => total + elapsed, 0) >= HOUR;
}

function sum(values: readonly (number | undefined)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}

function round(watts: number | undefined): string {
  return watts === undefined ? '?' : watts.toFixed(1);
}

function duration(elapsed: Millis): string {
  const seconds = Math.round(elapsed / 1_000);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} minutes`;
}

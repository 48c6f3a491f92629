import { describe, expect, it } from 'vitest';
import { millis } from '../../../src/rack/units.ts';
import { diagnose, type FindingChange, HEALTHY, usualWatts } from '../../../src/switches/counters/diagnosis.ts';
import { FINDING_RULES, type Observation } from '../../../src/switches/counters/findings.ts';

/** A quiet minute of a board that is up. */
const QUIET: Omit<Observation, 'at'> = {
  elapsed: millis(60_000),
  receiveErrors: 0,
  sendErrors: 0,
  linkChanged: false,
  up: true,
  speed: 1_000,
  duplex: 'full',
  boardSpeed: 1_000,
  watts: 4,
  usualWatts: 4,
  mpsAbsent: 0,
  overloads: 0,
};

/** What begins (+) and ends (-) in each minute. */
function follow(minutes: readonly Partial<Observation>[]): string[] {
  return changes(minutes).map((each) => each.map(({ kind, began }) => `${began ? '+' : '-'}${kind}`).join(' '));
}

function changes(minutes: readonly Partial<Observation>[]): (readonly FindingChange[])[] {
  let health = HEALTHY;
  return minutes.map((minute, place) => {
    const next = diagnose(health, { ...QUIET, at: millis(place * 60_000), ...minute });
    health = next.health;
    return next.changes;
  });
}

const times = (count: number, minute: Partial<Observation> = {}) => Array.from({ length: count }, () => minute);
const at = (told: readonly string[]) => told.flatMap((text, minute) => (text === '' ? [] : [[minute, text]]));

describe('what a port says is wrong', () => {
  it('is nothing for a day of a healthy board', () => {
    expect(at(follow(times(1_440)))).toEqual([]);
  });

  it('is nothing where nothing is known', () => {
    const blank = Object.fromEntries(Object.keys(QUIET).map((key) => [key, undefined]));
    expect(at(follow(times(100, { ...blank, elapsed: millis(60_000), up: false })))).toEqual([]);
  });

  it.each([
    [
      'a burst',
      [{ receiveErrors: 500 }, ...times(10)],
      [
        [0, '+port_errors'],
        [5, '-port_errors'],
      ],
    ],
    [
      'a few in three readings in a row',
      [...times(3, { receiveErrors: 5 }), ...times(6)],
      [
        [2, '+port_errors'],
        [7, '-port_errors'],
      ],
    ],
    ['sent ones too', times(4, { sendErrors: 5 }), [[2, '+port_errors']]],
    ['not one bad reading', [{ receiveErrors: 400 }, ...times(5)], []],
    ['not some now and then', Array.from({ length: 20 }, (_, n) => ({ receiveErrors: n % 2 === 0 ? 9 : 0 })), []],
    [
      'and they last while they come again',
      [{ receiveErrors: 900 }, ...times(4), { receiveErrors: 1 }, ...times(4)],
      [[0, '+port_errors']],
    ],
  ])('errors: %s', (_title, minutes, expected) => {
    expect(at(follow(minutes))).toEqual(expected);
  });

  it('errors: says how many, in how long and what to look at', () => {
    const [first] = changes([{ receiveErrors: 700, sendErrors: 3 }]);
    expect(first?.[0]?.text).toBe(
      'has 700 damaged frames received and 3 frames that could not be sent in 60 s: a bad cable or plug, or a disturbed link',
    );
  });

  it('a link that comes and goes, which a boot does not look like', () => {
    const flap = { linkChanged: true };
    expect(at(follow([...times(3, flap), ...times(10)]))).toEqual([]);
    expect(at(follow([...times(5, flap), ...times(10)]))).toEqual([
      [4, '+port_flapping'],
      [13, '-port_flapping'],
    ]);
  });

  it('a link that is slower than its board, while the board is up', () => {
    const hundred = { speed: 100 };
    expect(at(follow([...times(4, hundred), ...times(3)]))).toEqual([
      [2, '+port_slow'],
      [5, '-port_slow'],
    ]);
    expect(at(follow(times(5, { speed: 100, boardSpeed: 100 })))).toEqual([]);
    expect(at(follow(times(5, { speed: 100, boardSpeed: undefined })))).toEqual([]);
    expect(at(follow([...times(2, hundred), { ...hundred, up: false }, ...times(2, hundred)]))).toEqual([]);
    expect(changes(times(3, hundred))[2]?.[0]?.text).toMatch(/link of 100 Mb\/s, and its board can do 1000/);
  });

  it('a link that is half duplex', () => {
    expect(at(follow([...times(3, { duplex: 'half' }), ...times(2)]))).toEqual([
      [2, '+port_half_duplex'],
      [4, '-port_half_duplex'],
    ]);
  });

  it('watts far off those of its neighbours, either way', () => {
    const told = [
      [4, '+port_watts'],
      [7, '-port_watts'],
    ];
    expect(at(follow([...times(5, { watts: 9 }), ...times(3)]))).toEqual(told);
    expect(at(follow([...times(5, { watts: 1.5 }), ...times(3)]))).toEqual(told);
    expect(at(follow(times(10, { watts: 7.5 })))).toEqual([]);
    expect(at(follow(times(10, { watts: 1, usualWatts: 0.4 })))).toEqual([]);
    expect(at(follow(times(10, { watts: 9, usualWatts: undefined })))).toEqual([]);
    expect(changes(times(5, { watts: 9 }))[4]?.[0]?.text).toBe('delivers 9.0 W where boards like it draw 4.0 W');
  });

  it('a device that was lost twice within an hour', () => {
    const lost = { mpsAbsent: 1 };
    expect(at(follow([lost, ...times(58), lost, ...times(70)]))).toEqual([
      [59, '+port_brown_out'],
      [119, '-port_brown_out'],
    ]);
    expect(at(follow([lost, ...times(60), lost]))).toEqual([]);
    expect(at(follow([{ mpsAbsent: 2 }, ...times(80, { mpsAbsent: undefined })]))).toEqual([[0, '+port_brown_out']]);
    expect(changes([{ mpsAbsent: 3 }])[0]?.[0]?.text).toMatch(/^lost its powered device 3 times within an hour/);
  });

  it('an overload', () => {
    expect(at(follow([{ overloads: 2 }, ...times(65)]))).toEqual([
      [0, '+port_overload'],
      [60, '-port_overload'],
    ]);
  });

  it('has a beginning and an end for every rule, and remembers an hour', () => {
    expect(new Set(FINDING_RULES.map(({ kind }) => kind)).size).toBe(FINDING_RULES.length);
    let health = HEALTHY;
    for (let minute = 0; minute < 200; minute += 1)
      health = diagnose(health, { ...QUIET, at: millis(minute * 60_000) }).health;
    expect(health.seen.length).toBeLessThanOrEqual(64);
    expect(health.findings.size).toBe(0);
  });
});

describe('what boards usually draw', () => {
  const draw = (kind: string, watts: number | undefined) => ({ kind, watts });

  it('is the median of the others of their kind', () => {
    const draws = [9, 3, 4, 5, 4].map((watts) => draw('4B', watts));
    expect(usualWatts([...draws, draw('3B', 2)])).toEqual([4, 4.5, 4.5, 4, 4.5, undefined]);
  });

  it('is not known of fewer than four others, or of those that say nothing', () => {
    expect(usualWatts([4, 4, 4, 4].map((watts) => draw('4B', watts)))).toEqual(Array(4).fill(undefined));
    expect(usualWatts([...[4, 4, 4, 4].map((watts) => draw('4B', watts)), draw('4B', undefined)])[4]).toBe(4);
  });
});

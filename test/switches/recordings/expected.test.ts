import { describe, expect, it } from 'vitest';
import { describeRecordings, recordingNames } from '../support/recording-session.ts';
import { EXPECTED } from './expected/index.ts';
import { namesOf, numbersOf, portsOf } from './expected/names.ts';

describe('short names', () => {
  it('are spelled out', () => {
    expect(namesOf('gi1/0/[1-3,7]; te1/0/2; 1.[9-11]; swp00')).toEqual(
      'gi1/0/1 gi1/0/2 gi1/0/3 gi1/0/7 te1/0/2 1.9 1.10 1.11 swp00'.split(' '),
    );
    expect(namesOf('')).toEqual([]);
    expect(numbersOf('1-2,70')).toEqual([1, 2, 70]);
  });

  it('count on', () => {
    expect(portsOf({ row: '3.9', name: 'Fa3/0/1', ifIndex: 11001, count: 2 })).toEqual([
      { row: '3.9', name: 'Fa3/0/1', ifIndex: 11001 },
      { row: '3.10', name: 'Fa3/0/2', ifIndex: 11002 },
    ]);
  });
});

describe('what was read off by hand', () => {
  it.each(EXPECTED.map((each) => [each.recording, each] as const))('%s agrees with itself', (_, { power, ports }) => {
    if ('notRecorded' in power) return expect(ports).toHaveProperty('refused');
    const rows = namesOf(power.rows);
    const sorted = (parts: readonly string[]) => parts.flatMap(namesOf).sort();
    if ('on' in power.admin) expect(sorted(Object.values(power.admin))).toEqual(rows.toSorted());
    if (!('notRecorded' in power.detection)) {
      expect(sorted(Object.values(power.detection))).toEqual(rows.toSorted());
    }
    if ('of' in power.watts) {
      const { of, zero, sum } = power.watts;
      expect([...Object.keys(of), ...namesOf(zero)].sort()).toEqual(rows.toSorted());
      expect(Object.values(of).reduce((total, watts) => total + watts, 0)).toBeCloseTo(sum, 6);
    }
    if ('runs' in ports) expect(ports.runs.flatMap(portsOf).map(({ row }) => row)).toEqual(rows);
  });
});

describeRecordings('recordings and what was read off them', () => {
  it('has an expectation for each', () => {
    expect(EXPECTED.map(({ recording }) => recording).sort()).toEqual(recordingNames());
  });
});

import { describe, expect, it } from 'vitest';
import { resolvePorts } from '../../../src/switches/port-map.ts';
import type { Experiment, Witnesses } from '../../../src/switches/ports/physics.ts';
import { judgePhysics, unfitToBegin } from '../../../src/switches/ports/physics.ts';
import type { Detection } from '../../../src/switches/power-state.ts';
import type { Mac } from '../../../src/wire/address.ts';

/** Ports gi1 to gi4 with PoE, te1 without, and the VLAN interfaces that follow them. */
const map = resolvePorts({
  poeRows: ['1.1', '1.2', '1.3', '1.4'],
  interfaces: new Map([
    ...[1, 2, 3, 4].map((port) => [port, { type: 6, name: `gi${port}` }] as const),
    [49, { type: 6, name: 'te1' }],
    [100_102, { type: 53, name: '102' }],
  ]),
});
const [first, second] = map.ports;
const A = 'dc:a6:32:00:00:01' as Mac;
const B = 'dc:a6:32:00:00:02' as Mac;

interface Scene {
  /** ifIndexes whose link is up. */
  up: number[];
  /** Rows that deliver. */
  on: string[];
  heard: [Mac, number[]][] | undefined;
  detections?: Record<string, Detection>;
}

const look = ({ up, on, heard, detections = {} }: Scene): Witnesses => ({
  links: new Map([1, 2, 3, 4, 49, 100_102].map((ifIndex) => [ifIndex, up.includes(ifIndex) ? 'up' : 'down'])),
  power: new Map(
    map.ports.map(({ row }) => [
      row,
      { admin: on.includes(row), detection: detections[row] ?? (on.includes(row) ? 'deliveringPower' : 'disabled') },
    ]),
  ),
  heard: heard && new Map(heard),
});

const running: Scene = {
  up: [1, 2, 49, 100_102],
  on: ['1.1', '1.2'],
  heard: [
    [A, [1]],
    [B, [2]],
  ],
};
const dark: Scene = { up: [1, 49], on: ['1.1'], heard: [[A, [1]]] };
const experiment: Experiment = { map, port: second!, mac: B };

const verdict = (before: Partial<Scene>, off: Partial<Scene>, back?: Partial<Scene>, of: Partial<Experiment> = {}) => {
  const proof = judgePhysics(
    { ...experiment, ...of },
    look({ ...running, ...before }),
    look({ ...dark, ...off }),
    back && look({ ...running, ...back }),
  );
  return proof.proven ? proof.saw : proof.why;
};

describe('the proof by a power cycle', () => {
  it('holds when row, link and MAC of the board go, and of no other', () => {
    expect(verdict({}, {})).toEqual([
      'row 1.2 alone stopped delivering',
      'the link of gi2 alone went down',
      `${B} alone was heard no more`,
    ]);
    expect(verdict({}, {}, {})).toContain('gi2 came back');
  });

  it('is not disturbed by a VLAN interface that goes down with its only port', () => {
    expect(verdict({ up: [1, 2, 49, 100_102] }, { up: [1, 49] })).toHaveLength(3);
  });

  it('takes what is heard on the port for the board, where the board is not known', () => {
    expect(verdict({}, {}, undefined, { mac: undefined })).toContain(`${B} alone was heard no more`);
    expect(verdict({ heard: [[A, [1]]] }, {}, undefined, { mac: undefined })).toBe(
      'nothing is heard on port gi2 before: boot the board first',
    );
  });

  it('does without a forwarding database, and says so', () => {
    expect(verdict({ heard: undefined }, { heard: undefined })).toContain(
      'the switch does not tell what it hears: links and power had to do',
    );
    expect(verdict({}, { heard: undefined })).toBe('what the switch hears could not be read without power');
  });

  it.each([
    ['no power before', { on: ['1.1'] }, 'port gi2 delivers no power before (admin off, disabled)'],
    ['no link before', { up: [1, 49] }, 'the link of port gi2 is down before: boot the board first'],
    ['the board on another port', { heard: [[B, [1]]] }, `the board ${B} is heard on port gi1, not on gi2`],
    ['the board nowhere', { heard: [[A, [1]]] }, `the board ${B} is not heard on port gi2: boot it first`],
  ] as [string, Partial<Scene>, string][])('is not begun with %s', (_title, before, why) => {
    expect(unfitToBegin(experiment, look({ ...running, ...before }))).toBe(why);
    expect(verdict(before, {})).toBe(why);
  });

  it.each([
    [
      'the link stays up',
      { up: [1, 2, 49] },
      'the link of gi2 is still up without power: row and port are not the same socket, or the board has other power',
    ],
    [
      'another link goes instead',
      { up: [2, 49] },
      'the link of gi2 is still up without power, and the link of gi1 went down instead',
    ],
    ['another link goes too', { up: [49] }, 'the link of gi1 went down too: try again while no other board boots'],
    ['the uplink goes too', { up: [1] }, 'the link of te1 went down too: try again while no other board boots'],
    ['another row goes too', { on: [] }, 'row 1.1 stopped delivering too: try again while nothing else is switched'],
    [
      'the row goes on delivering',
      { on: ['1.1', '1.2'] },
      'row 1.2 did not stop delivering (admin on, deliveringPower)',
    ],
    [
      'the row reads what proves nothing',
      { detections: { '1.2': 'unknown(9)' } },
      'row 1.2 did not stop delivering (admin off, unknown(9))',
    ],
    [
      'the MAC stays',
      {
        heard: [
          [A, [1]],
          [B, [2]],
        ],
      },
      `${B} is still listed on gi2, whose link is down: the switch forgets late, look again when it has`,
    ],
    ['the MAC is on another port', { heard: [[B, [3]]] }, `${B} is heard on port gi3 while the board has no power`],
  ] as [string, Partial<Scene>, string][])('fails when %s', (_title, off, why) => {
    expect(verdict({}, off)).toBe(why);
  });

  it.each([
    ['the link does not come back', { up: [1, 49] }, 'the link of gi2 is down with power back'],
    ['the board comes back elsewhere', { heard: [[B, [1]]] }, `${B} came back on port gi1, not on gi2`],
  ] as [string, Partial<Scene>, string][])('fails when %s', (_title, back, why) => {
    expect(verdict({}, {}, back)).toBe(why);
  });

  it('may come back before it is heard again, for booting takes a minute', () => {
    expect(verdict({}, {}, { heard: [[A, [1]]] })).toContain('gi2 came back');
  });

  it('finds out a map that has two ports swapped', () => {
    // Row 1.2 really feeds socket gi1: its board is A.
    const swapped: Experiment = { map, port: { ...second!, ifIndex: 2 }, mac: undefined };
    const off = look({ up: [2, 49], on: ['1.1'], heard: [[B, [2]]] });
    expect(judgePhysics(swapped, look(running), off)).toEqual({
      proven: false,
      why: 'the link of gi2 is still up without power, and the link of gi1 went down instead',
    });
    expect(first).toMatchObject({ label: 'gi1' });
  });
});

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { millis } from '../../../src/rack/units.ts';
import { STATUS, TAG } from '../../../src/sim/switch/mib.ts';
import type { VirtualSwitchOptions } from '../../../src/sim/switch/options.ts';
import type { VirtualSwitch } from '../../../src/sim/switch/virtual-switch.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { makeSwitch } from '../../switches/support/rig.ts';
import { get, set, typeOf, walk } from './support/ask.ts';
import type { Write } from './support/vlans.ts';
import {
  CURRENT,
  egress,
  filtering,
  forbidden,
  frameTypes,
  name,
  PORT,
  portList,
  pvid,
  ROW,
  STATIC,
  status,
  untagged,
} from './support/vlans.ts';

/** Eight PoE ports and two uplinks, 9 and 10: port lists of two octets. */
let device: VirtualSwitch;
let clock: VirtualClock;
function start(options: Partial<VirtualSwitchOptions> = {}): VirtualSwitch {
  clock = new VirtualClock();
  device = makeSwitch(clock, options);
  return device;
}
beforeEach(() => {
  start();
});
afterEach(() => device.close());

const list = (...ports: number[]) => portList(2, ...ports);
const all = list(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
const fine = [STATUS.noError, 0];
/** What isolates port 3 in VLAN 30, with uplink 9 as the trunk. */
const isolate: readonly (readonly Write[])[] = [
  [status(30, ROW.createAndGo), name(30, 'slot 3')],
  [egress(30, list(3, 9)), untagged(30, list(3))],
  [pvid(3, 30)],
  [egress(1, list(1, 2, 4, 5, 6, 7, 8, 9, 10))],
];

describe('a blank switch', () => {
  it('has VLAN 1 with every port untagged, and says what it can hold', () => {
    expect(walk(device, STATIC)).toEqual(
      new Map<string, unknown>([
        ['1.1', Buffer.from('default')],
        ['2.1', all],
        ['3.1', list()],
        ['4.1', all],
        ['5.1', ROW.active],
      ]),
    );
    expect([...walk(device, '1.3.6.1.2.1.17.7.1.1').values()]).toEqual([1, 4094, 256, 1]);
    expect([...walk(device, `${PORT}.1`)]).toEqual(Array.from({ length: 10 }, (_, at) => [String(at + 1), 1]));
    expect([...walk(device, `${PORT}.2`).values()]).toEqual(Array.from({ length: 10 }, () => 1));
    expect([...walk(device, `${PORT}.3`).values()]).toEqual(Array.from({ length: 10 }, () => 2));
  });
});

describe('isolating a port', () => {
  it('shows in every table, and in what is forwarded', () => {
    const told: (readonly number[])[] = [];
    device.onSegments((ports) => told.push(ports));
    for (const pdu of isolate) expect(set(device, ...pdu)).toEqual(fine);
    expect(device.segment(3)).toEqual({ vlan: 30, trunk: true });
    expect(told).toEqual([[9], [3]]);
    expect(get(device, `${STATIC}.4.1`)).toEqual(list(1, 2, 4, 5, 6, 7, 8, 9, 10));
    expect([...walk(device, `${CURRENT}.4`)]).toEqual([
      ['0.1', list(1, 2, 4, 5, 6, 7, 8, 9, 10)],
      ['0.30', list(3, 9)],
    ]);
    expect([get(device, `${CURRENT}.5.0.30`), get(device, '1.3.6.1.2.1.17.7.1.1.4.0')]).toEqual([list(3), 2]);
    expect([get(device, `${PORT}.1.3`), typeOf(device, `${PORT}.1.3`)]).toEqual([30, TAG.Gauge32]);
  });

  it('is undone by a restart', () => {
    for (const pdu of isolate) set(device, ...pdu);
    const told: (readonly number[])[] = [];
    device.onSegments((ports) => told.push(ports));
    device.reboot();
    expect(device.segment(3)).toBe('none');
    clock.advance(1_000);
    expect(device.segment(3)).toEqual({ vlan: 1, trunk: false });
    expect(told).toEqual([
      [1, 2, 3, 4, 5, 6, 7, 8, 10],
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    ]);
    expect([...walk(device, `${STATIC}.5`)]).toEqual([['1', ROW.active]]);
  });
});

describe('RowStatus', () => {
  const shown = (vlan: number) =>
    typeOf(device, `${STATIC}.5.${vlan}`) === TAG.Integer32 ? get(device, `${STATIC}.5.${vlan}`) : 'none';
  /** The table of RFC 2579, its rows and columns. */
  it.each([
    [
      'createAndGo',
      ROW.createAndGo,
      [
        [0, 'active'],
        [12, 'notInService'],
        [12, 'active'],
      ],
    ],
    [
      'createAndWait',
      ROW.createAndWait,
      [
        [0, 'notInService'],
        [12, 'notInService'],
        [12, 'active'],
      ],
    ],
    [
      'active',
      ROW.active,
      [
        [12, 'none'],
        [0, 'active'],
        [0, 'active'],
      ],
    ],
    [
      'notInService',
      ROW.notInService,
      [
        [12, 'none'],
        [0, 'notInService'],
        [0, 'notInService'],
      ],
    ],
    [
      'notReady',
      ROW.notReady,
      [
        [10, 'none'],
        [10, 'notInService'],
        [10, 'active'],
      ],
    ],
    [
      'destroy',
      ROW.destroy,
      [
        [0, 'none'],
        [0, 'none'],
        [0, 'none'],
      ],
    ],
  ] as const)('%s, where there is no row, one not in service, an active one', (_title, value, expected) => {
    for (const [before, [errorStatus, after]] of expected.entries()) {
      start();
      if (before > 0) set(device, status(20, before === 1 ? ROW.createAndWait : ROW.createAndGo));
      expect(set(device, status(20, value))[0]).toBe(errorStatus);
      expect(shown(20)).toBe(after === 'none' ? 'none' : ROW[after]);
    }
  });

  it('makes a row with its columns in one PDU, whatever their order', () => {
    expect(set(device, untagged(20, list(2)), name(20, 'x'), status(20, ROW.createAndGo), egress(20, list(2)))).toEqual(
      fine,
    );
    expect([...walk(device, STATIC)].filter(([index]) => index.endsWith('.20'))).toEqual([
      ['1.20', Buffer.from('x')],
      ['2.20', list(2)],
      ['3.20', list()],
      ['4.20', list(2)],
      ['5.20', ROW.active],
    ]);
  });

  it('keeps a VLAN that is not in service out of what forwards', () => {
    set(device, status(20, ROW.createAndWait), egress(20, list(9)));
    expect([...walk(device, `${CURRENT}.6`).keys()]).toEqual(['0.1']);
    set(device, status(20, ROW.active));
    expect([...walk(device, `${CURRENT}.6`).keys()]).toEqual(['0.1', '0.20']);
  });

  it('takes a destroyed VLAN out of every table, and its ports into VLAN 1', () => {
    for (const pdu of isolate) set(device, ...pdu);
    expect(set(device, status(30, ROW.destroy))).toEqual(fine);
    expect(walk(device, `${STATIC}.1`).size).toBe(1);
    // The port sends into VLAN 1, and is not in it.
    expect([get(device, `${PORT}.1.3`), device.segment(3)]).toEqual([1, 'none']);
    expect(get(device, '1.3.6.1.2.1.17.7.1.4.1.0')).toBe(1);
  });
});

describe('a SET of VLANs', () => {
  beforeEach(() => {
    set(device, status(20, ROW.createAndGo));
  });
  const refusals: readonly (readonly [string, readonly Write[], number, number])[] = [
    ['a VLAN that exists', [status(20, ROW.createAndGo)], STATUS.inconsistentValue, 1],
    ['a column of a VLAN that does not', [name(21, 'x')], STATUS.inconsistentName, 1],
    ['VLAN 0', [status(0, ROW.createAndGo)], STATUS.noCreation, 1],
    ['VLAN 4095', [name(4095, 'x'), status(4095, ROW.createAndGo)], STATUS.noCreation, 2],
    ['an index that is none', [[`${STATIC}.5.20.1`, TAG.Integer32, ROW.destroy]], STATUS.noCreation, 1],
    ['VLAN 1 going', [status(1, ROW.destroy)], STATUS.inconsistentValue, 1],
    ['a name of 33 octets', [name(20, 'x'.repeat(33))], STATUS.wrongLength, 1],
    ['a port list too short', [egress(20, portList(1, 1))], STATUS.wrongLength, 1],
    ['a port list too long', [egress(20, portList(3, 1))], STATUS.wrongLength, 1],
    ['a port that does not exist', [egress(20, portList(2, 11))], STATUS.wrongValue, 1],
    ['an untagged port that is no member', [name(20, 'x'), untagged(20, list(1))], STATUS.inconsistentValue, 2],
    ['a member that is forbidden', [forbidden(20, list(1)), egress(20, list(1))], STATUS.inconsistentValue, 2],
    ['a PVID as an Integer32', [[`${PORT}.1.3`, TAG.Integer32, 20]], STATUS.wrongType, 1],
    ['a PVID of no VLAN', [pvid(3, 21)], STATUS.inconsistentValue, 1],
    ['a PVID of 0', [pvid(3, 0)], STATUS.wrongValue, 1],
    ['a PVID of 4095', [pvid(3, 4095)], STATUS.wrongValue, 1],
    ['a PVID of a port that does not exist', [pvid(11, 20)], STATUS.noCreation, 1],
    ['frame types 3', [frameTypes(3, 3)], STATUS.wrongValue, 1],
    ['ingress filtering 0', [filtering(3, 0)], STATUS.wrongValue, 1],
    ['the current table', [[`${CURRENT}.4.0.20`, TAG.OctetString, list(1)]], STATUS.notWritable, 1],
  ];
  it.each(refusals)('refuses %s, and then does nothing of it', (_title, writes, errorStatus, errorIndex) => {
    const before = [...walk(device, '1.3.6.1.2.1.17.7')];
    const first: Write[] = [egress(20, list(7)), untagged(20, list(7)), pvid(7, 20)];
    expect(set(device, ...first, ...writes)).toEqual([errorStatus, first.length + errorIndex]);
    expect([...walk(device, '1.3.6.1.2.1.17.7')]).toEqual(before);
  });

  it('counts as made at once: a PVID may be that of a VLAN of the same PDU', () => {
    const writes = [
      pvid(3, 30),
      egress(30, list(3)),
      untagged(30, list(3)),
      status(30, ROW.createAndGo),
      egress(1, list(9)),
    ];
    expect(set(device, ...writes)).toEqual(fine);
    expect(device.segment(3)).toEqual({ vlan: 30, trunk: false });
  });

  it('goes with a SET of something else or not at all', () => {
    const admin = '1.3.6.1.2.1.105.1.1.1.3.1.3';
    expect(set(device, [admin, TAG.Integer32, 2], pvid(3, 99))).toEqual([STATUS.inconsistentValue, 2]);
    expect(device.pse.port(3).admin).toBe(true);
    expect(set(device, pvid(3, 20), [admin, TAG.Integer32, 2])).toEqual(fine);
    expect([device.pse.port(3).admin, get(device, `${PORT}.1.3`)]).toEqual([false, 20]);
  });

  it('takes a port that leaves a VLAN out of its untagged ports', () => {
    set(device, egress(20, list(3, 9)), untagged(20, list(3)));
    set(device, egress(20, list(9)));
    expect(get(device, `${STATIC}.4.20`)).toEqual(list());
  });

  it('fits into what the switch can hold', () => {
    start({ vlans: { maxVlans: 3, reserved: [1002], maxVlanId: 2000 } });
    expect(set(device, status(1002, ROW.createAndGo))).toEqual([STATUS.noCreation, 1]);
    expect(set(device, status(2001, ROW.createAndGo))).toEqual([STATUS.noCreation, 1]);
    expect(set(device, status(10, ROW.createAndGo), status(11, ROW.createAndGo))).toEqual(fine);
    expect(set(device, status(12, ROW.createAndGo))).toEqual([STATUS.resourceUnavailable, 1]);
    expect(set(device, status(10, ROW.destroy), status(12, ROW.createAndGo))).toEqual(fine);
  });
});

describe('tables that are not as plain', () => {
  it('have a TimeMark, other FDB ids, wide port lists, no VLAN 1', () => {
    start({ vlans: { timeMark: 1400, fdbId: (vlan) => vlan << 16, portListOctets: 277, showsVlan1: false } });
    set(device, status(20, ROW.createAndGo));
    expect([...walk(device, `${CURRENT}.3`)]).toEqual([
      ['1400.1', 65_536],
      ['1400.20', 20 * 65_536],
    ]);
    expect([...walk(device, `${STATIC}.2`)]).toEqual([['20', Buffer.alloc(277)]]);
    expect(set(device, egress(20, portList(277, 3)))).toEqual(fine);
    expect(set(device, egress(20, list(3)))).toEqual([STATUS.wrongLength, 1]);
    expect(set(device, egress(1, portList(277, 3)))).toEqual([STATUS.noCreation, 1]);
  });

  it('have more ports than port lists hold: an error of whoever made the switch', () => {
    expect(() => makeSwitch(clock, { ports: 48, vlans: { portListOctets: 4 } })).toThrow('port lists of 4 octets');
  });
});

describe('a switch that takes its time', () => {
  it('shows and does later what it has accepted, and forgets it when it restarts', () => {
    device.faults.vlanSettle = millis(500);
    expect(set(device, ...isolate[0]!)).toEqual(fine);
    // It knows that the row will be there.
    expect(set(device, ...isolate[0]!)).toEqual([STATUS.inconsistentValue, 1]);
    expect(set(device, ...isolate[1]!, ...isolate[2]!, ...isolate[3]!)).toEqual(fine);
    clock.advance(499);
    expect([typeOf(device, `${STATIC}.5.30`), device.segment(3)]).toEqual([
      TAG.noSuchInstance,
      { vlan: 1, trunk: false },
    ]);
    clock.advance(1);
    expect([get(device, `${STATIC}.5.30`), device.segment(3)]).toEqual([ROW.active, { vlan: 30, trunk: true }]);
    set(device, status(31, ROW.createAndGo));
    device.reboot();
    clock.advance(10_000);
    expect([...walk(device, `${STATIC}.5`).keys()]).toEqual(['1']);
  });
});

describe('whatever is written', () => {
  const port = fc.integer({ min: 1, max: 10 });
  const vlan = fc.constantFrom(1, 20, 21, 22);
  const ports = fc.uniqueArray(port, { maxLength: 10 }).map((members) => list(...members));
  const write: fc.Arbitrary<Write> = fc.oneof(
    fc.tuple(vlan, fc.integer({ min: 0, max: 7 })).map(([id, value]) => status(id, value)),
    fc.tuple(vlan, ports).map(([id, members]) => egress(id, members)),
    fc.tuple(vlan, ports).map(([id, members]) => untagged(id, members)),
    fc.tuple(vlan, ports).map(([id, members]) => forbidden(id, members)),
    fc.tuple(port, vlan).map(([number, id]) => pvid(number, id)),
    fc.tuple(port, fc.constantFrom(1, 2)).map(([number, value]) => frameTypes(number, value)),
  );
  const flags = fc.record({
    egressUntags: fc.boolean(),
    untaggedIgnored: fc.boolean(),
    pvidJoins: fc.boolean(),
    pvidTagsOld: fc.boolean(),
    pvidLeavesOld: fc.boolean(),
    pvidUnchecked: fc.boolean(),
  });

  it('untagged and forbidden ports stay right, refusals change nothing, and listeners know all', () => {
    fc.assert(
      fc.property(
        flags,
        fc.array(fc.array(write, { minLength: 1, maxLength: 4 }), { maxLength: 12 }),
        (quirks, pdus) => {
          start();
          Object.assign(device.faults, quirks);
          const everywhere = () => new Map(Array.from({ length: 10 }, (_, at) => [at + 1, device.segment(at + 1)]));
          const known = everywhere();
          device.onSegments((changed) => {
            for (const number of changed) known.set(number, device.segment(number));
          });
          for (const pdu of pdus) {
            const before = device.bridge.config;
            const [errorStatus] = set(device, ...pdu);
            if (errorStatus !== STATUS.noError) expect(device.bridge.config).toBe(before);
            for (const { egress: out, untagged: plain, forbidden: barred } of device.bridge.config.vlans.values()) {
              expect([...plain].filter((member) => !out.has(member))).toEqual([]);
              expect([...barred].filter((member) => out.has(member))).toEqual([]);
            }
            expect(device.bridge.config.vlans.has(1)).toBe(true);
            expect(known).toEqual(everywhere());
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

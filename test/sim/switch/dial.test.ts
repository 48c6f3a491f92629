import { beforeEach, describe, expect, it } from 'vitest';
import { millis } from '../../../src/rack/units.ts';
import type { Faults } from '../../../src/sim/switch/faults.ts';
import { noFaults } from '../../../src/sim/switch/faults.ts';
import { STATUS, TAG } from '../../../src/sim/switch/mib.ts';
import { describeFaults, misbehaviour } from '../../../src/sim/switch/misbehaviour.ts';
import type { AgentRequest } from '../../../src/sim/switch/requests.ts';
import type { VirtualSwitch } from '../../../src/sim/switch/virtual-switch.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { seededRandom } from '../../switches/support/random.ts';
import { makeSwitch, plugIn } from '../../switches/support/rig.ts';
import { get, set, walk } from './support/ask.ts';
import { egress, portList, pvid, ROW, STATIC, status, untagged } from './support/vlans.ts';

const DETECTION = '1.3.6.1.2.1.105.1.1.1.6';
const ADMIN = '1.3.6.1.2.1.105.1.1.1.3.1';
const IF_NAME = '1.3.6.1.2.1.31.1.1.1.1';

let clock: VirtualClock;
let device: VirtualSwitch;
beforeEach(() => {
  clock = new VirtualClock();
  device = makeSwitch(clock);
});

const request = (kind: AgentRequest['kind'], oid: string, more: Partial<AgentRequest> = {}): AgentRequest => ({
  kind,
  varbinds: [{ oid, type: TAG.Null, value: null }],
  nonRepeaters: 0,
  maxRepetitions: 0,
  mayWrite: true,
  room: 60_000,
  ...more,
});
const off = (port: number): AgentRequest =>
  request('set', '', { varbinds: [{ oid: `${ADMIN}.${port}`, type: TAG.Integer32, value: 2 }] });

describe('walks that are led astray', () => {
  it('a bulk for more rows than the agent is good for ends early, as though there were no more', () => {
    device.faults.bulkEndsAfter = 5;
    expect(walk(device, DETECTION, 5).size).toBe(8);
    expect(walk(device, DETECTION, 6).size).toBe(5);
    const asked = [DETECTION, IF_NAME].map((oid) => ({ oid, type: TAG.Null, value: null }));
    const { varbinds } = device.answer(request('getBulk', '', { varbinds: asked, maxRepetitions: 9 }));
    expect(varbinds.slice(-3).map(({ oid, type }) => [oid, type])).toEqual([
      [`${IF_NAME}.5`, TAG.OctetString],
      [`${DETECTION}.1.5`, TAG.endOfMibView],
      [`${IF_NAME}.5`, TAG.endOfMibView],
    ]);
  });

  it('an answer is empty, and no error', () => {
    device.faults.emptyAnswer = 1;
    for (const kind of ['getNext', 'getBulk'] as const) {
      const answer = device.answer(request(kind, DETECTION, { maxRepetitions: 5 }));
      expect(answer).toEqual({ errorStatus: STATUS.noError, errorIndex: 0, varbinds: [] });
    }
    expect(get(device, `${DETECTION}.1.1`)).toBe(2);
  });

  it('an OID comes twice', () => {
    device.faults.repeatOid = 1;
    expect(device.answer(request('getNext', `${DETECTION}.1.1`)).varbinds[0]?.oid).toBe(`${DETECTION}.1.1`);
    const oids = device
      .answer(request('getBulk', `${DETECTION}.1.1`, { maxRepetitions: 5 }))
      .varbinds.map(({ oid }) => oid);
    expect(oids).toHaveLength(5);
    expect(new Set([`${DETECTION}.1.1`, ...oids]).size).toBe(5);
  });
});

describe('a switch that restarts at a chosen SET', () => {
  it.each([
    [true, 2],
    [false, 1],
  ])('has done it: %s', (done, admin) => {
    device = makeSwitch(clock, { autoSave: true });
    device.faults.restartAtSet = { in: 3, done };
    expect([1, 2].map((port) => device.exchange(off(port))?.errorStatus)).toEqual([0, 0]);
    expect(device.exchange(request('get', `${ADMIN}.1`))?.varbinds[0]?.value).toBe(2);
    expect([device.exchange(off(3)), device.up]).toEqual([undefined, false]);
    expect(device.exchange(request('get', `${ADMIN}.1`))).toBeUndefined();
    clock.advance(1_000);
    expect([get(device, `${ADMIN}.1`), get(device, `${ADMIN}.3`)]).toEqual([2, admin]);
    // Once.
    expect(device.exchange(off(4))?.errorStatus).toBe(0);
    expect([device.up, device.faults.restartAtSet]).toEqual([true, undefined]);
  });
});

describe('exchanges that fail', () => {
  it.each([
    ['silent', { silent: true }, 1],
    ['the request is lost', { loseRequest: 1 }, 1],
    ['the answer is lost', { loseAnswer: 1 }, 2],
    ['the answer to a SET is lost', { loseSetAnswer: 1 }, 2],
  ] as const)('%s', (_title, faults, admin) => {
    Object.assign(device.faults, faults);
    expect(device.exchange(off(1))).toBeUndefined();
    expect(get(device, `${ADMIN}.1`)).toBe(admin);
  });

  it('a SET is refused for no reason, and not done', () => {
    device.faults.refuseSet = 1;
    expect(set(device, [`${ADMIN}.1`, TAG.Integer32, 2])).toEqual([STATUS.genErr, 0]);
    expect(get(device, `${ADMIN}.1`)).toBe(1);
  });

  it('a SET of many varbinds is too big, and one of fewer is not', () => {
    device.faults.mostVarbinds = 2;
    const writes = [1, 2, 3].map((port) => [`${ADMIN}.${port}`, TAG.Integer32, 2] as const);
    expect(set(device, ...writes)).toEqual([STATUS.tooBig, 0]);
    expect(set(device, ...writes.slice(1))).toEqual([STATUS.noError, 0]);
    expect([1, 2, 3].map((port) => get(device, `${ADMIN}.${port}`))).toEqual([1, 2, 2]);
  });

  it('reads are answered where only SETs are in trouble', () => {
    Object.assign(device.faults, { loseSetAnswer: 1, refuseSet: 1, lyingSet: 1 });
    expect(device.exchange(request('get', `${ADMIN}.1`))?.varbinds[0]?.value).toBe(1);
  });
});

describe('readings that are odd', () => {
  it('a detection status of no meaning, and VLANs whose status is createAndGo', () => {
    device.faults.detectionReads.set(2, 0);
    device.faults.statusReadsCreate = true;
    expect(get(device, `${DETECTION}.1.2`)).toBe(0);
    set(device, status(30, ROW.createAndGo), status(31, ROW.createAndWait));
    expect([...walk(device, `${STATIC}.5`).values()]).toEqual([ROW.createAndGo, ROW.createAndGo, ROW.notInService]);
  });

  it('consumption in milliwatts', () => {
    device = makeSwitch(clock, { power: { consumptionUnit: 0.001 } });
    plugIn(device, [1, 2]);
    clock.advance(1_000);
    expect(get(device, '1.3.6.1.2.1.105.1.3.1.1.4.1')).toBe(8_000);
  });
});

describe('a seeded mixture', () => {
  const seeds = Array.from({ length: 2_000 }, (_, seed) => seed);

  it('is the same for the same seed, and another for another', () => {
    expect(seeds.map((seed) => misbehaviour(seed))).toEqual(seeds.map((seed) => misbehaviour(seed)));
    expect(new Set(seeds.map((seed) => describeFaults(misbehaviour(seed)))).size).toBeGreaterThan(1_800);
  });

  it('turns every part of the dial that is no programme of its own, and leaves some switches nearly right', () => {
    const mixtures = seeds.map((seed) => misbehaviour(seed));
    const turned = new Set(mixtures.flatMap((faults) => Object.keys(faults)));
    const never = Object.keys(noFaults()).filter((name) => !turned.has(name));
    expect(never.sort()).toEqual(['silent', 'slowUnder', 'spoil']);
    const counts = mixtures.map((faults) => Object.keys(faults).length);
    expect(Math.min(...counts)).toBeLessThan(2);
    expect(counts.filter((count) => count > 2 && count < 9).length).toBeGreaterThan(1_000);
    expect(mixtures.every(({ denied = new Set() }) => [...denied].every((port) => port >= 1 && port <= 8))).toBe(true);
  });

  it('can be read', () => {
    expect(describeFaults({})).toBe('no fault');
    const faults: Partial<Faults> = {
      lyingSet: 0.2,
      pvidJoins: true,
      pvidTagsOld: false,
      creation: 'wait-only',
      denied: new Set([3, 7]),
      detectionReads: new Map([[2, 0]]),
      restartAtSet: { in: 4, done: false },
      vlanSettle: millis(70),
      spoil: (_request, answer) => answer,
    };
    expect(describeFaults(faults)).toBe(
      'lyingSet 0.2, restartAtSet 4 before it is done, denied {3, 7}, detectionReads {2: 0}, vlanSettle 70, ' +
        'pvidJoins true, creation wait-only, spoil its own way',
    );
    expect(describeFaults(misbehaviour(7))).toBe(describeFaults(misbehaviour(7)));
  });

  it('makes the same of the same writes', () => {
    const run = (seed: number) => {
      clock = new VirtualClock();
      device = makeSwitch(clock, { random: seededRandom(seed) });
      Object.assign(device.faults, misbehaviour(seed));
      const answers = [1, 2, 3, 4].flatMap((port) => {
        const list = portList(2, port, 9);
        const writes = [
          [status(30 + port, ROW.createAndGo)],
          [egress(30 + port, list)],
          [untagged(30 + port, list)],
          [pvid(port, 30 + port)],
        ];
        return writes.map((varbinds) => {
          const asked = varbinds.map(([oid, type, value]) => ({ oid, type, value }));
          const answer = device.exchange(request('set', '', { varbinds: asked }));
          clock.advance(700);
          return answer?.errorStatus;
        });
      });
      clock.advance(10_000);
      return { answers, segments: [1, 2, 3, 4, 5].map(device.segment) };
    };
    const runs = seeds.slice(0, 200).map(run);
    expect(seeds.slice(0, 200).map(run)).toEqual(runs);
    expect(new Set(runs.map((each) => JSON.stringify(each))).size).toBeGreaterThan(20);
  });
});

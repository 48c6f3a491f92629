import { describe, expect, it } from 'vitest';
import type { EdgeSpec, SaveConfig } from '../../../src/switches/drivers/driver.ts';
import { SaveByHand } from '../../../src/switches/errors.ts';
import { SnmpErrorStatus } from '../../../src/switches/snmp/errors.ts';
import type { SnmpSet } from '../../../src/switches/snmp/session.ts';
import type { SnmpValue } from '../../../src/switches/snmp/value.ts';
import { createVlanBackend } from '../../../src/switches/vlans/backend.ts';
import { adviceFor, EDGE_FEATURES } from '../../../src/switches/vlans/edge.ts';
import { createVlanGuard } from '../../../src/switches/vlans/guard.ts';
import { bridgePort } from '../../../src/switches/vlans/state.ts';
import type { Model } from './models/model.ts';
import { integer, modelSession, Refusal } from './models/model.ts';
import { bench } from './support/runs.ts';
import { blank, scopeOf } from './support/states.ts';
import { Q_BRIDGE, useOf } from './support/virtual.ts';

const FAST = '1.3.6.1.2.1.17.2.19.1.2';
const FILTER = '1.3.6.1.4.1.9.9.82.1.9.3.1.5';
const EDGE: EdgeSpec = {
  sets: [
    { what: 'portfast', column: FAST, index: 'bridgePort', value: 1 },
    { what: 'bpdu', column: FILTER, index: 'ifIndex', value: 1 },
  ],
};

/** Objects that are integers and nothing more; some are not taken, some are forgotten. */
class Integers implements Model {
  values: Map<string, number>;
  refused = new Set<string>();
  forgotten = new Set<string>();
  constructor(values: Iterable<readonly [string, number]>) {
    this.values = new Map(values);
  }
  rows() {
    return [...this.values].map(([oid, value]) => [oid, integer(value)] as [string, SnmpValue]);
  }
  set({ oid, value }: SnmpSet) {
    if (this.refused.has(oid) || !this.values.has(oid)) throw new Refusal('notWritable');
    if (!this.forgotten.has(oid)) this.values.set(oid, Number(value));
  }
  snapshot() {
    const values = new Map(this.values);
    return () => Object.assign(this, { values });
  }
  truth() {
    return blank(3);
  }
}

function fresh(edge: EdgeSpec | undefined, save?: SaveConfig) {
  const run = bench();
  const ports = [1, 2, 3];
  const device = new Integers([
    ...ports.map((port) => [`1.3.6.1.2.1.17.1.4.1.2.${port}`, port + 100] as const),
    ...ports.map((port) => [`${FAST}.${port}`, 2] as const),
    ...ports.map((port) => [`${FILTER}.${port + 100}`, 2] as const),
  ]);
  const session = modelSession(device, run.clock);
  const backend = createVlanBackend({ vlans: Q_BRIDGE, edge, save }, useOf(session, run.clock))!;
  const guard = createVlanGuard(scopeOf(2, [3]), blank(3), 'forward');
  const set = (numbers: number[]) => run.settle(backend.edge!(numbers.map(bridgePort), guard));
  return { ...run, device, backend, sets: session.sets, set };
}

describe('link features of boards ports', () => {
  it('are set by the index that each column has, on the ports of slots alone', async () => {
    const run = fresh(EDGE);
    expect(await run.set([1, 2])).toEqual({ set: ['portfast', 'bpdu'], problems: [], changed: true });
    expect(run.sets.flat().map(({ oid }) => oid)).toEqual([`${FAST}.1`, `${FAST}.2`, `${FILTER}.101`, `${FILTER}.102`]);
    expect(await run.set([1, 2])).toEqual({ set: ['portfast', 'bpdu'], problems: [], changed: false });
    expect(run.sets.length).toBe(2);
  });

  it('never of an uplink', async () => {
    const run = fresh(EDGE);
    await expect(run.set([1, 3])).rejects.toThrow('port up3 is not written: it is an uplink (portfast)');
    expect(run.sets).toEqual([]);
  });

  it('that are refused, or forgotten, are told with what to do by hand', async () => {
    const run = fresh(EDGE);
    run.device.refused.add(`${FAST}.2`);
    run.device.forgotten.add(`${FILTER}.101`);
    const outcome = await run.set([1, 2]);
    expect(outcome).toEqual({
      set: [],
      problems: [
        `portfast did not take on 2 ports of boards: set failed with notWritable at ${FAST}.2`,
        'bpdu did not take on 1 ports of boards: it reads as before',
      ],
      changed: true,
    });
    expect(adviceFor(outcome as never)).toHaveLength(2 + EDGE_FEATURES.length);
  });

  it('are advice where nothing is known of them', () => {
    expect(fresh(undefined).backend.edge).toBeUndefined();
    expect(adviceFor({ set: ['portfast', 'eee'], problems: [] })).toEqual([
      expect.stringContaining('spanning tree frames'),
      expect.stringContaining('LLDP'),
      expect.stringContaining('broadcast'),
    ]);
  });
});

describe('saving', () => {
  const object = (oid: string) => ({ oid, type: 'Integer32', value: 1 }) as const;

  it('sends one PDU after the other, and goes on where there was nothing to clear away', async () => {
    const run = fresh(undefined, { sets: [[object('1.3.6.1.4.1.9.9.9.1')], [object(`${FAST}.1`)]] });
    await run.settle(run.backend.save!());
    expect(run.sets.map((set) => set.map(({ oid }) => oid))).toEqual([['1.3.6.1.4.1.9.9.9.1'], [`${FAST}.1`]]);
  });

  it('fails where the last one is refused', async () => {
    const run = fresh(undefined, { sets: [[object('1.3.6.1.4.1.9.9.9.1')]] });
    await expect(run.settle(run.backend.save!())).rejects.toThrow(SnmpErrorStatus);
  });

  it('is for a person where the family has no object for it', async () => {
    const run = fresh(undefined, { sets: [], command: 'save config' });
    await expect(run.settle(run.backend.save!())).rejects.toThrow(new SaveByHand('save config'));
    await expect(run.settle(run.backend.save!())).rejects.toThrow('it is saved by hand: save config');
  });

  it('is not needed where the switch saves by itself', () => {
    expect(fresh(undefined).backend.save).toBeUndefined();
  });

  it('there are no VLANs where the family has none', () => {
    const run = bench();
    const use = useOf(modelSession(new Integers([]), run.clock), run.clock);
    expect(createVlanBackend({ vlans: undefined, edge: EDGE, save: undefined }, use)).toBeUndefined();
  });
});

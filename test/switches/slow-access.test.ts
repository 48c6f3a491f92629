import { describe, expect, it } from 'vitest';
import { type Clock, sleep } from '../../src/rack/clock.ts';
import { millis, vlanId } from '../../src/rack/units.ts';
import { VirtualClock } from '../../src/sim/virtual-clock.ts';
import { IF_MIB } from '../../src/switches/mib/interfaces.ts';
import { slowAccess, slowAccessTo } from '../../src/switches/slow-access.ts';
import type { SnmpSession } from '../../src/switches/snmp/session.ts';
import { walkColumns } from '../../src/switches/snmp/walk.ts';
import { columnsSession } from './discovery/columns-session.ts';
import { integers } from './discovery/rows.ts';
import { plugIn, virtualRig } from './support/rig.ts';

/** Answers after `wait`. */
function slow(session: SnmpSession, clock: Clock, wait: number): SnmpSession {
  return {
    ...session,
    get: async (oids) => {
      await sleep(clock, millis(wait));
      return session.get(oids);
    },
  };
}

describe('slow access', () => {
  it('counts what the switch spends, not what it waits in the queue', async () => {
    const clock = new VirtualClock();
    const session = slow(columnsSession({}), clock, 30);
    const access = slowAccess(async (work) => {
      await sleep(clock, millis(500));
      return work(session);
    }, clock);
    const done = Promise.all([access.session.get(['1.3.6.1']), access.session.get(['1.3.6.2'])]);
    await clock.advanceAsync(600);
    await done;
    expect(access.spent()).toBe(60);
  });

  it('counts failures too, and writes nothing', async () => {
    const clock = new VirtualClock();
    const access = slowAccess(async (work) => work(columnsSession({})), clock);
    await expect(access.session.set([])).rejects.toThrow(/nothing is written/);
    const failing = slowAccess(async () => {
      throw new Error('gone');
    }, clock);
    await expect(failing.session.get([])).rejects.toThrow('gone');
    expect(failing.spent()).toBe(0);
  });

  it('tells the exchange in which VLAN it is', async () => {
    const seen: (number | undefined)[] = [];
    const access = slowAccess(async (work, vlan) => {
      seen.push(vlan);
      return work(columnsSession({ [IF_MIB.ifType]: integers({ 1: 6 }) }));
    }, new VirtualClock());
    await access.session.get([]);
    await access.inVlan(vlanId(101)).session.getBulk({ columns: [IF_MIB.ifType], maxRepetitions: 1 });
    expect(seen).toEqual([undefined, 101]);
  });

  it('lets power go before every exchange of a long walk', async () => {
    const rig = virtualRig({ ports: 48 }, { latency: 100 });
    plugIn(rig.device, [1]);
    await rig.clock.advanceAsync(1_000);
    await rig.settle(rig.poe.poll());
    const access = slowAccessTo(rig.poe, rig.clock);
    const order: string[] = [];
    const walk = walkColumns(
      access.session,
      [IF_MIB.ifType, IF_MIB.ifName, IF_MIB.ifOperStatus],
      { varbinds: 3, rows: 100, deadline: millis(600_000) },
      rig.clock,
    ).then(() => order.push('walk'));
    await rig.clock.advanceAsync(1_000);
    const from = rig.clock.monotonic();
    const set = rig.poe.set(['1'], false).then(() => order.push(`set after ${rig.clock.monotonic() - from < 2_000}`));
    await rig.settle(Promise.all([walk, set]));
    expect(order).toEqual(['set after true', 'walk']);
    expect(access.spent()).toBeGreaterThan(5_000);
    await rig.close();
  });
});

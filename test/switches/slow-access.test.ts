import { describe, expect, it } from 'vitest';
import { type Clock, sleep } from '../../src/rack/clock.ts';
import { millis, vlanId } from '../../src/rack/units.ts';
import { VirtualClock } from '../../src/sim/virtual-clock.ts';
import type { Tools } from '../../src/switches/connection.ts';
import { IF_MIB } from '../../src/switches/mib/interfaces.ts';
import { openSwitch, type PoeSwitch } from '../../src/switches/poe.ts';
import { slowAccess, slowAccessTo } from '../../src/switches/slow-access.ts';
import type { SnmpSession } from '../../src/switches/snmp/session.ts';
import { walkColumns } from '../../src/switches/snmp/walk.ts';
import { columnsSession } from './discovery/columns-session.ts';
import { integers } from './discovery/rows.ts';
import { directSession } from './support/direct-session.ts';
import { log, makeSwitch, planFor, plugIn, secrets, virtualRig } from './support/rig.ts';

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

  it('opens the tables of a VLAN where the switch has them apart', async () => {
    const contexts: (string | undefined)[] = [];
    const clock = new VirtualClock();
    const device = makeSwitch(clock);
    const openSession = (context?: { readonly name: string; readonly communitySuffix: string }) => {
      contexts.push(context && `${context.name} ${context.communitySuffix}`);
      return Promise.resolve(directSession(device, { clock }));
    };
    const poe = openSwitch(planFor(161), { clock, log, secrets, ports: [], openSession });
    const inside = slowAccessTo(poe, clock).inVlan(vlanId(101));
    const read = inside.session.get(['1.3.6.1.2.1.1.3.0']);
    await clock.advanceAsync(100);
    expect(await read).toMatchObject([{ type: 'TimeTicks' }]);
    expect(contexts).toEqual([undefined, 'vlan-101 @101']);
    const without: Pick<PoeSwitch, 'run'> = {
      run: ({ work }) => work({ access: { clock, session: columnsSession({}) } } as unknown as Tools),
    };
    await expect(slowAccessTo(without, clock).inVlan(vlanId(7)).session.get([])).rejects.toThrow(/no tables of VLAN 7/);
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

/** 108 VLANs from a blank switch: how many messages, and how long on an agent that takes 50 ms over each. */
import { afterEach, describe, expect, it } from 'vitest';
import { realClock } from '../../../src/net/real-clock.ts';
import type { VirtualSwitch } from '../../../src/sim/switch/virtual-switch.ts';
import type { SnmpSession } from '../../../src/switches/snmp/session.ts';
import { openSnmpSession } from '../../../src/switches/snmp/session.ts';
import { applyIsolation } from '../../../src/switches/vlans/apply.ts';
import { violations } from '../../../src/switches/vlans/invariant.ts';
import { directSession } from '../support/direct-session.ts';
import { log, planFor, secrets } from '../support/rig.ts';
import { bench, memoryJournal } from './support/runs.ts';
import { blank, scopeOf } from './support/states.ts';
import { backendOver, truthOf, virtualWith } from './support/virtual.ts';

const SLOTS = 108;
const UPLINKS = [109, 110];
const scope = scopeOf(SLOTS, UPLINKS);

function counted(session: SnmpSession) {
  const counts = { sets: 0, gets: 0 };
  const counting: SnmpSession = {
    counts: session.counts,
    get: (oids) => {
      counts.gets += 1;
      return session.get(oids);
    },
    getBulk: (request) => {
      counts.gets += 1;
      return session.getBulk(request);
    },
    set: (varbinds) => {
      counts.sets += 1;
      return session.set(varbinds);
    },
    close: () => session.close(),
  };
  return { counts, counting };
}

describe('108 VLANs from a blank switch', () => {
  const open: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
  });

  it('take at most 30 s on an agent that takes 50 ms over each message', async () => {
    const run = bench();
    const device = virtualWith(run.clock, blank(112), 4);
    const { counts, counting } = counted(directSession(device, { clock: run.clock, latency: 25 }));
    const outcome = await run.apply(backendOver(counting, run.clock), scope);
    expect(outcome).toMatchObject({ kind: 'isolated', steps: SLOTS * 7 });
    expect(violations(truthOf(device), scope)).toEqual([]);
    expect(outcome.took).toBeLessThanOrEqual(30_000);
    expect(counts.sets).toBeLessThan(100);
  });

  it('over UDP, answered in datagrams of the usual size', async () => {
    const device: VirtualSwitch = virtualWith(realClock, blank(112), 4);
    open.push(device);
    const { port } = await device.bind('127.0.0.1', 0);
    const session = await openSnmpSession(planFor(port), { clock: realClock, log, secrets });
    open.push(session);
    const { counts, counting } = counted(session);
    const outcome = await applyIsolation({
      backend: backendOver(counting, realClock),
      journal: memoryJournal(),
      clock: realClock,
      scope: async () => scope,
      dark: async () => {},
    });
    expect(outcome).toMatchObject({ kind: 'isolated', steps: SLOTS * 7 });
    expect(violations(truthOf(device), scope)).toEqual([]);
    expect(counts.sets).toBeLessThan(100);
  }, 60_000);
});

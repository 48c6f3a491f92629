/** The gate at the wire: whatever a dialect builds, it is decoded and judged before an octet leaves. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vlanId } from '../../../src/rack/units.ts';
import type { ErrorStatusName } from '../../../src/switches/snmp/errors.ts';
import { SnmpErrorStatus, SnmpTimeout } from '../../../src/switches/snmp/errors.ts';
import type { SnmpSet } from '../../../src/switches/snmp/session.ts';
import { RFC4363 } from '../../../src/switches/vlans/dialects/q-bridge-objects.ts';
import { readQBridge } from '../../../src/switches/vlans/dialects/q-bridge-read.ts';
import { qBridgeWriter } from '../../../src/switches/vlans/dialects/q-bridge-write.ts';
import { rawObjects } from '../../../src/switches/vlans/dialects/raw.ts';
import { apart, createWriter, grouped } from '../../../src/switches/vlans/dialects/writer.ts';
import { createVlanGuard } from '../../../src/switches/vlans/guard.ts';
import type { VlanStep } from '../../../src/switches/vlans/state.ts';
import { bridgePort } from '../../../src/switches/vlans/state.ts';
import { directSession } from '../support/direct-session.ts';
import { seededRandom } from '../support/random.ts';
import { bench } from './support/runs.ts';
import { blank, build, range, scopeOf } from './support/states.ts';
import { truthOf, useOf, virtualWith } from './support/virtual.ts';

const STATIC = '1.3.6.1.2.1.17.7.1.4.3.1';
const PVID = '1.3.6.1.2.1.17.7.1.4.5.1.1';

/** Slots on 1 and 2, the uplink is 3, 4 is nobody's. */
async function opened(state = blank(4), scope = scopeOf(2, [3])) {
  const run = bench();
  const device = virtualWith(run.clock, state, state.ports.size - scope.slots.length);
  const sent: (readonly SnmpSet[])[] = [];
  const session = directSession(device, { clock: run.clock });
  const { set } = session;
  const watched = (sets: readonly SnmpSet[]) => {
    sent.push(sets);
    return set(sets);
  };
  const use = useOf({ ...session, set: watched }, run.clock);
  const reading = await run.settle(readQBridge(use, RFC4363, 'bridgePort'));
  if (reading === 'quiet') throw new Error('not read');
  const guard = createVlanGuard(scope, reading.state, 'forward');
  const writer = qBridgeWriter(use, RFC4363, reading, guard, { egressFirst: false, creates: true });
  return { ...run, device, writer, sent, send: (...sets: SnmpSet[]) => run.settle(writer.send('test', sets)) };
}

const list = (arc: number, vlan: number, hex: string): SnmpSet => ({
  oid: `${STATIC}.${arc}.${vlan}`,
  type: 'OctetString',
  value: Buffer.from(hex, 'hex'),
});
const pvid = (port: number, vlan: number): SnmpSet => ({ oid: `${PVID}.${port}`, type: 'Gauge32', value: vlan });

describe('the gate before a SET', () => {
  it.each<[string, SnmpSet, string]>([
    ['a list that drops an unlisted port', list(2, 1, 'e0'), 'out of VLAN 1'],
    ['a list that drops an uplink', list(2, 1, 'd0'), 'it is an uplink'],
    ['a list that is too short, and drops them all', list(2, 1, ''), 'it is an uplink'],
    ['an untagged list that leaves an unlisted port tagged', list(4, 1, 'e0'), 'no longer untagged in VLAN 1'],
    ['the PVID of an unlisted port', pvid(4, 101), "is no slot's"],
    ['the PVID of an uplink', pvid(3, 101), 'it is an uplink'],
    ['the PVID of a port that is not there', pvid(77, 101), "is no slot's"],
    ['the PVID of another slot', pvid(1, 102), 'slot 1 belongs to VLAN 101 only'],
    [
      'a name of a VLAN that is there',
      { oid: `${STATIC}.1.1`, type: 'OctetString', value: Buffer.from('mine') },
      'it is no VLAN of a slot',
    ],
    ['the end of a VLAN', { oid: `${STATIC}.5.1`, type: 'Integer32', value: 6 }, 'it is no VLAN of a slot'],
    [
      'an object that is none of its own',
      { oid: '1.3.6.1.2.1.2.2.1.7.1', type: 'Integer32', value: 2 },
      'it is no object that VLANs are written with',
    ],
    ['ports that a VLAN may never have', list(3, 1, '80'), 'it is no object that VLANs are written with'],
  ])('%s is not sent', async (_title, set, reason) => {
    const run = await opened();
    await expect(run.send(pvid(1, 101), set)).rejects.toThrow(reason);
    expect(run.sent).toEqual([]);
  });

  it('what may be written is, and what was written counts from then on', async () => {
    const run = await opened();
    await run.send(list(2, 1, '70'));
    await run.send(list(4, 1, '70'));
    // Port 1 is out by now: to put it in again would be a change.
    await expect(run.send(list(2, 1, 'f0'))).rejects.toThrow('slot 1 belongs to VLAN 101 only');
  });

  it('any SET of any bridge table, from any configuration: nothing but slots and what uplinks carry is another thing after', async () => {
    const random = seededRandom(7);
    const pick = (limit: number) => Math.floor(random() * limit);
    for (let round = 0; round < 120; round += 1) {
      const { state, scope } = build({ slots: 1 + pick(3), uplinks: 1 + pick(2), others: pick(3) }, pick);
      const run = await opened(state, scope);
      const ports = state.ports.size;
      const anything = (): SnmpSet => {
        const vlan = [1, 10, 20, 101, 102, 4000][pick(6)]!;
        if (pick(3) === 0) return pvid(1 + pick(ports), vlan);
        if (pick(4) === 0) return { oid: `${STATIC}.5.${vlan}`, type: 'Integer32', value: [1, 4, 5, 6][pick(4)]! };
        return list(pick(2) === 0 ? 2 : 4, vlan, pick(256).toString(16).padStart(2, '0') + (ports > 8 ? '00' : ''));
      };
      for (let count = 0; count < 12; count += 1) await run.send(anything()).catch(() => undefined);
      const now = truthOf(run.device);
      const slots = new Set(scope.slots.map(({ port }) => port));
      const uplinks = new Set(scope.uplinks.map(({ port }) => port));
      for (const [port, settings] of state.ports)
        if (!slots.has(port)) expect(now.ports.get(port)).toMatchObject({ pvid: settings.pvid });
      for (const [id, { egress, untagged }] of state.vlans) {
        for (const port of state.ports.keys()) {
          if (slots.has(port)) continue;
          const members = now.vlans.get(id);
          const is = [members?.egress.has(port) ?? false, members?.untagged.has(port) ?? false];
          const gained =
            uplinks.has(port) && scope.carried.has(id) && !egress.has(port) && is[0] === true && is[1] === false;
          if (!gained) expect([id, port, ...is]).toEqual([id, port, egress.has(port), untagged.has(port)]);
        }
        if (!scope.carried.has(id)) {
          for (const port of slots) if (now.vlans.get(id)?.egress.has(port)) expect(egress.has(port)).toBe(true);
        }
      }
    }
  });
});

describe('steps in few PDUs', () => {
  const steps = range(1, 9).map(
    (port): VlanStep => ({ kind: 'pvid', port: bridgePort(port), vlan: vlanId(100 + port) }),
  );
  const build1 = (some: readonly VlanStep[]): SnmpSet[] =>
    some.map((step) => ({ oid: `9.9.${(step as { port: number }).port}`, type: 'Integer32', value: 1 }));

  /** Sends into a function that answers. */
  const writerTo = (answer: (sets: readonly SnmpSet[]) => ErrorStatusName | 'timeout' | undefined) => {
    const sent: number[][] = [];
    const set = async (sets: readonly SnmpSet[]) => {
      sent.push(sets.map(({ oid }) => Number(oid.split('.')[2])));
      const status = answer(sets);
      if (status === 'timeout') throw new SnmpTimeout('set', 'x', 1 as never, 1, 'went-silent');
      if (status !== undefined) throw new SnmpErrorStatus('set', status, sets[0]!.oid);
    };
    const use = (_what: string, work: (access: never) => Promise<never>) => work({ session: { set } } as never);
    const writables = [{ column: '9.9', changes: () => [] }];
    const state = blank(9);
    return {
      sent,
      writer: createWriter({
        use: use as never,
        writables,
        raw: rawObjects(new Map()),
        state,
        guard: { check: () => {} },
      }),
    };
  };

  it('what is refused is halved until it stands alone, and the rest is done', async () => {
    const bad = new Set([3, 7]);
    const { sent, writer } = writerTo((sets) =>
      sets.some(({ oid }) => bad.has(Number(oid.split('.')[2]))) ? 'wrongValue' : undefined,
    );
    const refusals = await writer.merged('test', apart(steps), build1);
    expect(refusals.flatMap((refusal) => refusal.steps.map((step) => (step as { port: number }).port))).toEqual([3, 7]);
    expect(refusals[0]!.reason).toBe('set failed with wrongValue at 9.9.3');
    const done = sent.filter((ports) => !ports.some((port) => bad.has(port))).flat();
    expect(done.sort()).toEqual([1, 2, 4, 5, 6, 8, 9]);
  });

  it('what is not answered leaves the rest undone', async () => {
    const { sent, writer } = writerTo(() => 'timeout');
    await expect(writer.merged('test', apart(steps), build1)).rejects.toThrow(SnmpTimeout);
    expect(sent).toHaveLength(1);
  });

  it('any steps, any refusals: each step is tried, none twice alone', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 1, max: 9 })),
        fc.integer({ min: 1, max: 4 }),
        async (refused, size) => {
          const { sent, writer } = writerTo((sets) =>
            sets.some(({ oid }) => refused.includes(Number(oid.split('.')[2]))) ? 'genErr' : undefined,
          );
          const groups = grouped(steps, (step) => Math.floor((step as { port: number }).port / size));
          const refusals = await writer.merged('test', groups, build1);
          const named = refusals.flatMap((refusal) => refusal.steps.map((step) => (step as { port: number }).port));
          expect(named.sort()).toEqual([...refused].sort());
          const alone = sent.filter((ports) => ports.length === 1).flat();
          expect(new Set(alone).size).toBe(alone.length);
          const taken = new Set(sent.filter((ports) => !ports.some((port) => refused.includes(port))).flat());
          expect([...taken].sort()).toEqual(range(1, 9).filter((port) => !refused.includes(port)));
        },
      ),
      { numRuns: 200 },
    );
  });
});

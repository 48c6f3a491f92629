import { describe, expect, it } from 'vitest';
import { millis } from '../../src/rack/units.ts';
import { VirtualClock } from '../../src/sim/virtual-clock.ts';
import { RFC3621_DRIVER } from '../../src/switches/drivers/rfc3621.ts';
import { SwitchError } from '../../src/switches/errors.ts';
import type { WritableRow } from '../../src/switches/guard.ts';
import type { PortSeen } from '../../src/switches/power-state.ts';
import type { PortSet, Written } from '../../src/switches/set.ts';
import { judgeSet, powerGoal, setConfirmed } from '../../src/switches/set.ts';
import { createSnmpBackend } from '../../src/switches/snmp/backend.ts';
import { SnmpErrorStatus, SnmpTimeout } from '../../src/switches/snmp/errors.ts';
import type { SnmpSession, SnmpSet } from '../../src/switches/snmp/session.ts';
import type { SnmpVarbind } from '../../src/switches/snmp/value.ts';
import { WALK_LIMITS } from '../../src/switches/tables.ts';

const port = (admin: boolean): PortSeen => ({ admin, detection: admin ? 'deliveringPower' : 'disabled', denied: 0 });
const refused = new SwitchError('refused', 'refused');
const timeout = new SwitchError('timeout', 'timeout');

describe('the verdict on a SET', () => {
  it.each([
    // what was written, what reads back, ok, outcome or error
    ['nothing-to-do', undefined, true, 'already'],
    ['answered', true, true, 'changed'],
    ['answered', false, false, 'SetNotApplied'],
    ['answered', undefined, false, 'SetUnconfirmed'],
    [{ unanswered: timeout }, true, true, 'unanswered'],
    [{ unanswered: timeout }, false, false, 'SetUnconfirmed'],
    [{ unanswered: timeout }, undefined, false, 'SetUnconfirmed'],
    [{ refused }, true, true, 'changed'],
    [{ refused }, false, false, 'SwitchError'],
    [{ refused }, undefined, false, 'SwitchError'],
  ] as [Written, boolean | undefined, boolean, string][])('%o reading back %s', (written, after, ok, what) => {
    const seen = after === undefined ? undefined : port(after);
    const result = judgeSet('7', powerGoal(true), port(false), written, { after: seen, waited: millis(2_000) });
    expect(result.ok).toBe(ok);
    expect(result.ok ? result.outcome : result.error.name).toBe(what);
  });

  it('is told in words', () => {
    const message = (written: Written, after: PortSeen | undefined) => {
      const result = judgeSet('7', powerGoal(false), port(true), written, { after, waited: millis(2_000) });
      return result.ok ? '' : result.error.message;
    };
    expect(message('answered', port(true))).toBe(
      'port 7: the switch accepted power off, and 2000 ms later it still reads on',
    );
    expect(message({ unanswered: timeout }, port(true))).toBe(
      'port 7: power off was not answered, and it reads on now',
    );
    expect(message({ unanswered: timeout }, undefined)).toContain('it could not be read back either');
  });
});

/** A switch of one column, that refuses what it is told to refuse. */
function fake(admin: Map<string, number>, badRows: readonly string[] = [], silent = false) {
  const pdus: string[][] = [];
  const rowOf = (oid: string) => oid.split('.').slice(-2).join('.');
  const session: SnmpSession = {
    counts: { requests: 0, answers: 0, timeouts: 0, foreign: 0, malformed: 0 },
    close() {},
    getBulk: () => Promise.reject(new Error('not expected')),
    get: async (oids) =>
      oids.map((oid): SnmpVarbind => {
        const column = oid.split('.').at(-3);
        const on = admin.get(rowOf(oid)) === 1;
        return { oid, type: 'Integer32', value: column === '3' ? (on ? 1 : 2) : column === '6' ? (on ? 3 : 1) : 0 };
      }),
    set: async (varbinds: readonly SnmpSet[]) => {
      pdus.push(varbinds.map(({ oid }) => rowOf(oid)));
      if (silent) throw new SnmpTimeout('set', 'psw1', millis(10), 1, 'went-silent');
      const bad = varbinds.find(({ oid }) => badRows.includes(rowOf(oid)));
      if (bad) throw new SnmpErrorStatus('set', 'genErr', bad.oid);
      for (const { oid, value } of varbinds) admin.set(rowOf(oid), value as number);
    },
  };
  return { session, pdus };
}

const rowsOf = (count: number) =>
  new Map(Array.from({ length: count }, (_, place) => [String(place + 1), `1.${place + 1}` as WritableRow]));

async function setOff(count: number, options: { bad?: string[]; silent?: boolean; alreadyOff?: string[] } = {}) {
  const rows = rowsOf(count);
  const admin = new Map([...rows.values()].map((row) => [row as string, options.alreadyOff?.includes(row) ? 2 : 1]));
  const { session, pdus } = fake(admin, options.bad, options.silent);
  const before = new Map([...rows.values()].map((row) => [row, port(admin.get(row) === 1)]));
  const clock = new VirtualClock();
  let results: readonly PortSet[] | undefined;
  const backend = createSnmpBackend({ session, clock, limits: WALK_LIMITS }, RFC3621_DRIVER);
  void setConfirmed({
    clock,
    rows,
    before,
    goal: powerGoal(false),
    write: (some) => backend.switchRows(some, false),
    look: async (some) => (await backend.look(some, new Map())).seen,
    readBackWithin: millis(500),
  }).then((done) => {
    results = done;
  });
  for (let step = 0; step < 100 && !results; step += 1) await clock.advanceAsync(20);
  return { results: results!, pdus };
}

describe('writing many ports', () => {
  it('puts eighteen to a PDU', async () => {
    const { results, pdus } = await setOff(40);
    expect(pdus.map((pdu) => pdu.length)).toEqual([18, 18, 4]);
    expect(results.every((result) => result.ok && result.outcome === 'changed')).toBe(true);
  });

  it('writes only what is not so already', async () => {
    const { results, pdus } = await setOff(4, { alreadyOff: ['1.2', '1.3'] });
    expect(pdus).toEqual([['1.1', '1.4']]);
    expect(results.map((result) => result.ok && result.outcome)).toEqual(['changed', 'already', 'already', 'changed']);
  });

  it('finds the port that the switch refuses, and switches its neighbours', async () => {
    const { results, pdus } = await setOff(18, { bad: ['1.5', '1.17'] });
    expect(results.filter((result) => !result.ok).map((result) => result.port)).toEqual(['5', '17']);
    expect(results.find((result) => result.port === '5')).toMatchObject({
      error: { name: 'SnmpErrorStatus', status: 'genErr' },
    });
    expect(pdus.length).toBeLessThan(18);
  });

  it('does not send a SET again that was not answered', async () => {
    const { results, pdus } = await setOff(4, { silent: true });
    expect(pdus).toHaveLength(1);
    for (const result of results)
      expect(result).toMatchObject({ ok: false, error: { name: 'SetUnconfirmed', seen: 'on' } });
  });
});

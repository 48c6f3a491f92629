import { describe, expect, it } from 'vitest';
import { watts } from '../../../src/rack/units.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import type { PowerDialect, SwitchDriver } from '../../../src/switches/drivers/driver.ts';
import { RFC3621_DRIVER, RFC3621_POWER } from '../../../src/switches/drivers/rfc3621.ts';
import type { WritableRow } from '../../../src/switches/guard.ts';
import { createSnmpBackend, type OnValues } from '../../../src/switches/snmp/backend.ts';
import type { SnmpValue } from '../../../src/switches/snmp/value.ts';
import { WALK_LIMITS } from '../../../src/switches/tables.ts';
import { askedBelow, columnOf, type TableAgent, tableAgent } from '../support/table-session.ts';

const UP: [string, SnmpValue] = ['1.3.6.1.2.1.1.3.0', { type: 'TimeTicks', value: 4_200 }];
const PETH = '1.3.6.1.2.1.105.1.1.1';
const MAIN = '1.3.6.1.2.1.105.1.3.1.1';
const OPER = '1.3.6.1.2.1.2.2.1.8';
/** A vendor's own table, below an arc that is nobody's. */
const OWN = '1.3.6.1.4.1.0.9.1';
const NO_LINKS = new Map<string, number>();
const rows = (...names: string[]) => names as WritableRow[];

function backend(agent: TableAgent, power: Partial<PowerDialect>, driver: Partial<SwitchDriver> = {}, on?: OnValues) {
  const access = { session: agent.session, clock: new VirtualClock(), limits: WALK_LIMITS };
  return createSnmpBackend(access, { ...RFC3621_DRIVER, ...driver, power: { ...RFC3621_POWER, ...power } }, on);
}

const peth = (arc: number, values: Record<string, number>) => columnOf(`${PETH}.${arc}`, 'Integer32', values);

describe('a reading by dialect', () => {
  it('takes amounts in the unit of their column, over all groups, and does without what is not there', async () => {
    const agent = tableAgent([
      UP,
      ...peth(3, { '1.1': 1, '2.1': 2 }),
      ...peth(6, { '1.1': 3, '2.1': 1 }),
      ...columnOf(`${OWN}.7`, 'Integer32', { '1.1': 47, '2.1': 0 }),
      ...columnOf(`${MAIN}.2`, 'Gauge32', { 1: 370, 2: 740 }),
      ...columnOf(`${MAIN}.4`, 'Gauge32', { 1: 4_700, 2: 0 }),
    ]);
    const state = await backend(agent, {
      watts: { column: `${OWN}.7`, unit: 0.1, kind: 'measured' },
      main: {
        capacity: { column: `${MAIN}.2`, unit: 1 },
        consumption: { column: `${MAIN}.4`, unit: 0.001 },
      },
    }).state(NO_LINKS);
    expect(state.rows).toMatchObject([
      { row: '1.1', admin: true, detection: 'deliveringPower', watts: 4.7, denied: undefined, powerClass: undefined },
      { row: '2.1', admin: false, detection: 'disabled', watts: 0, link: undefined },
    ]);
    expect(state.main).toEqual({ capacity: 1_110, consumption: 4.7 });
    expect(state.upTime?.ticks).toBe(4_200);
  });

  it('takes a supply that is one scalar', async () => {
    const agent = tableAgent([
      UP,
      ...peth(3, { 1: 1 }),
      ...peth(6, { 1: 2 }),
      [`${OWN}.3.0`, { type: 'Integer32', value: 1_950 }],
    ]);
    const main = { capacity: { column: `${OWN}.3`, unit: 0.1 } };
    expect((await backend(agent, { main }).state(NO_LINKS)).main).toEqual({ capacity: 195, consumption: undefined });
  });

  it('knows the states that the family has and RFC 3621 has not, and shows those that nobody has', async () => {
    const detection = {
      column: `${OWN}.11`,
      values: { 0: 'disabled', 2: 'deliveringPower', 3: 'denied' },
    } as const;
    const agent = tableAgent([
      UP,
      ...peth(3, { 1: 1, 2: 1, 3: 7, 4: 2 }),
      ...columnOf(`${OWN}.11`, 'Integer32', { 1: 2, 2: 3, 3: 9, 4: 0 }),
    ]);
    const { seen } = await backend(agent, { detection }).look(['1', '2', '3', '4'], NO_LINKS);
    expect([...seen.values()].map(({ admin, detection: state }) => [admin, state])).toEqual([
      [true, 'deliveringPower'],
      [true, 'denied'],
      [undefined, 'unknown(9)'],
      [false, 'disabled'],
    ]);
  });

  it('infers what became of a port from its watts where there is no status', async () => {
    const power = {
      detection: undefined,
      counters: {},
      watts: { column: `${OWN}.6`, unit: 0.001, kind: 'measured' },
    } as const;
    const agent = tableAgent([
      UP,
      ...peth(3, { 1: 1, 2: 1, 3: 2, 4: 2 }),
      ...columnOf(`${OWN}.6`, 'Integer32', { 1: 2_509, 2: 0, 3: 0, 4: 300 }),
    ]);
    const one = backend(agent, power);
    const expected = ['deliveringPower', 'searching', 'disabled', 'deliveringPower'];
    expect((await one.state(NO_LINKS)).rows.map(({ detection }) => detection)).toEqual(expected);
    const { seen } = await one.look(['1', '2', '3', '4'], NO_LINKS);
    expect([...seen.values()].map(({ detection }) => detection)).toEqual(expected);
  });

  it('and from the link where there are no watts either, and from nothing else', async () => {
    const power = { detection: undefined, watts: undefined, counters: {} };
    const agent = tableAgent([UP, ...peth(3, { 1: 1, 2: 1, 3: 1 }), ...columnOf(OPER, 'Integer32', { 11: 1, 12: 2 })]);
    const links = new Map([
      ['1', 11],
      ['2', 12],
    ]);
    const { seen } = await backend(agent, power).look(['1', '2', '3'], links);
    expect([...seen.values()].map(({ detection }) => detection)).toEqual([
      'deliveringPower',
      'searching',
      'unknown(0)',
    ]);
  });

  it('asks for nothing in place of a status that is told', async () => {
    const agent = tableAgent([UP, ...peth(3, { 1: 1 }), ...peth(6, { 1: 3 })]);
    await backend(agent, {}).look(['1'], new Map([['1', 11]]));
    expect(askedBelow(agent, OPER)).toBe(false);
    expect(askedBelow(agent, `${PETH}.15`)).toBe(false);
  });

  it('refuses a row that is gone, and a table of which a part is missing', async () => {
    const agent = tableAgent([UP, ...peth(3, { 1: 1, 2: 1 }), ...peth(6, { 1: 3 })]);
    const one = backend(agent, {});
    await expect(one.look(['3'], NO_LINKS)).rejects.toThrow(`row 3 has no ${PETH}.3`);
    await expect(one.state(NO_LINKS)).rejects.toThrow(/\(admin\) has 2 rows and .* \(detection\) 1$/);
  });

  it('has no rows where the family has no PoE that is known', async () => {
    const agent = tableAgent([UP]);
    const access = { session: agent.session, clock: new VirtualClock(), limits: WALK_LIMITS };
    const one = createSnmpBackend(access, { ...RFC3621_DRIVER, power: undefined });
    expect(await one.state(NO_LINKS)).toMatchObject({ rows: [], main: { capacity: undefined } });
    await expect(one.look(['1'], NO_LINKS)).rejects.toMatchObject({ code: 'no-power-objects' });
    expect([one.cycleRows, one.settings]).toEqual([undefined, undefined]);
  });
});

describe('switching by dialect', () => {
  /** auto(1), static(2), limit(3), disable(4), as CISCO-POWER-ETHERNET-EXT-MIB has it. */
  const restoring: Partial<PowerDialect> = {
    admin: { column: `${OWN}.1`, type: 'Integer32', on: 1, restore: 'as-before', off: 4, readsOn: [1, 2, 3] },
    detection: undefined,
    watts: undefined,
    counters: {},
  };
  const ways = (values: Record<string, number>) => tableAgent([UP, ...columnOf(`${OWN}.1`, 'Integer32', values)]);

  it('gives a port back the way to be on that it had', async () => {
    const agent = ways({ 1: 2, 2: 3, 3: 4 });
    const one = backend(agent, restoring);
    await one.look(['1', '2', '3'], NO_LINKS);
    await one.switchRows(rows('1', '2', '3'), false);
    await one.look(['1', '2', '3'], NO_LINKS);
    await one.switchRows(rows('1', '2', '3'), true);
    expect(agent.sets).toEqual([
      [`${OWN}.1.1=4`, `${OWN}.1.2=4`, `${OWN}.1.3=4`],
      // Of the last nothing is known.
      [`${OWN}.1.1=2`, `${OWN}.1.2=3`, `${OWN}.1.3=1`],
    ]);
  });

  it('remembers it over a new session, and where it was read with the whole table', async () => {
    const agent = ways({ 1: 3 });
    const remembered: OnValues = new Map();
    await backend(agent, restoring, {}, remembered).state(NO_LINKS);
    agent.values.set(`${OWN}.1.1`, { type: 'Integer32', value: 4 });
    await backend(agent, restoring, {}, remembered).switchRows(rows('1'), true);
    expect(agent.sets).toEqual([[`${OWN}.1.1=3`]]);
  });

  it('does not remember where a port has one way to be on only', async () => {
    const agent = tableAgent([UP, ...peth(3, { 1: 1 }), ...peth(6, { 1: 3 })]);
    const remembered: OnValues = new Map();
    await backend(agent, {}, {}, remembered).state(NO_LINKS);
    expect(remembered.size).toBe(0);
  });

  it('writes as many rows to a PDU as the family takes, in its type', async () => {
    const agent = tableAgent([UP, ...columnOf(`${OWN}.3`, 'Gauge32', { 1: 0, 2: 0, 3: 0 })]);
    const admin = { column: `${OWN}.3`, type: 'Gauge32', on: 1, off: 0, readsOn: [1] } as const;
    const written = await backend(agent, { admin, rowsPerSet: 2 }).switchRows(rows('1', '2', '3'), true);
    expect(agent.sets.map((pdu) => pdu.length)).toEqual([2, 1]);
    expect([...written.values()]).toEqual(['answered', 'answered', 'answered']);
  });

  it.each([
    [{ readOnly: 'nothing is known of how it is written' }, 'nothing is known of how it is written'],
    ['ssh-junos', 'a switch with RFC 3621 is not written over SNMP'],
  ] as const)('writes nothing to a family with %o', async (writes, reason) => {
    const agent = tableAgent([UP, ...peth(3, { 1: 1 }), ...peth(6, { 1: 3 })]);
    const one = backend(agent, { cycle: { column: `${OWN}.14`, minSeconds: 1, maxSeconds: 60 } }, { writes });
    const written = await one.switchRows(rows('1'), false);
    expect(written.get('1' as WritableRow)).toMatchObject({
      refused: { name: 'WriteRefused', message: expect.stringContaining(reason) },
    });
    expect([agent.sets, one.cycleRows, one.settings]).toEqual([[], undefined, undefined]);
    expect((await one.state(NO_LINKS)).rows).toHaveLength(1);
  });

  it('cycles each port in a PDU of its own, for a refused PDU of many is sent again in parts', async () => {
    const agent = tableAgent([UP, ...columnOf(`${OWN}.14`, 'Integer32', { 1: 0, 2: 0 })]);
    const one = backend(agent, { cycle: { column: `${OWN}.14`, minSeconds: 1, maxSeconds: 60 } });
    await one.cycleRows?.(rows('1', '2', '9'), 7);
    expect(agent.sets).toEqual([[`${OWN}.14.1=7`], [`${OWN}.14.2=7`], [`${OWN}.14.9=7`]]);
  });
});

describe('settings by dialect', () => {
  const limited: Partial<PowerDialect> = { limit: { column: `${OWN}.4`, unit: 0.1, writable: true } };
  const agent = () =>
    tableAgent([UP, ...peth(7, { 1: 3, 2: 9 }), ...columnOf(`${OWN}.4`, 'Integer32', { 1: 300, 2: 154 })]);

  it('are read, in watts and words', async () => {
    const read = await backend(agent(), limited).settings!.read(['1', '2']);
    expect([...read.values()]).toEqual([
      { priority: 'low', limit: 30 },
      { priority: 'unknown(9)', limit: 15.4 },
    ]);
  });

  it('are written in the steps of the switch, rounded down', async () => {
    const one = agent();
    const settings = backend(one, limited).settings!;
    expect([15.4, 15.44, 0.3, 12].map((limit) => settings.rounded(watts(limit)))).toEqual([15.4, 15.4, 0.3, 12]);
    await settings.write(rows('1'), { what: 'limit', limit: watts(15.4) });
    await settings.write(rows('1', '2'), { what: 'priority', priority: 'critical' });
    expect(one.sets).toEqual([[`${OWN}.4.1=154`], [`${PETH}.7.1=1`, `${PETH}.7.2=1`]]);
  });

  it('say why they cannot be written', () => {
    const why = (power: Partial<PowerDialect>) => {
      const { settings } = backend(agent(), power);
      return [settings!.refusal('priority'), settings!.refusal('limit')];
    };
    expect(why(limited)).toEqual([undefined, undefined]);
    expect(why({ priority: undefined, limit: undefined })).toEqual([
      'no priority of a switch with RFC 3621 is known',
      'no limit per port of a switch with RFC 3621 is known',
    ]);
    expect(why({ limit: { ...limited.limit!, writable: false } })[1]).toBe(
      'the limit per port of a switch with RFC 3621 cannot be written',
    );
  });
});

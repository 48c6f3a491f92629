/** The project's code against recordings of real switches: does it see what was read off them by hand? */
import { expect, it } from 'vitest';
import { millis } from '../../../src/rack/units.ts';
import { recordedDevice } from '../../../src/sim/recording/device.ts';
import type { Overlay } from '../../../src/sim/recording/overlay.ts';
import { loadRecording, type Recording } from '../../../src/sim/recording/recording.ts';
import { TAG } from '../../../src/sim/switch/mib.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import type { SwitchBackend } from '../../../src/switches/backend.ts';
import { readFdb } from '../../../src/switches/discovery/fdb.ts';
import { readInterfaceTables } from '../../../src/switches/discovery/interfaces.ts';
import { readLldp } from '../../../src/switches/discovery/lldp.ts';
import { locate } from '../../../src/switches/discovery/locate.ts';
import type { SwitchDriver } from '../../../src/switches/drivers/driver.ts';
import { identify } from '../../../src/switches/drivers/identify.ts';
import { PortMapRefused } from '../../../src/switches/errors.ts';
import { resolvePorts } from '../../../src/switches/port-map.ts';
import { readPortTables } from '../../../src/switches/ports/tables.ts';
import { createSnmpBackend } from '../../../src/switches/snmp/backend.ts';
import { readChassis } from '../../../src/switches/snmp/chassis.ts';
import { readIdentity } from '../../../src/switches/snmp/system.ts';
import type { Access, SwitchState } from '../../../src/switches/tables.ts';
import { describeRecordings, RECORDINGS, recordingSession } from '../support/recording-session.ts';
import type { Expected, PortFacts, PowerFacts } from './expected/expected.ts';
import { EXPECTED } from './expected/index.ts';
import { namesOf, portsOf } from './expected/names.ts';

const LIMITS = { varbinds: 50, rows: 100_000, deadline: millis(60_000) };

/** Where nothing in the recording tells what it is, somebody has to. */
const DRIVER: Readonly<Record<string, string>> = {
  'netgear-gsm7252ps-s2.assembled': 'netgear-managed',
  'netgear-m4300-24x.assembled': 'netgear-m4300',
};

const loaded = new Map<string, Promise<Recording>>();

function load(name: string): Promise<Recording> {
  const known = loaded.get(name) ?? loadRecording(`${RECORDINGS}/${name}.snmprec`);
  loaded.set(name, known);
  return known;
}

async function accessTo({ recording }: Expected, overlays: readonly Overlay[] = []): Promise<Access> {
  const clock = new VirtualClock();
  const session = recordingSession(recordedDevice({ recording: await load(recording), overlays, clock }));
  return { session, clock, limits: LIMITS };
}

async function driverOf(access: Access, named?: string): Promise<SwitchDriver> {
  const [identity, { units }] = [await readIdentity(access), await readChassis(access)];
  return identify({ ...identity, models: units.map(({ model }) => model) }, named).driver;
}

const each = EXPECTED.map((expected) => [expected.recording, expected] as const);

describeRecordings('what the recorded switches are', () => {
  it.each(each)('%s', async (_, expected) => {
    const access = await accessTo(expected);
    expect((await readIdentity(access)).sysObjectID).toBe(expected.sysObjectId ?? '');
    const { bridgeAddress, units } = await readChassis(access);
    expect({
      bridgeAddress: bridgeAddress !== undefined,
      serials: units.filter(({ serial }) => serial !== '').length,
    }).toEqual(expected.chassis);
    const { name, writes } = await driverOf(access);
    expect(name).toBe(expected.driver);
    expect(writes === 'snmp' ? 'snmp' : typeof writes === 'string' ? 'ssh' : 'nothing').toBe(expected.writes);
  });
});

/** Values of vendors' MIBs that mean deliveringPower(3) of RFC 3621. */
const DELIVERING = ['deliveringPower', 'on', 'poweredOn', 'powered'];
/** Words of TP-Link, which has other ones than RFC 3621. */
const PRIORITY: Readonly<Record<string, string>> = { high: 'critical', middle: 'high', low: 'low' };

/** The column that switches, and the status beside it, made up for the rows of a table that only reads. */
function madeUp({ power, driver }: { readonly power: PowerFacts; readonly driver: SwitchDriver }): Overlay {
  const { admin, detection } = driver.power!;
  const delivers = new Set(
    namesOf(power.delivering ?? '').concat('of' in power.watts ? Object.keys(power.watts.of) : []),
  );
  const known = Object.entries(detection?.values ?? {});
  const status = (name: string) => Number(known.find(([, value]) => value === name)![0]);
  return {
    rows: () =>
      namesOf(power.rows).flatMap((row) => [
        { oid: `${admin.column}.${row}`, tag: TAG.Integer32, value: admin.on },
        ...(detection
          ? [
              {
                oid: `${detection.column}.${row}`,
                tag: TAG.Integer32,
                value: status(delivers.has(row) ? 'deliveringPower' : 'searching'),
              },
            ]
          : []),
      ]),
  };
}

describeRecordings('power of the recorded switches', () => {
  it.each(each)('%s', async (_, expected) => {
    const { power, supply } = expected;
    const access = await accessTo(expected);
    const driver = await driverOf(access, DRIVER[expected.recording]);
    const backend = createSnmpBackend(access, driver);
    if ('rows' in power && 'notRecorded' in power.admin && !('notRecorded' in power.detection)) {
      // A status for rows that nothing switches is a table that was cut short.
      return await expect(backend.state(new Map())).rejects.toThrow(/\(admin\) has 0 rows and .* \(detection\)/);
    }
    const state = await backend.state(new Map());
    if (!('notRecorded' in supply)) {
      expect(state.main).toEqual({ capacity: supply.capacity, consumption: supply.consumption });
    }
    if ('notRecorded' in power || 'notRecorded' in power.admin) expect(state.rows).toEqual([]);
    else await comparePower(power, power.admin, state, driver, backend);
  });

  const invented = each.filter(([, { power }]) => 'rows' in power && 'notRecorded' in power.admin);
  it.each(invented)('%s, with the column that switches made up', async (_, expected) => {
    const power = expected.power as PowerFacts;
    const driver = await driverOf(await accessTo(expected));
    const access = await accessTo(expected, [madeUp({ power, driver })]);
    const backend = createSnmpBackend(access, driver);
    const state = await backend.state(new Map());
    await comparePower(power, { on: power.rows, off: '', neither: '' }, state, driver, backend);
  });
});

async function comparePower(
  { detection, watts, ...power }: PowerFacts,
  admin: Readonly<Record<'on' | 'off' | 'neither', string>>,
  { rows }: SwitchState,
  driver: SwitchDriver,
  { settings }: SwitchBackend,
): Promise<void> {
  const reading = (wanted: boolean | undefined) => rows.filter((row) => row.admin === wanted).map(({ row }) => row);
  expect({ on: reading(true), off: reading(false), neither: reading(undefined) }).toEqual({
    on: namesOf(admin.on),
    off: namesOf(admin.off),
    neither: namesOf(admin.neither),
  });
  const delivering = rows.filter((row) => row.detection === 'deliveringPower').map(({ row }) => row);
  if (power.delivering) expect(delivering).toEqual(namesOf(power.delivering));
  if (!('notRecorded' in detection)) {
    expect(delivering).toEqual(DELIVERING.flatMap((word) => namesOf(detection[word] ?? '')));
  }
  if ('of' in watts) {
    const zero = Object.fromEntries(namesOf(watts.zero).map((row) => [row, 0]));
    expect(Object.fromEntries(rows.map((row) => [row.row, row.watts]))).toEqual({ ...zero, ...watts.of });
    expect(driver.power?.watts?.kind).toBe(watts.kind);
    expect(delivering).toEqual(Object.keys(watts.of));
  }
  const classes = rows.filter(({ powerClass }) => powerClass !== undefined);
  expect(Object.fromEntries(classes.map(({ row, powerClass }) => [row, powerClass]))).toEqual(power.classes ?? {});
  const read = await settings?.read(rows.map(({ row }) => row));
  if (driver.writes !== 'snmp') return expect(read).toBeUndefined();
  for (const [names, limit] of Object.entries(power.limits ?? {})) {
    for (const row of namesOf(names)) expect([row, read?.get(row)?.limit]).toEqual([row, limit]);
  }
  for (const [priority, names] of Object.entries(power.priorities ?? {})) {
    const word = driver.name === 'tp-link' ? PRIORITY[priority] : priority;
    for (const row of namesOf(names)) expect([row, read?.get(row)?.priority]).toEqual([row, word]);
  }
}

describeRecordings('ports of the recorded switches', () => {
  const mapOf = async (expected: Expected, overlays: readonly Overlay[] = []) => {
    const driver = await driverOf(await accessTo(expected), DRIVER[expected.recording]);
    return resolvePorts(await readPortTables(await accessTo(expected, overlays), driver));
  };
  const proven = each.filter(([, { ports }]) => 'runs' in ports);

  it.each(proven)('%s', async (_, expected) => {
    const facts = expected.ports as PortFacts;
    const power = expected.power as PowerFacts;
    const driver = await driverOf(await accessTo(expected));
    // Without the column that switches there are no rows, and nothing to write to.
    if (facts.rows === 'vendor') await expect(mapOf(expected)).rejects.toThrow(/has no PoE rows|\(admin\) has 0 rows/);
    const map = await mapOf(expected, facts.rows === 'vendor' ? [madeUp({ power, driver })] : []);
    const bridgePorts = Object.entries(facts.bridgePorts ?? {}).flatMap(([names, first]) =>
      namesOf(names).map((name, place): [string, number] => [name, first + place]),
    );
    const bridgePortOf = new Map(bridgePorts);
    expect(map.ports.map(({ row, label, ifIndex, bridgePort }) => [row, label, ifIndex, bridgePort])).toEqual(
      facts.runs.flatMap(portsOf).map(({ row, name, ifIndex }) => [row, name, ifIndex, bridgePortOf.get(name)]),
    );
  });

  const refused = each.filter(([, { ports }]) => 'refused' in ports);
  it.each(refused)('%s: refused', async (_, expected) => {
    await expect(mapOf(expected)).rejects.toThrow(PortMapRefused);
  });

  const recordingOf = (name: string) => EXPECTED.find(({ recording }) => recording === name)!;
  const rowsMadeUp = (oids: readonly string[]): Overlay => ({
    rows: () => oids.map((oid) => ({ oid, tag: TAG.Integer32, value: 6 })),
  });
  const oneTo = (last: number, prefix: string) => Array.from({ length: last }, (_, place) => `${prefix}.${place + 1}`);

  it('count from 1 on a GSM7252PS, once its ifType is made up', async () => {
    const expected = recordingOf('netgear-gsm7252ps-s2.assembled');
    const map = await mapOf(expected, [rowsMadeUp(oneTo(52, '1.3.6.1.2.1.2.2.1.3'))]);
    expect(map.ports.map(({ row, label, ifIndex }) => [row, label, ifIndex])).toEqual(
      oneTo(48, '1').map((row, place) => [row, String(place + 1), place + 1]),
    );
  });

  // Names count from swp00, sockets from 1: port 1 of the rack file may be the first socket or refused, never the second.
  it('of a Zyxel are never one off, once it has PoE rows', async () => {
    const admin = rowsMadeUp(oneTo(8, '1.3.6.1.2.1.105.1.1.1.3.1'));
    const map = await mapOf(recordingOf('zyxel-xs1930-12hp'), [admin]);
    expect(map.ports.map(({ row, label, ifIndex }) => [row, label, ifIndex])).toEqual(
      oneTo(8, '1').map((row, place) => [row, `swp0${place}`, place + 1]),
    );
    expect([undefined, 1]).toContain(map.find('1')?.ifIndex);
    expect([undefined, 8]).toContain(map.find('8')?.ifIndex);
    expect(map.find('swp07')?.row).toBe('1.8');
  });
});

describeRecordings('what would be written', () => {
  it.each(each)('has the types that %s has', async (_, expected) => {
    const recording = await load(expected.recording);
    const { power } = await driverOf(await accessTo(expected), DRIVER[expected.recording]);
    const tagsOf = (column: string) =>
      new Set(recording.rows.filter(({ oid }) => oid.startsWith(`${column}.`)).map(({ tag }) => tag));
    const written = [
      power && { column: power.admin.column, type: power.admin.type },
      power?.limit && { column: power.limit.column, type: power.limit.type ?? ('Integer32' as const) },
      power?.priority && { column: power.priority.column, type: 'Integer32' as const },
    ].filter((each) => each !== undefined);
    for (const { column, type } of written) {
      for (const tag of tagsOf(column)) expect([column, tag]).toEqual([column, TAG[type]]);
    }
  });
});

describeRecordings('where the recorded switches heard whom', () => {
  it.each(each)('%s', async (_, expected) => {
    const access = await accessTo(expected);
    const tables = await readInterfaceTables(access);
    const { neighbours } = await readLldp(access, tables);
    const nameOf = (ifIndex: number | undefined) =>
      ifIndex === undefined ? undefined : tables.interfaces.get(ifIndex)?.label;
    const heardOn = neighbours.map(({ ifIndex, localPort }) => nameOf(ifIndex) ?? `#${localPort}`);
    const { lldp } = expected;
    if ('notRecorded' in lldp) expect(neighbours).toEqual([]);
    else {
      expect(neighbours).toHaveLength(lldp.neighbours);
      expect([...new Set(heardOn)].sort()).toEqual(namesOf(lldp.ports).sort());
    }

    const fdb = await readFdb(access);
    const { fdb: facts } = expected;
    if ('notRecorded' in facts) return expect(fdb.entries).toEqual([]);
    expect(fdb.source).toBe(facts.table === 'q-bridge' ? 'dot1qTpFdb' : 'dot1dTpFdb');
    if ('unusable' in facts) {
      expect(fdb.dropped).toEqual({ noPort: 0, notLearned: 0, malformed: facts.rows });
      return expect(fdb.entries).toEqual([]);
    }
    const { noPort, notLearned, malformed } = fdb.dropped;
    expect({ dropped: noPort + notLearned, malformed }).toEqual({
      dropped: Math.max(facts.portZero, facts.notLearned),
      malformed: 0,
    });
    const witnesses = neighbours.flatMap(({ macs, ifIndex }) =>
      ifIndex === undefined ? [] : macs.map((mac) => ({ mac, ifIndex })),
    );
    const located = locate(fdb, tables, witnesses);
    const perPort = new Map<string, Set<string>>();
    for (const { mac, ifIndex } of located.macs) {
      if (tables.interfaces.get(ifIndex)?.kind !== 'port') continue;
      const port = nameOf(ifIndex)!;
      perPort.set(port, (perPort.get(port) ?? new Set()).add(mac));
    }
    expect(Object.fromEntries([...perPort].map(([port, macs]) => [port, macs.size]))).toEqual(
      Object.fromEntries(
        Object.entries(facts.perPort).flatMap(([ports, macs]) => namesOf(ports).map((port) => [port, macs])),
      ),
    );
    expect(new Set([...perPort.values()].flatMap((macs) => [...macs])).size).toBe(facts.macs);
  });
});

/** Readings of a switch: whole tables for the state and the port map, single rows for switching. */
import type { Clock } from '../rack/clock.ts';
import type { Millis, Watts } from '../rack/units.ts';
import { millis, watts } from '../rack/units.ts';
import { named } from './mib/enumeration.ts';
import { IF_MIB, IF_OPER_STATUS } from './mib/interfaces.ts';
import { PETH_MAIN_PSE, PETH_PSE_PORT, POWER_CLASSIFICATIONS } from './mib/power-ethernet.ts';
import { SYSTEM } from './mib/system.ts';
import type { Interface, PortTables } from './port-map.ts';
import type { PortPower, PortSeen, UpTime } from './power-state.ts';
import { detectionStatus, truthValue } from './power-state.ts';
import { SnmpAnswerInvalid } from './snmp/errors.ts';
import type { Oid } from './snmp/oid.ts';
import type { SnmpSession } from './snmp/session.ts';
import type { SnmpVarbind } from './snmp/value.ts';
import { integerOf, textOf } from './snmp/value.ts';
import type { ColumnRows, WalkLimits } from './snmp/walk.ts';
import { getAll, walkColumns } from './snmp/walk.ts';

export const WALK_LIMITS: WalkLimits = Object.freeze({
  // Sixty integers of these tables are about 1,200 octets: one datagram with room for an SNMPv3 header.
  varbinds: 60,
  rows: 4_096,
  // The slowest switch on record takes 102 s for its PoE table (research: snmp-poe §4).
  deadline: millis(150_000),
});

/** How a switch is read. */
export interface Access {
  readonly session: SnmpSession;
  readonly clock: Clock;
  readonly limits: WalkLimits;
}

export interface SwitchIdentity {
  readonly sysObjectID: string;
  readonly sysDescr: string;
  readonly sysName: string;
  readonly upTime: Millis | undefined;
}

export interface MainPower {
  /** pethMainPseConsumptionPower over all groups; undefined where the switch does not say. */
  readonly consumption: Watts | undefined;
  /** pethMainPsePower over all groups. */
  readonly capacity: Watts | undefined;
}

export async function readIdentity({ session }: Access): Promise<SwitchIdentity> {
  const [id, descr, upTime, name] = await session.get([
    SYSTEM.sysObjectID,
    SYSTEM.sysDescr,
    SYSTEM.sysUpTime,
    SYSTEM.sysName,
  ]);
  return {
    sysObjectID: textOf(id) ?? '',
    sysDescr: textOf(descr) ?? '',
    sysName: textOf(name) ?? '',
    upTime: upTimeMillis(integerOf(upTime)),
  };
}

/** From hundredths of a second. */
export function upTimeMillis(ticks: number | undefined): Millis | undefined {
  return ticks === undefined ? undefined : millis(ticks * 10);
}

/** What the port map is made of. */
export async function readPortTables(access: Access): Promise<PortTables> {
  const { pethPsePortAdminEnable: admin, pethPsePortDetectionStatus: detection } = PETH_PSE_PORT;
  const columns = await walk(access, [admin, detection, IF_MIB.ifType, IF_MIB.ifName]);
  const names = columns.get(IF_MIB.ifName)!;
  const interfaces = new Map<number, Interface>();
  for (const [index, type] of columns.get(IF_MIB.ifType)!) {
    const name = names.get(index);
    const text = name && Buffer.isBuffer(name.value) ? name.value.toString('utf8') : '';
    if (typeof type.value === 'number') interfaces.set(Number(index), { type: type.value, name: text });
  }
  return { poeRows: sameRows(columns.get(admin)!, columns.get(detection)!), interfaces };
}

export interface SwitchState {
  readonly rows: readonly Omit<PortPower, 'port'>[];
  readonly main: MainPower;
  /** Undefined where the switch has no sysUpTime. */
  readonly upTime: UpTime | undefined;
}

/** Everything that is polled, by row. `ifIndexes` says which interface belongs to a row. */
export async function readState(access: Access, ifIndexes: ReadonlyMap<string, number>): Promise<SwitchState> {
  const { clock } = access;
  const from = clock.monotonic();
  const [ticks] = await access.session.get([SYSTEM.sysUpTime]);
  const upTime = upTimeOf(ticks, from, clock.monotonic());
  const poe = PETH_PSE_PORT;
  const links = ifIndexes.size > 0 ? [IF_MIB.ifOperStatus] : [];
  const columns = await walk(access, [...Object.values(poe), ...Object.values(PETH_MAIN_PSE), ...links]);
  const integer = (column: Oid, index: string | number | undefined): number | undefined => {
    const value = columns.get(column)?.get(String(index))?.value;
    return typeof value === 'number' ? value : undefined;
  };
  const rows = sameRows(columns.get(poe.pethPsePortAdminEnable)!, columns.get(poe.pethPsePortDetectionStatus)!).map(
    (row) => {
      const detection = detectionStatus(integer(poe.pethPsePortDetectionStatus, row) ?? 0);
      const powerClass = integer(poe.pethPsePortPowerClassifications, row);
      const link = integer(IF_MIB.ifOperStatus, ifIndexes.get(row));
      return {
        row,
        admin: truthValue(integer(poe.pethPsePortAdminEnable, row)),
        detection,
        denied: integer(poe.pethPsePortPowerDeniedCounter, row),
        powerClass:
          detection === 'deliveringPower' && powerClass !== undefined
            ? named(POWER_CLASSIFICATIONS, powerClass)
            : undefined,
        mpsAbsent: integer(poe.pethPsePortMPSAbsentCounter, row),
        overload: integer(poe.pethPsePortOverLoadCounter, row),
        short: integer(poe.pethPsePortShortCounter, row),
        watts: milliwatts(integer(poe.pethPsePortActualPower, row)),
        link: link === undefined ? undefined : named(IF_OPER_STATUS, link),
      };
    },
  );
  return { rows, main: mainPower(columns), upTime };
}

export async function readMainPower(access: Access): Promise<MainPower> {
  return mainPower(await walk(access, Object.values(PETH_MAIN_PSE)));
}

function walk({ session, clock, limits }: Access, columns: readonly Oid[]): Promise<ReadonlyMap<Oid, ColumnRows>> {
  return walkColumns(session, columns, limits, clock);
}

function mainPower(columns: ReadonlyMap<Oid, ColumnRows>): MainPower {
  const sum = (column: Oid) => {
    const values = [...columns.get(column)!.values()]
      .map(({ value }) => value)
      .filter((value) => typeof value === 'number');
    return values.length === 0 ? undefined : watts(values.reduce((total, value) => total + value, 0));
  };
  return { consumption: sum(PETH_MAIN_PSE.pethMainPseConsumptionPower), capacity: sum(PETH_MAIN_PSE.pethMainPsePower) };
}

function milliwatts(value: number | undefined): Watts | undefined {
  return value === undefined || value < 0 ? undefined : watts(value / 1000);
}

/** A table that was cut short shows as columns of different length. */
function sameRows(admin: ColumnRows, detection: ColumnRows): string[] {
  const rows = [...admin.keys()];
  if (admin.size !== detection.size || rows.some((row) => !detection.has(row))) {
    const detail = `pethPsePortAdminEnable has ${admin.size} rows and pethPsePortDetectionStatus ${detection.size}`;
    throw new SnmpAnswerInvalid(detail);
  }
  return rows;
}

/** The state of single rows, and sysUpTime with it, so that a restart is noticed before anything is written. */
export async function look<Row extends string>(
  { session, clock, limits }: Access,
  rows: readonly Row[],
): Promise<{ readonly seen: ReadonlyMap<Row, PortSeen>; readonly upTime: UpTime | undefined }> {
  const columns = [
    PETH_PSE_PORT.pethPsePortAdminEnable,
    PETH_PSE_PORT.pethPsePortDetectionStatus,
    PETH_PSE_PORT.pethPsePortPowerDeniedCounter,
  ];
  const oids = rows.flatMap((row) => columns.map((column) => `${column}.${row}`));
  const from = clock.monotonic();
  const [ticks, ...varbinds] = await getAll(session, [SYSTEM.sysUpTime, ...oids], limits.varbinds);
  const seen = rows.map((row, place): [Row, PortSeen] => [
    row,
    portSeen(row, varbinds.slice(3 * place, 3 * place + 3)),
  ]);
  return { seen: new Map(seen), upTime: upTimeOf(ticks, from, clock.monotonic()) };
}

function upTimeOf(varbind: SnmpVarbind | undefined, from: Millis, to: Millis): UpTime | undefined {
  const ticks = integerOf(varbind);
  return ticks === undefined ? undefined : { ticks, from, to };
}

function portSeen(row: string, [admin, detection, denied]: readonly SnmpVarbind[]): PortSeen {
  const status = integerOf(detection);
  if (status === undefined) throw new SnmpAnswerInvalid(`row ${row} has no detection status: ${detection?.type}`);
  return { admin: truthValue(integerOf(admin)), detection: detectionStatus(status), denied: integerOf(denied) };
}

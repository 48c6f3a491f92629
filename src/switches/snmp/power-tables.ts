/** Reading PoE as a driver's dialect says: whole tables for the state, single rows for switching. */
import type { Watts } from '../../rack/units.ts';
import { watts } from '../../rack/units.ts';
import type { PowerDialect, WattsColumn } from '../drivers/driver.ts';
import { named } from '../mib/enumeration.ts';
import { IF_MIB, IF_OPER_STATUS } from '../mib/interfaces.ts';
import { SYSTEM } from '../mib/system.ts';
import type { Detection, LinkStatus, PortSeen, UpTime } from '../power-state.ts';
import { adminOf, inferDetection } from '../power-state.ts';
import type { Access, SwitchState } from '../tables.ts';
import { SnmpAnswerInvalid } from './errors.ts';
import type { Oid } from './oid.ts';
import { upTimeOf } from './system.ts';
import type { SnmpVarbind } from './value.ts';
import { integerOf } from './value.ts';
import type { ColumnRows } from './walk.ts';
import { getAll, walkColumns } from './walk.ts';

/** The integer of a column in one row; undefined where there is none. */
type Cell = (column: Oid | undefined, index: string | number | undefined) => number | undefined;

/** Told the value of the admin column of every row that is on. */
export type NoteOn = (row: string, value: number) => void;

/** Everything that is polled, by row. `ifIndexes` says which interface belongs to a row. */
export async function readState(
  access: Access,
  power: PowerDialect | undefined,
  ifIndexes: ReadonlyMap<string, number>,
  noteOn: NoteOn,
): Promise<SwitchState> {
  const { session, clock, limits } = access;
  const from = clock.monotonic();
  const [ticks] = await session.get([SYSTEM.sysUpTime]);
  const upTime = upTimeOf(ticks, from, clock.monotonic());
  if (power === undefined) return { rows: [], main: { consumption: undefined, capacity: undefined }, upTime };
  const { admin, detection, powerClass, counters, watts: drawn, main } = power;
  const poe = [admin, detection, powerClass, drawn, main.capacity, main.consumption].flatMap((of) => of?.column ?? []);
  const links = ifIndexes.size > 0 ? [IF_MIB.ifOperStatus] : [];
  const columns = await walkColumns(session, [...poe, ...Object.values(counters), ...links], limits, clock);
  const cell: Cell = (column, index) => {
    const value = column && columns.get(column)?.get(String(index))?.value;
    return typeof value === 'number' ? value : undefined;
  };
  const rows = poeRows(power, columns).map((row) => {
    const seen = portSeen(power, cell, row, ifIndexes.get(row), noteOn);
    const value = cell(powerClass?.column, row);
    return {
      row,
      ...seen,
      powerClass:
        powerClass && value !== undefined && seen.detection === 'deliveringPower'
          ? named(powerClass.values, value)
          : undefined,
      mpsAbsent: cell(counters.mpsAbsent, row),
      invalidSignature: cell(counters.invalidSignature, row),
      overload: cell(counters.overload, row),
      short: cell(counters.short, row),
      watts: amount(drawn, cell(drawn?.column, row)),
      link: linkOf(cell, ifIndexes.get(row)),
    };
  });
  return {
    rows,
    main: { consumption: sum(main.consumption, columns), capacity: sum(main.capacity, columns) },
    upTime,
  };
}

/** The state of single rows, and sysUpTime with it, so that a restart is noticed before anything is written. */
export async function look<Row extends string>(
  { session, clock, limits }: Access,
  power: PowerDialect,
  rows: readonly Row[],
  ifIndexes: ReadonlyMap<string, number>,
  noteOn: NoteOn,
): Promise<{ readonly seen: ReadonlyMap<Row, PortSeen>; readonly upTime: UpTime | undefined }> {
  const { admin, detection, counters } = power;
  const columns = [admin.column, ...[detection?.column, counters.denied].filter((column) => column !== undefined)];
  const asked = rows.flatMap((row) => columns.map((column) => `${column}.${row}`));
  const from = clock.monotonic();
  const [ticks, ...varbinds] = await getAll(session, [SYSTEM.sysUpTime, ...asked], limits.varbinds);
  const upTime = upTimeOf(ticks, from, clock.monotonic());
  const values = valuesOf(varbinds);
  const cell: Cell = (column, index) => (column === undefined ? undefined : values.get(`${column}.${index}`));
  // The rest is asked for only where the switch does not say what became of a port.
  const unsaid = rows.filter((row) => cell(detection?.column, row) === undefined);
  const instead = unsaid.flatMap((row) => [
    ...(power.watts ? [`${power.watts.column}.${row}`] : []),
    ...(ifIndexes.has(row) ? [`${IF_MIB.ifOperStatus}.${ifIndexes.get(row)}`] : []),
  ]);
  if (instead.length > 0) {
    for (const [oid, value] of valuesOf(await getAll(session, instead, limits.varbinds))) values.set(oid, value);
  }
  const seen = rows.map((row): [Row, PortSeen] => {
    if (cell(admin.column, row) === undefined) throw new SnmpAnswerInvalid(`row ${row} has no ${admin.column}`);
    return [row, portSeen(power, cell, row, ifIndexes.get(row), noteOn)];
  });
  return { seen: new Map(seen), upTime };
}

function portSeen(power: PowerDialect, cell: Cell, row: string, ifIndex: number | undefined, noteOn: NoteOn): PortSeen {
  const value = cell(power.admin.column, row);
  const admin = adminOf(power.admin, value);
  if (admin === true) noteOn(row, value!);
  const status = cell(power.detection?.column, row);
  const detection: Detection =
    power.detection && status !== undefined
      ? named(power.detection.values, status)
      : inferDetection(admin, amount(power.watts, cell(power.watts?.column, row)), linkOf(cell, ifIndex));
  return { admin, detection, denied: cell(power.counters.denied, row) };
}

function valuesOf(varbinds: readonly SnmpVarbind[]): Map<Oid, number | undefined> {
  return new Map(varbinds.map((varbind) => [varbind.oid, integerOf(varbind)]));
}

function linkOf(cell: Cell, ifIndex: number | undefined): LinkStatus | undefined {
  const link = ifIndex === undefined ? undefined : cell(IF_MIB.ifOperStatus, ifIndex);
  return link === undefined ? undefined : named(IF_OPER_STATUS, link);
}

/** To the milliwatt. A negative amount is no amount. */
export function amount(column: WattsColumn | undefined, value: number | undefined): Watts | undefined {
  if (column === undefined || value === undefined || value < 0) return undefined;
  return watts(Math.round(value * column.unit * 1_000) / 1_000);
}

function sum(column: WattsColumn | undefined, columns: ReadonlyMap<Oid, ColumnRows>): Watts | undefined {
  if (column === undefined) return undefined;
  const values = [...columns.get(column.column)!.values()]
    .map(({ value }) => value)
    .filter((value) => typeof value === 'number');
  return values.length === 0
    ? undefined
    : amount(
        column,
        values.reduce((total, value) => total + value, 0),
      );
}

/**
 * The rows of the PoE table. One that was cut short shows as columns of different length; a switch that has no
 * detection status at all is another matter.
 */
export function poeRows(power: PowerDialect, columns: ReadonlyMap<Oid, ColumnRows>): string[] {
  const admin = columns.get(power.admin.column)!;
  const detection = power.detection && columns.get(power.detection.column);
  const rows = [...admin.keys()];
  if (detection === undefined || (detection.size === 0 && rows.length > 0)) return rows;
  if (admin.size !== detection.size || rows.some((row) => !detection.has(row))) {
    const detail = `${power.admin.column} (admin) has ${admin.size} rows and ${power.detection!.column} (detection) ${detection.size}`;
    throw new SnmpAnswerInvalid(detail);
  }
  return rows;
}

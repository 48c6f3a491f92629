/** Priorities and limits of ports, in the columns of a driver's dialect. */
import type { Watts } from '../../rack/units.ts';
import { watts } from '../../rack/units.ts';
import type { PortSettings, SettingsBackend, SettingsChange } from '../backend.ts';
import type { PowerDialect } from '../drivers/driver.ts';
import type { WritableRow } from '../guard.ts';
import { named } from '../mib/enumeration.ts';
import type { Access } from '../tables.ts';
import { amount } from './power-tables.ts';
import type { SnmpSet } from './session.ts';
import { integerOf } from './value.ts';
import { getAll } from './walk.ts';
import { writeRows } from './write-rows.ts';

export function settingsBackend({ session, limits }: Access, power: PowerDialect, title: string): SettingsBackend {
  const { priority, limit } = power;
  const rounded = (wanted: Watts) =>
    limit === undefined
      ? wanted
      : watts(Math.round(Math.floor(wanted / limit.unit + 1e-6) * limit.unit * 1_000) / 1_000);
  const varbind = (row: WritableRow, change: SettingsChange): SnmpSet => {
    if (change.what === 'priority') {
      const value = Object.entries(priority!.values).find(([, name]) => name === change.priority)!;
      return { oid: `${priority!.column}.${row}`, type: 'Integer32', value: Number(value[0]) };
    }
    // A strict agent refuses the right number in the wrong type (wrongType, RFC 3416 §4.2.5).
    const { column, type = 'Integer32', unit } = limit!;
    return { oid: `${column}.${row}`, type, value: Math.floor(change.limit / unit + 1e-6) };
  };
  return {
    async read(rows) {
      const columns = [priority?.column, limit?.column].filter((column) => column !== undefined);
      const asked = rows.flatMap((row) => columns.map((column) => `${column}.${row}`));
      const values = new Map(
        (await getAll(session, asked, limits.varbinds)).map((varbind) => [varbind.oid, integerOf(varbind)]),
      );
      return new Map(
        rows.map((row): [typeof row, PortSettings] => {
          const level = priority && values.get(`${priority.column}.${row}`);
          const most = limit && values.get(`${limit.column}.${row}`);
          return [
            row,
            { priority: level === undefined ? undefined : named(priority!.values, level), limit: amount(limit, most) },
          ];
        }),
      );
    },
    write: (rows, change) => writeRows(session, rows, power.rowsPerSet, (row) => varbind(row, change)),
    refusal(what) {
      if (what === 'priority') return priority ? undefined : `no priority of ${title} is known`;
      if (limit === undefined) return `no limit per port of ${title} is known`;
      return limit.writable ? undefined : `the limit per port of ${title} cannot be written`;
    },
    rounded,
  };
}

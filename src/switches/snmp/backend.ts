/** A switch over SNMP, as its driver's data says. */
import type { SwitchBackend } from '../backend.ts';
import type { PowerDialect, SwitchDriver } from '../drivers/driver.ts';
import { SwitchError, WriteRefused } from '../errors.ts';
import type { WritableRow } from '../guard.ts';
import { readPortTables } from '../ports/tables.ts';
import type { Written } from '../set.ts';
import type { Access } from '../tables.ts';
import { readChassis } from './chassis.ts';
import { look, readState } from './power-tables.ts';
import type { SnmpSet } from './session.ts';
import { settingsBackend } from './settings.ts';
import { readIdentity } from './system.ts';
import { writeRows } from './write-rows.ts';

/** What is remembered of a switch between two readings: the value that each row had when it was last on. */
export type OnValues = Map<string, number>;

export function createSnmpBackend(access: Access, driver: SwitchDriver, onValues: OnValues = new Map()): SwitchBackend {
  const { power } = driver;
  const noteOn = (row: string, value: number) => {
    if (power?.admin.restore === 'as-before') onValues.set(row, value);
  };
  return {
    identity: async () => ({ ...(await readIdentity(access)), chassis: await readChassis(access) }),
    portTables: () => readPortTables(access, driver),
    state: (ifIndexes) => readState(access, power, ifIndexes, noteOn),
    look: async (rows, ifIndexes) => look(access, known(driver), rows, ifIndexes, noteOn),
    async switchRows(rows, on) {
      const refusal = refuse(driver);
      if (refusal !== undefined) return refused(rows, refusal);
      const { admin, rowsPerSet } = known(driver);
      const { type, off } = admin;
      const value = (row: string) => (on ? (onValues.get(row) ?? admin.on) : off);
      return writeRows(
        access.session,
        rows,
        rowsPerSet,
        (row): SnmpSet => ({ oid: `${admin.column}.${row}`, type, value: value(row) }),
      );
    },
    cycleRows: power?.cycle && refuse(driver) === undefined ? cycle(access, power.cycle) : undefined,
    settings: power && refuse(driver) === undefined ? settingsBackend(access, power, driver.title) : undefined,
    vlans: undefined,
  };
}

/** One row to a PDU: a refused PDU of many would be sent again in parts, and what took effect be done twice. */
function cycle({ session }: Access, { column }: NonNullable<PowerDialect['cycle']>) {
  return (rows: readonly WritableRow[], seconds: number) =>
    writeRows(session, rows, 1, (row): SnmpSet => ({ oid: `${column}.${row}`, type: 'Integer32', value: seconds }));
}

/** Why nothing is written to switches of this family over SNMP; undefined: it is. */
function refuse(driver: SwitchDriver): string | undefined {
  if (driver.writes === 'snmp') return undefined;
  return typeof driver.writes === 'string' ? `${driver.title} is not written over SNMP` : driver.writes.readOnly;
}

function refused(rows: readonly WritableRow[], reason: string): ReadonlyMap<WritableRow, Written> {
  return new Map(rows.map((row) => [row, { refused: new WriteRefused(row, reason) }]));
}

function known({ power, title }: SwitchDriver): PowerDialect {
  if (power === undefined) throw new SwitchError('no-power-objects', `${title} has no PoE objects that are known`);
  return power;
}

import type { Clock } from '../rack/clock.ts';
import type { Millis } from '../rack/units.ts';
import type { ChassisUnit } from '../switches/chassis.ts';
import type { PortMapStore, StoredPort, StoredPortMap } from '../switches/ports/store.ts';
import type { Db } from './database.ts';
import type { GroupCommit } from './group-commit.ts';

/** Which faceplate port of which switch was which PoE row, when that was last proven. */
export class PortMapTable {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  load(switchName: string): StoredPortMap | undefined {
    const row = this.#db
      .prepare('SELECT bridge_address, units, driver, rule FROM switch_chassis WHERE switch = ?')
      .get(switchName) as { bridge_address: string | null; units: string; driver: string; rule: string } | undefined;
    if (row === undefined) return undefined;
    const ports = this.#db
      .prepare(
        'SELECT if_name AS label, poe_row AS row, if_index AS ifIndex FROM switch_ports WHERE switch = ? ORDER BY if_index',
      )
      .all(switchName) as StoredPort[];
    const chassis = {
      bridgeAddress: row.bridge_address ?? undefined,
      units: JSON.parse(row.units) as ChassisUnit[],
    };
    return { chassis, driver: row.driver, rule: row.rule, ports };
  }

  save(switchName: string, { chassis, driver, rule, ports }: StoredPortMap, now: Millis): void {
    this.#db
      .prepare(`
        INSERT INTO switch_chassis (switch, bridge_address, units, driver, rule, proven_at) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (switch) DO UPDATE SET bridge_address = excluded.bridge_address, units = excluded.units,
          driver = excluded.driver, rule = excluded.rule, proven_at = excluded.proven_at`)
      .run(switchName, chassis?.bridgeAddress ?? null, JSON.stringify(chassis?.units ?? []), driver, rule, now);
    this.#db.prepare('DELETE FROM switch_ports WHERE switch = ?').run(switchName);
    const insert = this.#db.prepare(
      'INSERT INTO switch_ports (switch, if_name, poe_row, if_index) VALUES (?, ?, ?, ?)',
    );
    for (const port of ports) insert.run(switchName, port.label, port.row, port.ifIndex);
  }
}

/** The same as the switches want it: saved is what is on disk. */
export function durablePortMaps(table: PortMapTable, commit: GroupCommit, clock: Clock): PortMapStore {
  return {
    load: (switchName) => table.load(switchName),
    save: (switchName, map) => commit.write(() => table.save(switchName, map, clock.now())),
  };
}

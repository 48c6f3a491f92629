/** Keeps the port map of one switch: built when first needed, thrown away when the switch restarts or its table changes. */
import type { Logger } from 'pino';
import type { SwitchBackend } from './backend.ts';
import { PortMapRefused, SwitchError } from './errors.ts';
import type { WritableRow, WritePolicy } from './guard.ts';
import { writableRows } from './guard.ts';
import type { PortMap } from './port-map.ts';
import { resolvePorts } from './port-map.ts';
import type { UpTime } from './power-state.ts';
import { restarted, upTimeMillis } from './power-state.ts';

export interface PortKeeper {
  /** The proven map, if there is one. */
  proven(): PortMap | undefined;
  /** The proven map, built now if there is none. @throws PortMapRefused */
  prove(backend: SwitchBackend): Promise<PortMap>;
  /** Builds the map unless that was tried before; a refusal is kept, for readings do without. */
  prepare(backend: SwitchBackend): Promise<void>;
  rebuild(backend: SwitchBackend): Promise<void>;
  /** Takes note of sysUpTime: when the switch started anew since the last time, which it returns, the map is gone. */
  note(upTime: UpTime | undefined): boolean;
  /** How often it did. */
  readonly restarts: number;
  /**
   * Just before a write: are `rows` still the ports that they were looked up for? The map is built anew after a restart.
   * @throws SwitchError `port-map-changed`
   */
  confirm(backend: SwitchBackend, rows: ReadonlyMap<string, WritableRow>): Promise<void>;
  /** Whether the map has exactly these rows; true while there is no map. */
  fits(rows: readonly string[]): boolean;
  ifIndexes(): ReadonlyMap<string, number>;
  /** What to call a row: as the rack file does, else as the switch does. */
  nameOf(row: string): string | undefined;
  state(): PortMap | { readonly refused: readonly string[] } | undefined;
}

export function createPortKeeper(log: Logger, policy: WritePolicy): PortKeeper {
  let map: PortMap | undefined;
  let refusal: PortMapRefused | undefined;
  let names = new Map<string, string>();
  let last: UpTime | undefined;
  let restarts = 0;

  const prove = async (backend: SwitchBackend): Promise<PortMap> => {
    map = undefined;
    try {
      map = resolvePorts(await backend.portTables());
    } catch (error) {
      if (error instanceof PortMapRefused) refusal = error;
      throw error;
    }
    refusal = undefined;
    names = new Map(map.ports.map((port) => [port.row, port.label]));
    for (const name of [...policy.uplinks, ...policy.listed]) {
      const row = map.find(name)?.row;
      if (row !== undefined) names.set(row, name);
    }
    log.info({ rule: map.rule, ports: map.ports.length }, 'port map proven');
    return map;
  };

  const rebuild = async (backend: SwitchBackend) => {
    try {
      await prove(backend);
    } catch (error) {
      if (!(error instanceof PortMapRefused)) throw error;
      log.warn({ reasons: error.reasons }, 'port map refused: this switch is read, and not written');
    }
  };

  return {
    proven: () => map,
    prove,
    rebuild,
    prepare: async (backend) => {
      if (!map && !refusal) await rebuild(backend);
    },
    get restarts() {
      return restarts;
    },
    note(upTime) {
      const anew = last !== undefined && upTime !== undefined && restarted(last, upTime);
      last = upTime ?? last;
      if (!anew) return false;
      map = undefined;
      restarts += 1;
      log.warn({ upTime: upTimeMillis(upTime.ticks) }, 'the switch restarted');
      return true;
    },
    async confirm(backend, rows) {
      const now = writableRows(map ?? (await prove(backend)), policy, [...rows.keys()]);
      for (const [port, row] of rows) {
        if (now.get(port) === row) continue;
        const detail = `port ${port} was row ${row} and is row ${now.get(port)} since the switch restarted`;
        throw new SwitchError('port-map-changed', `${detail}; nothing was written`);
      }
    },
    fits: (rows) => map === undefined || (rows.length === map.ports.length && rows.every((row) => names.has(row))),
    ifIndexes: () => new Map(map?.ports.map((port) => [port.row, port.ifIndex])),
    nameOf: (row) => (map ? names.get(row) : undefined),
    state: () => map ?? (refusal && { refused: refusal.reasons }),
  };
}

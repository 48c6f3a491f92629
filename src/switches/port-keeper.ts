/** Keeps the port map of one switch: built when first needed, thrown away when the switch restarts or its table changes. */
import type { Logger } from 'pino';
import type { Clock } from '../rack/clock.ts';
import type { SwitchPlan } from '../rack/plan.ts';
import type { Millis } from '../rack/units.ts';
import { seconds } from '../rack/units.ts';
import type { Tools } from './connection.ts';
import { PortMapRefused, SwitchError } from './errors.ts';
import type { WritableRow, WritePolicy } from './guard.ts';
import { writableRows } from './guard.ts';
import type { PortMap, PortTables } from './port-map.ts';
import { resolvePorts } from './port-map.ts';
import type { Now } from './ports/moved.ts';
import { compareMaps } from './ports/moved.ts';
import type { PortMapStore } from './ports/store.ts';
import { memoryPortMaps } from './ports/store.ts';
import type { UpTime } from './power-state.ts';
import { restarted, upTimeMillis } from './power-state.ts';

export interface PortKeeper {
  /** The proven map, if there is one. */
  proven(): PortMap | undefined;
  /** The proven map, built now if there is none. @throws PortMapRefused */
  prove(tools: Tools): Promise<PortMap>;
  /** Takes the map as it is now for true, although ports moved: a person has looked. @throws PortMapRefused */
  accept(tools: Tools): Promise<PortMap>;
  /** Builds the map where there is none, but not at every reading: a refusal is kept for a while, for readings do without. */
  prepare(tools: Tools): Promise<void>;
  rebuild(tools: Tools): Promise<void>;
  /** Takes note of sysUpTime: when the switch started anew since the last time, which it returns, the map is gone. */
  note(upTime: UpTime | undefined): boolean;
  /** How often it did. */
  readonly restarts: number;
  /**
   * Just before a write: are `rows` still the ports that they were looked up for? The map is built anew after a restart.
   * @throws SwitchError `port-map-changed`
   */
  confirm(tools: Tools, rows: ReadonlyMap<string, WritableRow>): Promise<void>;
  /** Whether the switch has exactly the rows that it had when the map was proven; true while there is no map. */
  fits(rows: readonly string[]): boolean;
  ifIndexes(): ReadonlyMap<string, number>;
  /** What to call a row: as the rack file does, else as the switch does. */
  nameOf(row: string): string | undefined;
  state(): PortMap | { readonly refused: readonly string[] } | undefined;
}

export interface KeeperParts {
  readonly plan: Pick<SwitchPlan, 'name' | 'portMap'>;
  readonly policy: WritePolicy;
  readonly clock: Clock;
  readonly log: Logger;
  /** Remembers the map over restarts of the program. */
  readonly store?: PortMapStore | undefined;
  /** Told what staff should know, once. */
  readonly tell?: ((kind: PortEvent, text: string) => void) | undefined;
}

/** Kinds of events: a switch was replaced; ports are not where they were, so that nothing is written. */
export type PortEvent = 'switch_replaced' | 'ports_moved';

/** A switch that was read while it started up may have had half its tables. */
const TRY_AGAIN = seconds(60);

export function createPortKeeper(parts: KeeperParts): PortKeeper {
  const { plan, policy, clock, log } = parts;
  const store = parts.store ?? memoryPortMaps();
  let map: PortMap | undefined;
  let refusal: { readonly error: PortMapRefused; readonly at: Millis } | undefined;
  let names = new Map<string, string>();
  let last: UpTime | undefined;
  let restarts = 0;

  const refuse = (error: PortMapRefused, kind?: PortEvent): never => {
    const known = refusal?.error.message === error.message;
    refusal = { error, at: clock.monotonic() };
    if (kind && !known) parts.tell?.(kind, `switch ${plan.name}: ${error.message}`);
    throw error;
  };

  const resolve = (tables: PortTables): PortMap => {
    try {
      return resolvePorts(tables, plan.portMap);
    } catch (error) {
      if (error instanceof PortMapRefused) refuse(error);
      throw error;
    }
  };

  /** Nothing that the rack speaks of may have moved, unless it is another switch altogether. */
  const compare = (now: Now) => {
    const stored = store.load(plan.name);
    if (stored === undefined) return;
    const verdict = compareMaps(stored, now, [...policy.listed, ...policy.uplinks]);
    if (verdict.kind === 'moved')
      refuse(new PortMapRefused(verdict.sentences, 'ports are not where they were'), 'ports_moved');
    if (verdict.kind === 'replaced') parts.tell?.('switch_replaced', `switch ${plan.name}: ${verdict.sentence}`);
  };

  const keep = async (now: Now) => {
    const { chassis, driver } = now;
    const ports = now.map.ports.map(({ label, row, ifIndex }) => ({ label, row, ifIndex }));
    // Without it a restart of the switch is not compared with anything: no reason to leave boards without power.
    await store
      .save(plan.name, { chassis, driver, rule: now.map.rule, ports })
      .catch((cause: unknown) => log.error({ err: cause }, 'the port map could not be stored'));
    map = now.map;
    refusal = undefined;
    names = new Map(map.ports.map((port) => [port.row, port.label]));
    for (const name of [...policy.uplinks, ...policy.listed]) {
      const row = map.find(name)?.row;
      if (row !== undefined) names.set(row, name);
    }
    for (const note of map.notes) log.warn({ note }, 'the port map is odd');
    log.info({ rule: map.rule, ports: map.ports.length }, 'port map proven');
    return map;
  };

  const build = async ({ backend, driver }: Tools, accepted: boolean): Promise<PortMap> => {
    map = undefined;
    const tables = await backend.portTables();
    const now = { map: resolve(tables), chassis: tables.chassis, driver: driver.name };
    if (!accepted) compare(now);
    return keep(now);
  };

  const prove = (tools: Tools) => build(tools, false);

  const rebuild = async (tools: Tools) => {
    try {
      await prove(tools);
    } catch (error) {
      if (!(error instanceof PortMapRefused)) throw error;
      log.warn({ reasons: error.reasons }, 'port map refused: this switch is read, and not written');
    }
  };

  return {
    proven: () => map,
    prove,
    accept: (tools) => build(tools, true),
    rebuild,
    prepare: async (tools) => {
      const waits = refusal !== undefined && clock.monotonic() - refusal.at < TRY_AGAIN;
      if (!map && !waits) await rebuild(tools);
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
    async confirm(tools, rows) {
      const now = writableRows(map ?? (await prove(tools)), policy, [...rows.keys()]);
      for (const [port, row] of rows) {
        if (now.get(port) === row) continue;
        const detail = `port ${port} was row ${row} and is row ${now.get(port)} since the switch restarted`;
        throw new SwitchError('port-map-changed', `${detail}; nothing was written`);
      }
    },
    fits: (rows) => map === undefined || (rows.length === map.rows.size && rows.every((row) => map!.rows.has(row))),
    ifIndexes: () => new Map(map?.ports.map((port) => [port.row, port.ifIndex])),
    nameOf: (row) => (map ? names.get(row) : undefined),
    state: () => map ?? (refusal && { refused: refusal.error.reasons }),
  };
}

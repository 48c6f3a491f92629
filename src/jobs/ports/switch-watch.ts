import type { SlotPlan } from '../../rack/plan.ts';
import type { SlotState } from '../../rack/slot-state.ts';
import { type Millis, millis, type SlotNumber } from '../../rack/units.ts';
import type { PortReadingRow } from '../../store/ports.ts';
import { type CounterReader, createCounterReader } from '../../switches/counters/read.ts';
import { withPower } from '../../switches/counters/sample.ts';
import { readFdb } from '../../switches/discovery/fdb.ts';
import { type InterfaceTables, readInterfaceTables } from '../../switches/discovery/interfaces.ts';
import { type Lldp, type Neighbour, readLldp, witnesses } from '../../switches/discovery/lldp.ts';
import { locate } from '../../switches/discovery/locate.ts';
import { type PortRole, type PortRoles, portRoles } from '../../switches/discovery/port-roles.ts';
import type { Heard } from '../../switches/discovery/sightings.ts';
import { SYSTEM } from '../../switches/mib/system.ts';
import { restarted, type UpTime } from '../../switches/power-state.ts';
import { integerOf } from '../../switches/snmp/value.ts';
import { type Change, countPorts, type PortTrack } from './counting.ts';
import type { WatchedSwitch } from './watched-switch.ts';

export interface PortNeighbour extends Neighbour {
  /** Undefined where its local port could not be resolved. */
  readonly at: PortRole | undefined;
}

/** Interfaces come and go with modules and aggregates, which no counter shows. */
const TABLES_KEPT = millis(3_600_000);

/** Everything that is read of one switch beside its power, and what is remembered of it. Its methods throw. */
export class SwitchWatch {
  readonly #of: WatchedSwitch;
  readonly #slots: readonly SlotPlan[];
  readonly #counters: CounterReader;
  #tables: { readonly tables: InterfaceTables; readonly readAt: Millis } | undefined;
  #tracks: ReadonlyMap<string, PortTrack> = new Map();
  #lldp: Lldp | undefined;
  #upTime: UpTime | undefined;
  #heard: Heard;
  /** Why the forwarding database says nothing, or which ports are not known: one sentence each. */
  #unclear: readonly string[] = [];
  #unknown: readonly string[] = [];

  constructor(of: WatchedSwitch, slots: readonly SlotPlan[]) {
    this.#of = of;
    this.#slots = slots.filter((slot) => slot.switch === of.plan.name);
    this.#counters = createCounterReader(of.access);
    this.#heard = { switch: of.plan.name, macs: undefined };
  }

  get name(): string {
    return this.#of.plan.name;
  }

  get heard(): Heard {
    return this.#heard;
  }

  get spent(): Millis {
    return this.#of.access.spent();
  }

  troubles(): readonly string[] {
    return [...this.#unknown, ...this.#unclear];
  }

  /** What it has heard is too old to be shown. */
  forgetHeard(): void {
    this.#heard = { switch: this.name, macs: undefined };
  }

  neighbours(): readonly PortNeighbour[] {
    const roles = this.#tables && this.#roles(this.#tables.tables);
    return (this.#lldp?.neighbours ?? []).map((neighbour) => ({
      ...neighbour,
      at: neighbour.ifIndex === undefined ? undefined : roles?.roleOf(neighbour.ifIndex),
    }));
  }

  /** Counts the ports of slots and the uplinks. */
  async readCounters(
    stateOf: (slot: SlotNumber) => SlotState,
  ): Promise<{ readonly rows: readonly PortReadingRow[]; readonly changes: readonly Change[] }> {
    const roles = this.#roles(await this.#freshTables());
    const ports = roles.listed.map(({ ifIndex, role }) => ({ ifIndex, role, port: role.port }));
    const samples = await this.#counters.read(ports);
    const power = new Map(this.#of.power().map((row) => [row.port, row]));
    const { tracks, rows, changes } = countPorts(
      this.name,
      this.#tracks,
      samples.map((sample, place) => {
        const role = ports[place]!.role;
        const slot = role.kind === 'slot' ? role.slot : undefined;
        return {
          sample: withPower(sample, power.get(sample.port)),
          slot,
          state: slot === undefined ? undefined : stateOf(slot),
        };
      }),
    );
    this.#tracks = tracks;
    return { rows, changes };
  }

  async readNeighbours(): Promise<void> {
    this.#lldp = await readLldp(this.#of.access, await this.#freshTables());
  }

  async readAddresses(): Promise<void> {
    const tables = await this.#freshTables();
    const { access } = this.#of;
    const vlans = this.#slots.map(({ vlan }) => vlan);
    const fdb = await readFdb(
      access,
      this.#of.perVlan() ? { perVlan: { open: (vlan) => access.inVlan(vlan), vlans } } : {},
    );
    const located = locate(fdb, tables, this.#lldp && witnesses(this.#lldp));
    const roles = this.#roles(tables);
    const noNumbering = located.unresolved > 0 && located.numbering === undefined;
    const doubt = noNumbering ? `none of its ${located.unresolved} port numbers is known` : located.doubt;
    this.#unclear = doubt === undefined ? [] : [`where ${this.name} has heard each MAC is not clear: ${doubt}`];
    const macs = located.macs.map(({ mac, vlan, ifIndex }) => ({ mac, vlan, at: roles.roleOf(ifIndex) }));
    this.#heard = { switch: this.name, macs: doubt === undefined ? macs : undefined };
  }

  #roles(tables: InterfaceTables): PortRoles {
    const map = this.#of.portMap();
    const ifIndexOf = (port: string) => (map?.find(port) ?? map?.interface(port))?.ifIndex;
    const roles = portRoles({ slots: this.#slots, uplinks: this.#of.plan.uplinks }, tables, { ifIndexOf });
    this.#unknown = roles.unknown.map((port) => `${this.name} has no port ${port}, or more than one`);
    return roles;
  }

  /** Read anew after a restart: interfaces may have other numbers, and counters other columns. */
  async #freshTables(): Promise<InterfaceTables> {
    const { access } = this.#of;
    const from = access.clock.monotonic();
    const ticks = integerOf((await access.session.get([SYSTEM.sysUpTime]))[0]);
    const now = ticks === undefined ? undefined : { ticks, from, to: access.clock.monotonic() };
    if (this.#upTime !== undefined && now !== undefined && restarted(this.#upTime, now)) {
      this.#tables = undefined;
      this.#lldp = undefined;
      this.#counters.forget();
    }
    this.#upTime = now ?? this.#upTime;
    const known = this.#tables;
    if (known !== undefined && from - known.readAt < TABLES_KEPT) return known.tables;
    const tables = await readInterfaceTables(access);
    this.#tables = { tables, readAt: from };
    return tables;
  }
}

/** Radlan's and FASTPATH's way: ports with modes over the bridge tables. */
import type { VlanId } from '../../../../src/rack/units.ts';
import type { SnmpSet } from '../../../../src/switches/snmp/session.ts';
import { rangesOf } from '../../../../src/switches/vlans/ranges.ts';
import type { BridgePort, VlanState } from '../../../../src/switches/vlans/state.ts';
import { PLAIN } from '../support/states.ts';
import type { Model, Row } from './model.ts';
import { below, bitsOf, gauge, integer, listOf, octets, Refusal } from './model.ts';

export interface ModedPort {
  mode: number;
  access: number;
  native: number;
  allowed: Set<number>;
  /** In general mode. */
  pvid: number;
  egress: Set<number>;
  untagged: Set<number>;
  ingress: boolean;
}

export interface ModedVendor {
  readonly mode: string;
  readonly access: string;
  readonly native: string;
  /** Columns of allowed VLANs: the VLAN of the first bit, and octets. */
  readonly lists: readonly (readonly [column: string, first: number, octets: number])[];
  readonly modes: { readonly general: number; readonly access: number; readonly trunk: number };
  /** The bridge tables take no list while there is an access port. */
  readonly barred: boolean;
  readonly ifIndexOf: (port: number) => number;
}

const ROOT = '1.3.6.1.4.1.9.6.1.101.48';
export const RADLAN: ModedVendor = {
  mode: `${ROOT}.22.1.1`,
  access: `${ROOT}.62.1.1`,
  native: `${ROOT}.61.1.1`,
  lists: [
    [`${ROOT}.61.1.2`, 1, 128],
    [`${ROOT}.61.1.3`, 1025, 128],
    [`${ROOT}.61.1.4`, 2049, 128],
    [`${ROOT}.61.1.5`, 3073, 128],
  ],
  modes: { general: 10, access: 11, trunk: 12 },
  barred: false,
  ifIndexOf: (port) => port + 48,
};

const TABLE = '1.3.6.1.4.1.4526.10.1.2.8.37.1';
export const FASTPATH: ModedVendor = {
  mode: `${TABLE}.2`,
  access: `${TABLE}.3`,
  native: `${TABLE}.4`,
  lists: [[`${TABLE}.6`, 1, 512]],
  modes: { general: 3, access: 1, trunk: 2 },
  barred: true,
  ifIndexOf: (port) => port,
};

const Q = '1.3.6.1.2.1.17.7.1';
const WIDTH = 14;

export class ModedSwitch implements Model {
  readonly vendor: ModedVendor;
  vlans: Map<number, string>;
  ports: Map<number, ModedPort>;

  constructor(vendor: ModedVendor, vlans: Map<number, string>, ports: Map<number, ModedPort>) {
    this.vendor = vendor;
    this.vlans = vlans;
    this.ports = ports;
  }

  snapshot() {
    const vlans = new Map(this.vlans);
    const ports = new Map([...this.ports].map(([port, now]) => [port, copy(now)]));
    return () => {
      this.vlans = vlans;
      this.ports = ports;
    };
  }

  /** VLANs that the port is in, by whether they are untagged there. */
  #memberships(port: ModedPort): Map<number, boolean> {
    const { modes } = this.vendor;
    const there = (vlan: number) => this.vlans.has(vlan);
    if (port.mode === modes.access) return new Map(there(port.access) ? [[port.access, true]] : []);
    const vlans = port.mode === modes.trunk ? port.allowed : port.egress;
    const bare = (vlan: number) => (port.mode === modes.trunk ? vlan === port.native : port.untagged.has(vlan));
    return new Map([...vlans].filter(there).map((vlan) => [vlan, bare(vlan)]));
  }

  #pvid(port: ModedPort): number {
    const { modes } = this.vendor;
    return { [modes.access]: port.access, [modes.trunk]: port.native }[port.mode] ?? port.pvid;
  }

  #members(vlan: number, which: 'egress' | 'untagged'): number[] {
    return [...this.ports]
      .filter(([, port]) => {
        const bare = this.#memberships(port).get(vlan);
        return which === 'egress' ? bare !== undefined : bare === true;
      })
      .map(([number]) => number);
  }

  truth(): VlanState {
    const { modes } = this.vendor;
    const names = { [modes.general]: 'general', [modes.access]: 'access', [modes.trunk]: 'trunk' };
    return {
      vlans: new Map(
        [...this.vlans].map(([id, name]) => [
          id as VlanId,
          {
            name,
            egress: new Set(this.#members(id, 'egress') as BridgePort[]),
            untagged: new Set(this.#members(id, 'untagged') as BridgePort[]),
          },
        ]),
      ),
      ports: new Map(
        [...this.ports].map(([number, port]) => [
          number as BridgePort,
          {
            ...PLAIN,
            pvid: this.#pvid(port) as VlanId,
            ingressFiltering: port.ingress,
            mode: names[port.mode],
            access: port.access as VlanId,
            allows: port.mode === modes.trunk ? rangesOf(port.allowed) : undefined,
          },
        ]),
      ),
      capacity: { maxVlanId: 4094, maxVlans: 256 },
    };
  }

  rows(): Row[] {
    const { mode, access, native, lists, ifIndexOf } = this.vendor;
    const rows: Row[] = [
      [`${Q}.1.2.0`, integer(4094)],
      [`${Q}.1.3.0`, gauge(256)],
      [`${Q}.1.4.0`, gauge(this.vlans.size)],
    ];
    for (const [id, name] of this.vlans) {
      const egress = octets(listOf(this.#members(id, 'egress'), 1, WIDTH));
      const untagged = octets(listOf(this.#members(id, 'untagged'), 1, WIDTH));
      rows.push([`${Q}.4.2.1.4.0.${id}`, egress], [`${Q}.4.2.1.5.0.${id}`, untagged]);
      rows.push([`${Q}.4.3.1.1.${id}`, octets(name)], [`${Q}.4.3.1.2.${id}`, egress], [`${Q}.4.3.1.4.${id}`, untagged]);
      rows.push([`${Q}.4.3.1.5.${id}`, integer(1)]);
    }
    for (const [number, port] of this.ports) {
      rows.push([`1.3.6.1.2.1.17.1.4.1.2.${number}`, integer(ifIndexOf(number))]);
      rows.push([`${Q}.4.5.1.1.${number}`, gauge(this.#pvid(port))], [`${Q}.4.5.1.2.${number}`, integer(1)]);
      rows.push([`${Q}.4.5.1.3.${number}`, integer(port.ingress ? 1 : 2)]);
      const index = ifIndexOf(number);
      rows.push([`${mode}.${index}`, integer(port.mode)], [`${access}.${index}`, gauge(port.access)]);
      rows.push([`${native}.${index}`, gauge(port.native)]);
      for (const [column, first, width] of lists)
        rows.push([`${column}.${index}`, octets(listOf(port.allowed, first, width))]);
    }
    return rows;
  }

  set({ oid, type, value }: SnmpSet): void {
    const { mode, access, native, lists } = this.vendor;
    const number = Number(value);
    const of = (column: string) => {
      const index = below(column, oid);
      if (index === undefined) return undefined;
      const found = [...this.ports].find(([port]) => this.vendor.ifIndexOf(port) === Number(index));
      if (!found) throw new Refusal('noCreation');
      return found[1];
    };
    const moded = of(mode);
    if (moded) moded.mode = number;
    for (const [column, field] of [[access, 'access'] as const, [native, 'native'] as const]) {
      const port = of(column);
      if (!port) continue;
      if (type !== 'Gauge32') throw new Refusal('wrongType');
      if (!this.vlans.has(number)) throw new Refusal('inconsistentValue');
      port[field] = number;
    }
    for (const [column, first, width] of lists) {
      const port = of(column);
      if (!port) continue;
      if ((value as Buffer).length !== width) throw new Refusal('wrongLength');
      const kept = [...port.allowed].filter((vlan) => vlan < first || vlan >= first + 8 * width);
      port.allowed = new Set([...kept, ...bitsOf(value as Buffer, first)]);
    }
    this.#setBridge(oid, value);
  }

  #setBridge(oid: string, value: SnmpSet['value']): void {
    const row = (arc: number) => {
      const index = below(`${Q}.4.3.1.${arc}`, oid);
      return index === undefined ? undefined : Number(index);
    };
    const status = row(5);
    if (status !== undefined) {
      if (value === 6) {
        this.vlans.delete(status);
        return;
      }
      if (this.vlans.has(status)) throw new Refusal('inconsistentValue');
      this.vlans.set(status, '');
    }
    const name = row(1);
    if (name !== undefined) this.vlans.set(name, String(value));
    for (const [arc, field] of [[2, 'egress'] as const, [4, 'untagged'] as const]) {
      const vlan = row(arc);
      if (vlan === undefined) continue;
      if (!this.vlans.has(vlan)) throw new Refusal('inconsistentName');
      if (this.vendor.barred && [...this.ports.values()].some((port) => port.mode === this.vendor.modes.access)) {
        throw new Refusal('commitFailed');
      }
      const members = new Set(bitsOf(value as Buffer, 1));
      for (const [number, port] of this.ports) {
        if (port.mode !== this.vendor.modes.general) continue;
        if (members.has(number)) port[field].add(vlan);
        else port[field].delete(vlan);
        if (!port.egress.has(vlan)) port.untagged.delete(vlan);
      }
    }
    for (const [arc, change] of [
      [
        1,
        (port: ModedPort) =>
          Object.assign(port, port.mode === this.vendor.modes.general ? { pvid: Number(value) } : {}),
      ],
      [3, (port: ModedPort) => Object.assign(port, { ingress: value === 1 })],
    ] as const) {
      const index = below(`${Q}.4.5.1.${arc}`, oid);
      if (index !== undefined) change(this.ports.get(Number(index))!);
    }
  }
}

function copy(port: ModedPort): ModedPort {
  return { ...port, allowed: new Set(port.allowed), egress: new Set(port.egress), untagged: new Set(port.untagged) };
}

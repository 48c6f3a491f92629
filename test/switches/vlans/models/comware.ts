/** Comware: port types, access ports by VLAN, lists with the first VLAN in the lowest bit. ifIndex is bridge port + 1000. */
import type { VlanId } from '../../../../src/rack/units.ts';
import type { SnmpSet } from '../../../../src/switches/snmp/session.ts';
import { rangesOf } from '../../../../src/switches/vlans/ranges.ts';
import type { BridgePort, VlanState } from '../../../../src/switches/vlans/state.ts';
import { PLAIN } from '../support/states.ts';
import type { Model, Row } from './model.ts';
import { below, bitsOf, gauge, integer, listOf, octets, Refusal } from './model.ts';

export interface ComwarePort {
  /** trunk 1, access 2, hybrid 3. */
  type: number;
  pvid: number;
  /** Of a trunk. */
  permitted: Set<number>;
  tagged: Set<number>;
  untagged: Set<number>;
}

const HH3C = '1.3.6.1.4.1.25506.8.35';
const TYPE = `${HH3C}.1.1.1.5`;
const Q = '1.3.6.1.2.1.17.7.1';
const WIDTH = 26;

const LISTS = [
  [`${HH3C}.5.1.3.1`, 6, 'permitted'],
  [`${HH3C}.1.3.1`, 2, 'tagged'],
  [`${HH3C}.1.3.1`, 4, 'untagged'],
] as const;

export class ComwareSwitch implements Model {
  vlans: Map<number, string>;
  ports: Map<number, ComwarePort>;

  constructor(vlans: Map<number, string>, ports: Map<number, ComwarePort>) {
    this.vlans = vlans;
    this.ports = ports;
  }

  snapshot() {
    const vlans = new Map(this.vlans);
    const ports = new Map([...this.ports].map(([port, now]) => [port, copy(now)]));
    return () => Object.assign(this, { vlans, ports });
  }

  #memberships(port: ComwarePort): Map<number, boolean> {
    const there = (vlan: number) => this.vlans.has(vlan);
    if (port.type === 2) return new Map([[port.pvid, true]]);
    if (port.type === 1) return new Map([...port.permitted].filter(there).map((vlan) => [vlan, vlan === port.pvid]));
    return new Map(
      [
        ...[...port.tagged].map((vlan) => [vlan, false] as const),
        ...[...port.untagged].map((vlan) => [vlan, true] as const),
      ].filter(([vlan]) => there(vlan)),
    );
  }

  #members(vlan: number, bare: boolean): number[] {
    return [...this.ports]
      .filter(([, port]) => (bare ? this.#memberships(port).get(vlan) === true : this.#memberships(port).has(vlan)))
      .map(([number]) => number);
  }

  truth(): VlanState {
    return {
      vlans: new Map(
        [...this.vlans].map(([id, name]) => [
          id as VlanId,
          {
            name,
            egress: new Set(this.#members(id, false) as BridgePort[]),
            untagged: new Set(this.#members(id, true) as BridgePort[]),
          },
        ]),
      ),
      ports: new Map(
        [...this.ports].map(([number, { type, pvid, permitted }]) => [
          number as BridgePort,
          {
            ...PLAIN,
            pvid: pvid as VlanId,
            mode: ['', 'trunk', 'access', 'general'][type],
            ingressFiltering: undefined,
            frameTypes: undefined,
            allows: type === 1 ? rangesOf(permitted) : undefined,
          },
        ]),
      ),
      capacity: { maxVlanId: 4094, maxVlans: 4094 },
    };
  }

  rows(): Row[] {
    const rows: Row[] = [
      [`${Q}.1.2.0`, integer(4094)],
      [`${Q}.1.3.0`, gauge(4094)],
      [`${Q}.1.4.0`, gauge(this.vlans.size)],
    ];
    for (const [id, name] of this.vlans) {
      rows.push(
        [`${Q}.4.3.1.1.${id}`, octets(name)],
        [`${Q}.4.3.1.2.${id}`, octets(listOf(this.#members(id, false), 1, WIDTH))],
      );
      rows.push(
        [`${Q}.4.3.1.4.${id}`, octets(listOf(this.#members(id, true), 1, WIDTH))],
        [`${Q}.4.3.1.5.${id}`, integer(1)],
      );
      rows.push(
        [`${HH3C}.2.1.1.1.2.${id}`, octets(name)],
        [`${HH3C}.2.1.1.1.3.${id}`, octets(listOf(this.#members(id, false), 1, WIDTH, true))],
      );
      rows.push([`${HH3C}.2.1.1.1.13.${id}`, integer(1)]);
    }
    for (const [number, port] of this.ports) {
      const index = number + 1000;
      rows.push([`1.3.6.1.2.1.17.1.4.1.2.${number}`, integer(index)], [`${Q}.4.5.1.1.${number}`, gauge(port.pvid)]);
      rows.push([`${TYPE}.${index}`, integer(port.type)]);
      for (const [table, arc, field] of LISTS) {
        rows.push([`${table}.${arc}.${index}`, octets(listOf(port[field], 1, 256, true))]);
        rows.push([`${table}.${arc + 1}.${index}`, octets(listOf(port[field], 2049, 256, true))]);
      }
    }
    return rows;
  }

  set({ oid, type, value }: SnmpSet): void {
    const at = (column: string) => {
      const index = below(column, oid);
      if (index === undefined) return undefined;
      const found = this.ports.get(Number(index) - 1000);
      if (!found) throw new Refusal('noCreation');
      return found;
    };
    const typed = at(TYPE);
    if (typed && typed.type !== value) {
      if (typed.type !== 2 && value !== 2) throw new Refusal('inconsistentValue');
      // All that the port was is gone.
      Object.assign(typed, {
        type: value,
        pvid: 1,
        permitted: new Set([1]),
        tagged: new Set(),
        untagged: new Set([1]),
      });
    }
    for (const [table, arc, field] of LISTS) {
      for (const [column, first] of [[`${table}.${arc}`, 1] as const, [`${table}.${arc + 1}`, 2049] as const]) {
        const port = at(column);
        if (!port) continue;
        if (port.type !== (field === 'permitted' ? 1 : 3)) throw new Refusal('inconsistentValue');
        const kept = [...port[field]].filter((vlan) => vlan < first || vlan >= first + 2048);
        port[field] = new Set([...kept, ...bitsOf(value as Buffer, first, true)]);
      }
    }
    const pvid = below(`${Q}.4.5.1.1`, oid);
    if (pvid !== undefined) {
      const port = this.ports.get(Number(pvid));
      if (!port || type !== 'Gauge32') throw new Refusal('wrongType');
      if (port.type === 2) throw new Refusal('inconsistentValue');
      port.pvid = Number(value);
    }
    this.#setVlan(oid, value);
  }

  #setVlan(oid: string, value: SnmpSet['value']): void {
    const row = (arc: number) => {
      const index = below(`${HH3C}.2.1.1.1.${arc}`, oid);
      return index === undefined ? undefined : Number(index);
    };
    const status = row(13);
    if (status !== undefined && value === 6) {
      this.vlans.delete(status);
      for (const port of this.ports.values()) if (port.pvid === status) port.pvid = 1;
    }
    if (status !== undefined && value === 4) {
      if (this.vlans.has(status)) throw new Refusal('inconsistentValue');
      this.vlans.set(status, `VLAN ${status}`);
    }
    const name = row(2);
    if (name !== undefined) this.vlans.set(name, String(value));
    const list = row(3);
    if (list === undefined) return;
    // The default VLAN has what no other has, and no list of its own to write.
    if (!this.vlans.has(list) || list === 1) throw new Refusal('inconsistentValue');
    const members = new Set(bitsOf(value as Buffer, 1, true));
    for (const [number, port] of this.ports) {
      if (port.type !== 2) continue;
      if (members.has(number)) port.pvid = list;
      else if (port.pvid === list) port.pvid = 1;
    }
  }
}

function copy(port: ComwarePort): ComwarePort {
  return {
    ...port,
    permitted: new Set(port.permitted),
    tagged: new Set(port.tagged),
    untagged: new Set(port.untagged),
  };
}

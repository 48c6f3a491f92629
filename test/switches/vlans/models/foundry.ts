/** Brocade ICX: a row for every port in every VLAN, and a default VLAN for those that are untagged nowhere. */
import type { VlanId } from '../../../../src/rack/units.ts';
import type { SnmpSet } from '../../../../src/switches/snmp/session.ts';
import type { BridgePort, VlanState } from '../../../../src/switches/vlans/state.ts';
import { PLAIN } from '../support/states.ts';
import type { Model, Row } from './model.ts';
import { below, gauge, integer, octets, Refusal } from './model.ts';

const SN = '1.3.6.1.4.1.1991.1.1.3';
const MEMBER = `${SN}.2.6.1`;
const CFG = `${SN}.2.7.1`;
export const DEFAULT_VLAN = 1;

export class FoundrySwitch implements Model {
  ports: readonly number[];
  /** VLANs that are not the default one: port to whether it is untagged there. */
  vlans: Map<number, Map<number, boolean>>;
  names = new Map<number, string>([[DEFAULT_VLAN, 'DEFAULT-VLAN']]);
  maxVlans = 64;
  /** TagMode that was set in the same SET, before the row is made. */
  #coming = new Map<string, number>();

  constructor(ports: readonly number[], vlans: Map<number, Map<number, boolean>>) {
    this.ports = ports;
    this.vlans = vlans;
  }

  snapshot() {
    const vlans = new Map([...this.vlans].map(([id, members]) => [id, new Map(members)]));
    const names = new Map(this.names);
    this.#coming = new Map();
    return () => Object.assign(this, { vlans, names });
  }

  #all(): Map<number, Map<number, boolean>> {
    const free = this.ports.filter((port) => ![...this.vlans.values()].some((members) => members.get(port) === true));
    return new Map([[DEFAULT_VLAN, new Map(free.map((port) => [port, true]))], ...this.vlans]);
  }

  truth(): VlanState {
    const all = this.#all();
    const pvid = (port: number) => [...all].find(([, members]) => members.get(port) === true)?.[0] ?? 0;
    return {
      vlans: new Map(
        [...all].map(([id, members]) => [
          id as VlanId,
          {
            name: this.names.get(id) ?? '',
            egress: new Set([...members.keys()] as BridgePort[]),
            untagged: new Set([...members].filter(([, bare]) => bare).map(([port]) => port as BridgePort)),
          },
        ]),
      ),
      ports: new Map(
        this.ports.map((port) => [
          port as BridgePort,
          { ...PLAIN, pvid: pvid(port) as VlanId, frameTypes: undefined, ingressFiltering: undefined },
        ]),
      ),
      capacity: { maxVlanId: 4094, maxVlans: this.maxVlans },
    };
  }

  rows(): Row[] {
    const rows: Row[] = [
      [`${SN}.1.38.0`, integer(DEFAULT_VLAN)],
      ['1.3.6.1.2.1.17.7.1.1.2.0', integer(4094)],
      ['1.3.6.1.2.1.17.7.1.1.3.0', gauge(this.maxVlans)],
    ];
    for (const [id, members] of this.#all()) {
      rows.push([`${CFG}.8.${id}`, integer(members.size)], [`${CFG}.21.${id}`, octets(this.names.get(id) ?? '')]);
      rows.push([`${CFG}.23.${id}`, integer(2)]);
      for (const [port, bare] of members) {
        rows.push([`${MEMBER}.3.${id}.${port}`, integer(2)], [`${MEMBER}.4.${id}.${port}`, integer(bare ? 2 : 1)]);
      }
    }
    return rows;
  }

  set({ oid, value }: SnmpSet): void {
    const tag = below(`${MEMBER}.4`, oid);
    if (tag !== undefined) this.#tag(tag, Number(value));
    const row = below(`${MEMBER}.3`, oid);
    if (row !== undefined) this.#member(row, Number(value));
    const name = below(`${CFG}.21`, oid);
    if (name !== undefined) this.names.set(Number(name), String(value));
    const whole = below(`${CFG}.23`, oid);
    if (whole !== undefined && value === 3) this.#forget(Number(whole));
  }

  /** On a row that is there it counts at once, else for the row that is made in the same SET. */
  #tag(index: string, mode: number): void {
    this.#coming.set(index, mode);
    const [id, port] = index.split('.').map(Number) as [number, number];
    const members = this.vlans.get(id);
    if (!members?.has(port)) return;
    const elsewhere = [...this.vlans].some(([other, found]) => other !== id && found.get(port) === true);
    if (mode === 2 && elsewhere) throw new Refusal('badValue');
    members.set(port, mode === 2);
  }

  #member(index: string, status: number): void {
    const [id, port] = index.split('.').map(Number) as [number, number];
    if (!this.ports.includes(port)) throw new Refusal('noCreation');
    const members = this.vlans.get(id);
    if (status === 3) {
      if (!members?.has(port)) throw new Refusal('badValue');
      members.delete(port);
      if (members.size === 0) this.#forget(id);
      return;
    }
    if (status !== 4 || id === DEFAULT_VLAN || members?.has(port)) throw new Refusal('badValue');
    const bare = this.#coming.get(index) === 2;
    // Untagged in one VLAN only: it comes out of the default one, and has to have left any other.
    if (bare && [...this.vlans.values()].some((other) => other.get(port) === true)) throw new Refusal('badValue');
    if (!members && this.vlans.size + 1 >= this.maxVlans) throw new Refusal('resourceUnavailable');
    this.vlans.set(id, (members ?? new Map()).set(port, bare));
  }

  #forget(id: number): void {
    this.vlans.delete(id);
    this.names.delete(id);
  }
}

/** Cisco IOS: vmVlan, vlanTrunkPortTable and the edit buffer of VTP. Ports are ifIndexes from 10101. */
import type { VlanId } from '../../../../src/rack/units.ts';
import type { SnmpSet } from '../../../../src/switches/snmp/session.ts';
import { rangesOf } from '../../../../src/switches/vlans/ranges.ts';
import type { BridgePort, VlanState } from '../../../../src/switches/vlans/state.ts';
import { PLAIN } from '../support/states.ts';
import type { Model, Row } from './model.ts';
import { below, bitsOf, integer, listOf, octets, Refusal } from './model.ts';

export interface CiscoPort {
  /** vlanTrunkPortDynamicState: on 1, off 2, desirable 3, auto 4, onNoNegotiate 5. */
  state: number;
  vlan: number;
  voice: number;
  native: number;
  enabled: Set<number>;
}

interface EditRow {
  name: string;
  type: number | undefined;
  said: Buffer | undefined;
}

const VTP = '1.3.6.1.4.1.9.9.46.1';
const VM_VLAN = '1.3.6.1.4.1.9.9.68.1.2.2.1.2';
const VOICE = '1.3.6.1.4.1.9.9.68.1.5.1.1.1';
const LISTS = [
  [`${VTP}.6.1.1.4`, 0],
  [`${VTP}.6.1.1.17`, 1024],
  [`${VTP}.6.1.1.18`, 2048],
  [`${VTP}.6.1.1.19`, 3072],
] as const;

export class CiscoSwitch implements Model {
  vlans: Map<number, string>;
  ports: Map<number, CiscoPort>;
  /** The edit buffer; undefined: nobody has it. */
  buffer: { owner: string; rows: Map<number, EditRow> } | undefined;
  /** client 1, server 2, transparent 3. */
  vtpMode = 3;
  /** The type that vmVlan wants. */
  wants: 'Integer32' | 'Gauge32' = 'Integer32';
  applyStatus = 2;
  /** How often vtpVlanApplyStatus is asked until it is done. */
  patience = 0;
  #asked = 0;

  constructor(vlans: Map<number, string>, ports: Map<number, CiscoPort>) {
    this.vlans = vlans;
    this.ports = ports;
  }

  snapshot() {
    const vlans = new Map(this.vlans);
    const ports = new Map([...this.ports].map(([port, now]) => [port, { ...now, enabled: new Set(now.enabled) }]));
    const buffer = this.buffer && {
      ...this.buffer,
      rows: new Map([...this.buffer.rows].map(([id, row]) => [id, { ...row }])),
    };
    return () => Object.assign(this, { vlans, ports, buffer });
  }

  #trunks(port: CiscoPort): boolean {
    return port.state === 1 || port.state === 5;
  }

  #memberships(port: CiscoPort): Map<number, boolean> {
    const there = (vlan: number) => this.vlans.has(vlan);
    if (this.#trunks(port)) return new Map([...port.enabled].filter(there).map((vlan) => [vlan, vlan === port.native]));
    const own: [number, boolean][] = there(port.vlan) ? [[port.vlan, true]] : [];
    return new Map([
      ...(port.voice !== port.vlan && there(port.voice) ? [[port.voice, false] as [number, boolean]] : []),
      ...own,
    ]);
  }

  truth(): VlanState {
    const members = (vlan: number, bare: boolean) =>
      [...this.ports]
        .filter(([, port]) => (bare ? this.#memberships(port).get(vlan) === true : this.#memberships(port).has(vlan)))
        .map(([number]) => number as BridgePort);
    const names = ['', 'trunk', 'access', 'dynamic desirable', 'dynamic auto', 'trunk without negotiation'];
    return {
      vlans: new Map(
        [...this.vlans].map(([id, name]) => [
          id as VlanId,
          { name, egress: new Set(members(id, false)), untagged: new Set(members(id, true)) },
        ]),
      ),
      ports: new Map(
        [...this.ports].map(([number, port]) => [
          number as BridgePort,
          {
            ...PLAIN,
            pvid: (this.#trunks(port) ? port.native : port.vlan) as VlanId,
            frameTypes: undefined,
            ingressFiltering: undefined,
            mode: names[port.state],
            allows: this.#trunks(port)
              ? rangesOf([...port.enabled].filter((vlan) => vlan > 0 && vlan < 4095))
              : undefined,
          },
        ]),
      ),
      capacity: { maxVlanId: undefined, maxVlans: undefined },
    };
  }

  rows(): Row[] {
    if (this.applyStatus === 1 && ++this.#asked > this.patience) this.applyStatus = 2;
    const rows: Row[] = [
      [`${VTP}.2.1.1.3.1`, integer(this.vtpMode)],
      [`${VTP}.4.1.1.2.1`, integer(this.applyStatus)],
      [`${VTP}.4.1.1.3.1`, octets(this.buffer?.owner ?? '')],
    ];
    for (const [id, name] of this.vlans) {
      rows.push(
        [`${VTP}.3.1.1.2.1.${id}`, integer(1)],
        [`${VTP}.3.1.1.3.1.${id}`, integer(1)],
        [`${VTP}.3.1.1.4.1.${id}`, octets(name)],
      );
    }
    for (const [number, port] of this.ports) {
      const trunking = this.#trunks(port);
      rows.push(
        [`${VTP}.6.1.1.13.${number}`, integer(port.state)],
        [`${VTP}.6.1.1.14.${number}`, integer(trunking ? 1 : 2)],
      );
      rows.push([`${VTP}.6.1.1.5.${number}`, integer(port.native)], [`${VOICE}.${number}`, integer(port.voice)]);
      if (!trunking) rows.push([`${VM_VLAN}.${number}`, integer(port.vlan)]);
      for (const [column, first] of LISTS) rows.push([`${column}.${number}`, octets(listOf(port.enabled, first, 128))]);
    }
    return rows;
  }

  set({ oid, type, value }: SnmpSet): void {
    const number = Number(value);
    const port = (column: string) => {
      const index = below(column, oid);
      if (index === undefined) return undefined;
      const found = this.ports.get(Number(index));
      if (!found) throw new Refusal('noCreation');
      return found;
    };
    const own = port(VM_VLAN);
    if (own) {
      if (type !== this.wants) throw new Refusal('wrongType');
      if (this.#trunks(own)) throw new Refusal('noCreation');
      if (!this.vlans.has(number)) throw new Refusal('inconsistentValue');
      own.vlan = number;
    }
    const telephone = port(VOICE);
    if (telephone) telephone.voice = number;
    const native = port(`${VTP}.6.1.1.5`);
    if (native) native.native = number;
    const moded = port(`${VTP}.6.1.1.13`);
    if (moded) moded.state = number;
    for (const [column, first] of LISTS) {
      const listed = port(column);
      if (!listed) continue;
      if ((value as Buffer).length !== 128) throw new Refusal('wrongLength');
      const kept = [...listed.enabled].filter((vlan) => vlan < first || vlan >= first + 1024);
      listed.enabled = new Set([...kept, ...bitsOf(value as Buffer, first)]);
    }
    this.#edit(oid, value);
  }

  #edit(oid: string, value: SnmpSet['value']): void {
    if (oid === `${VTP}.4.1.1.1.1`) this.#operate(Number(value));
    if (oid === `${VTP}.4.1.1.3.1`) {
      if (!this.buffer) throw new Refusal('inconsistentValue');
      this.buffer.owner = String(value);
    }
    const cell = (arc: number) => {
      const index = below(`${VTP}.4.2.1.${arc}.1`, oid);
      if (index === undefined) return undefined;
      if (!this.buffer) throw new Refusal('inconsistentValue');
      return { id: Number(index), rows: this.buffer.rows };
    };
    const status = cell(11);
    if (status && value === 6) status.rows.delete(status.id);
    if (status && value === 4) {
      if (status.rows.has(status.id)) throw new Refusal('inconsistentValue');
      status.rows.set(status.id, { name: '', type: undefined, said: undefined });
    }
    const typed = cell(3);
    if (typed) typed.rows.get(typed.id)!.type = Number(value);
    const named = cell(4);
    if (named) named.rows.get(named.id)!.name = String(value);
    const said = cell(6);
    if (said) said.rows.get(said.id)!.said = value as Buffer;
  }

  #operate(operation: number): void {
    if (operation === 2) {
      if (this.buffer) throw new Refusal('inconsistentValue');
      const rows = [...this.vlans].map(([id, name]): [number, EditRow] => [
        id,
        { name, type: 1, said: Buffer.alloc(4) },
      ]);
      this.buffer = { owner: '', rows: new Map(rows) };
    }
    if (operation === 4) this.buffer = undefined;
    if (operation !== 3) return;
    const ready = [...(this.buffer?.rows.values() ?? [])].every(
      ({ name, type, said }) => name !== '' && type === 1 && said,
    );
    if (!this.buffer || !ready) {
      this.applyStatus = 4;
      return;
    }
    this.vlans = new Map([...this.buffer.rows].map(([id, { name }]) => [id, name]));
    this.#asked = 0;
    this.applyStatus = this.patience > 0 ? 1 : 2;
  }
}

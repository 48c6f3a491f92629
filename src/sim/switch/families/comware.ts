/**
 * Comware (HH3C-LswINF-MIB, HH3C-LswVLAN-MIB): access ports are put into a VLAN by its list of ports, trunks and hybrid
 * ports have lists of VLANs, all with their bits the other way round; and a new type sets a port back to VLAN 1
 * (research: snmp-poe §3).
 */
import type { BridgeConfig, PortSet } from '../bridge.ts';
import { DEFAULT_VLAN } from '../bridge.ts';
import type { ObjectGroup } from '../groups.ts';
import { STANDARD_GROUPS } from '../groups.ts';
import type { Change, MibPart, Refusal, Together } from '../mib.ts';
import { STATUS, TAG } from '../mib.ts';
import { among, upTo } from '../objects/checks.ts';
import type { SwitchPort } from '../ports.ts';
import type { Column } from '../table.ts';
import { table } from '../table.ts';
import type { VlanEdit } from '../vlan-edits.ts';
import { ROW_STATUS } from '../vlan-edits.ts';
import type { FamilyOptions } from './family.ts';
import type { Mode, PortModes } from './port-modes.ts';
import { createPortModes } from './port-modes.ts';
import { limitColumn, wattsColumn } from './power-columns.ts';
import { saveRow } from './save-row.ts';
import type { VlanBits } from './vlan-bits.ts';
import { checkVlans, decodeVlans, encodeVlans, replaceVlans } from './vlan-bits.ts';

const LSW = '1.3.6.1.4.1.25506.8.35';
/** hh3cifVLANType: what is general elsewhere is hybrid here. */
const TYPES: readonly (readonly [number, Mode])[] = [
  [1, 'trunk'],
  [2, 'access'],
  [3, 'general'],
];
/** VLANs 1 to 2048, and the rest. */
const HALVES: readonly VlanBits[] = [1, 2_049].map((first) => ({ first, octets: 256, lowestFirst: true }));
const ONLY_DEFAULT: ReadonlySet<number> = new Set([DEFAULT_VLAN]);

export interface ComwareOptions {
  /** What whoever set the switch up has made of ports; the others are access ports. A trunk lets VLAN 1 through until it is told. */
  readonly modes?: ReadonlyMap<number, Mode>;
}

function comwareVlans({ modes: given = new Map() }: ComwareOptions): ObjectGroup {
  return (parts): MibPart[] => {
    const { bridge, control, ports, portList } = parts;
    const modes = createPortModes(parts, {
      start: (port) => ({ mode: given.get(port) ?? 'access', allowed: ONLY_DEFAULT }),
      orphan: 'default',
      nativeByPvid: true,
      vet: (edits, all) => refusedByMode(edits, all),
    });
    const rows = {
      version: () => ports.version,
      entries: () => ports.bridged.map((port) => [String(port.ifIndex), port] as const),
    };
    const retype = (port: number, mode: Mode) => {
      if (modes.of(port).mode === mode) return;
      modes.set(port, { mode, access: DEFAULT_VLAN, native: DEFAULT_VLAN, allowed: ONLY_DEFAULT });
      if (mode === 'general') control.accept(hybrid(control.accepted, port, ONLY_DEFAULT, true, DEFAULT_VLAN));
    };
    const inVlans = (port: number, untagged: boolean) =>
      new Set(
        [...bridge.config.vlans].flatMap(([id, vlan]) =>
          vlan.egress.has(port) && vlan.untagged.has(port) === untagged ? [id] : [],
        ),
      );
    const trunkList = (bits: VlanBits, arc: number): Column<SwitchPort> => ({
      arc,
      tag: TAG.OctetString,
      check: checkVlans(bits),
      has: ({ number }) => modes.of(number).mode === 'trunk',
      read: ({ number }) => encodeVlans(bits, modes.of(number).allowed),
      write: ({ number }, value) => modes.set(number, { allowed: replaceVlans(bits, modes.of(number).allowed, value) }),
    });
    const hybridList = (bits: VlanBits, arc: number, untagged: boolean): Column<SwitchPort> => ({
      arc,
      tag: TAG.OctetString,
      check: checkVlans(bits),
      has: ({ number }) => modes.of(number).mode === 'general',
      read: ({ number }) => encodeVlans(bits, inVlans(number, untagged)),
      write: ({ number }, value) =>
        control.accept(
          hybrid(control.accepted, number, replaceVlans(bits, inVlans(number, untagged), value), untagged),
        ),
    });
    return [
      table<SwitchPort>(`${LSW}.1.1.1`, rows, [
        {
          arc: 5,
          tag: TAG.Integer32,
          check: among(...TYPES.map(([value]) => value)),
          read: ({ number }) => TYPES.find(([, mode]) => mode === modes.of(number).mode)![0],
          write: ({ number }, value) => retype(number, TYPES.find(([one]) => one === value)![1]),
        },
      ]),
      table<SwitchPort>(
        `${LSW}.1.3.1`,
        rows,
        HALVES.flatMap((bits, half) => [hybridList(bits, 2 + half, false), hybridList(bits, 4 + half, true)]),
      ),
      table<SwitchPort>(
        `${LSW}.5.1.3.1`,
        rows,
        HALVES.map((bits, half) => trunkList(bits, 6 + half)),
      ),
      vlanTable(),
    ];

    function vlanTable(): MibPart {
      const width = portList.encode(new Set()).length;
      const bits = (lowestFirst: boolean): VlanBits => ({ first: 0, octets: width, lowestFirst });
      const turned = (list: Buffer, from: boolean) => encodeVlans(bits(!from), decodeVlans(bits(from), list));
      const together: Together = {
        prepare(changes) {
          const edits: VlanEdit[] = [];
          const assigned: [number, PortSet][] = [];
          for (const { object, index, value, place } of changes) {
            const vlan = Number(index);
            if (object.oid.endsWith('.2')) edits.push({ kind: 'name', name: String(value), vlan, place });
            else if (object.oid.endsWith('.13')) edits.push({ kind: 'status', status: Number(value), vlan, place });
            else assigned.push([vlan, portList.decode(turned(value as Buffer, true))]);
          }
          const unknown = missing(changes);
          if (unknown) return unknown;
          const prepared = control.prepare(edits);
          if (typeof prepared !== 'function') return prepared;
          return () => {
            if (edits.length > 0) prepared();
            for (const [vlan, members] of assigned) assign(vlan, members);
          };
        },
      };
      const missing = (changes: readonly Change[]): Refusal | undefined => {
        const bad = changes.find(
          ({ object, index }) => object.oid.endsWith('.3') && !control.accepted.vlans.has(Number(index)),
        );
        return bad && { errorStatus: STATUS.inconsistentName, place: bad.place };
      };
      /** The access ports of a VLAN; those that it loses are in VLAN 1. */
      const assign = (vlan: number, members: PortSet) => {
        for (const { number } of ports.bridged) {
          const { mode, access } = modes.of(number);
          if (mode !== 'access') continue;
          if (members.has(number) && access !== vlan) modes.set(number, { access: vlan });
          if (!members.has(number) && access === vlan) modes.set(number, { access: DEFAULT_VLAN });
        }
      };
      const vlans = {
        version: () => bridge.version,
        entries: () => [...bridge.config.vlans].map(([id, vlan]) => [String(id), vlan] as const),
      };
      return table(`${LSW}.2.1.1.1`, vlans, [
        // hh3cdot1qVlanName, Ports, RowStatus
        { arc: 2, tag: TAG.OctetString, check: upTo(32), together, read: ({ name }) => Buffer.from(name) },
        {
          arc: 3,
          tag: TAG.OctetString,
          check: upTo(width),
          together,
          read: ({ egress }) => turned(portList.encode(egress), false),
        },
        {
          arc: 13,
          tag: TAG.Integer32,
          check: among(...Object.values(ROW_STATUS)),
          together,
          read: () => ROW_STATUS.active,
        },
      ]);
    }
  };
}

/** Its VLANs are not made or changed in the bridge tables, and an access port has no PVID of its own. */
function refusedByMode(edits: readonly VlanEdit[], modes: PortModes): Refusal | readonly VlanEdit[] {
  const bad = edits.find(
    (edit) =>
      edit.kind === 'egress' ||
      edit.kind === 'untagged' ||
      (edit.kind === 'pvid' && modes.of(edit.port).mode === 'access'),
  );
  return bad ? { errorStatus: STATUS.inconsistentValue, place: bad.place } : edits;
}

/** The port in these VLANs, tagged or not, and in no others in that way. */
function hybrid(
  { vlans, ports }: BridgeConfig,
  port: number,
  wanted: ReadonlySet<number>,
  bare: boolean,
  pvid?: number,
): BridgeConfig {
  const put = (set: PortSet, on: boolean) => new Set(on ? [...set, port] : [...set].filter((other) => other !== port));
  const next = [...vlans].map(([id, vlan]) => {
    const there = vlan.egress.has(port);
    const same = there && vlan.untagged.has(port) === bare;
    if (!wanted.has(id))
      return [
        id,
        same ? { ...vlan, egress: put(vlan.egress, false), untagged: put(vlan.untagged, false) } : vlan,
      ] as const;
    return [id, { ...vlan, egress: put(vlan.egress, true), untagged: put(vlan.untagged, bare) }] as const;
  });
  const own = ports.get(port)!;
  return { vlans: new Map(next), ports: new Map(ports).set(port, { ...own, pvid: pvid ?? own.pvid }) };
}

export function comware(options: ComwareOptions = {}): FamilyOptions {
  const power = (arc: number) => ({ oid: `1.3.6.1.4.1.25506.2.14.1.1.${arc}`, unit: 0.001 });
  return {
    identity: {
      sysObjectID: '1.3.6.1.4.1.25506.11.1.24',
      sysDescr: 'HP Comware Platform Software, Software Version 5.20.99 Release 2222P08 HP A5500-24G-PoE+ EI Switch',
      model: 'JG241A',
      manufacturer: 'HP',
    },
    // Member 1: its PoE is group 4.
    numbering: {
      ifIndex: (port: number) => 9_437_184 + port,
      ifName: (port: number) => `GigabitEthernet1/0/${port}`,
      poeIndex: (port: number) => `4.${port}`,
    },
    power: { actualPower: false },
    groups: [
      ...STANDARD_GROUPS,
      // hh3cPsePortCurrentPower, PowerLimit
      wattsColumn(power(5)),
      limitColumn({ ...power(6), most: 30 }),
      comwareVlans(options),
      // hh3cCfgOperateTable: running2Startup
      saveRow({ entry: '1.3.6.1.4.1.25506.2.4.1.2.4.1', wanted: { 2: 1 }, rowStatus: 9 }),
    ],
  };
}

/**
 * agentSwitchportConfigTable of FASTPATH 12 (Netgear M4300 and relatives), with what the bridge tables of such a switch do:
 * no egress list while any port is an access port, and untagged lists that are answered for and forgotten
 * (research: snmp-poe §3).
 */
import type { ObjectGroup } from '../groups.ts';
import { STATUS, TAG } from '../mib.ts';
import type { SwitchPort } from '../ports.ts';
import type { Column } from '../table.ts';
import { table } from '../table.ts';
import type { VlanEdit } from '../vlan-edits.ts';
import type { Mode, PortModes } from './port-modes.ts';
import { bridgedRows, createPortModes, modeColumn, modeVlanColumn } from './port-modes.ts';
import type { VlanBits } from './vlan-bits.ts';
import { checkVlans, decodeVlans, encodeVlans } from './vlan-bits.ts';

/** agentSwitchportMode. */
const MODES: readonly (readonly [number, Mode])[] = [
  [1, 'access'],
  [2, 'trunk'],
  [3, 'general'],
];
const BITS: VlanBits = { first: 1, octets: 512 };

export interface FastpathOptions {
  readonly root: string;
  /** Ports are general ones out of the box; these are what whoever set the switch up has made trunks, for every VLAN. */
  readonly trunks?: readonly number[];
}

export function fastpathSwitchport({ root, trunks = [] }: FastpathOptions): ObjectGroup {
  return (parts) => {
    const { ports, bridge } = parts;
    const bridged = ports.bridged.map(({ number }) => number);
    const modes = createPortModes(parts, {
      start: (port) => ({ mode: trunks.includes(port) ? 'trunk' : 'general' }),
      orphan: 'default',
      vet: (edits, all) => vet(edits, all, bridged),
    });
    const rows = bridgedRows(parts);
    const members = (arc: number, untagged: boolean): Column<SwitchPort> => ({
      arc,
      tag: TAG.OctetString,
      read: ({ number }) => {
        const all = [...bridge.config.vlans].filter(([, one]) => one.egress.has(number));
        return encodeVlans(
          BITS,
          all.filter(([, one]) => one.untagged.has(number) === untagged).map(([id]) => id),
        );
      },
    });
    return [
      table<SwitchPort>(`${root}.1.2.8.37.1`, rows, [
        // agentSwitchportMode, AccessVlanID, NativeVlanID
        modeColumn(modes, 2, MODES),
        modeVlanColumn(parts, modes, 3, 'access'),
        modeVlanColumn(parts, modes, 4, 'native'),
        // The VLANs that a trunk lets through.
        {
          arc: 6,
          tag: TAG.OctetString,
          check: checkVlans(BITS),
          read: ({ number }) => encodeVlans(BITS, modes.of(number).allowed),
          write: ({ number }, value) => modes.set(number, { allowed: decodeVlans(BITS, value) }),
        },
        // What the port is in, untagged and tagged: notWritable.
        members(7, true),
        members(8, false),
      ]),
    ];
  };
}

function vet(edits: readonly VlanEdit[], modes: PortModes, ports: readonly number[]) {
  const egress = edits.find(({ kind }) => kind === 'egress');
  if (egress && ports.some((port) => modes.of(port).mode === 'access')) {
    return { errorStatus: STATUS.commitFailed, place: egress.place };
  }
  const pvid = edits.find((edit) => edit.kind === 'pvid' && modes.of(edit.port)?.mode !== 'general');
  if (pvid) return { errorStatus: STATUS.inconsistentValue, place: pvid.place };
  return edits.filter(({ kind }) => kind !== 'untagged');
}

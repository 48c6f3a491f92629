/**
 * Radlan's software, as Cisco Business has it (CISCOSB-vlan-MIB, CISCOSB-POE-MIB, CISCOSB-COPY-MIB): access ports out of
 * the box, trunks with their VLANs in four lists of 128 octets, and a PVID that is written in general mode only
 * (research: snmp-poe §1, §3).
 */
import type { ObjectGroup } from '../groups.ts';
import { STANDARD_GROUPS } from '../groups.ts';
import { STATUS, TAG } from '../mib.ts';
import type { SwitchPort } from '../ports.ts';
import type { Column } from '../table.ts';
import { table } from '../table.ts';
import type { FamilyOptions } from './family.ts';
import type { Mode } from './port-modes.ts';
import { bridgedRows, createPortModes, modeColumn, modeVlanColumn } from './port-modes.ts';
import { limitColumn, wattsColumn } from './power-columns.ts';
import { saveRow } from './save-row.ts';
import type { VlanBits } from './vlan-bits.ts';
import { checkVlans, encodeVlans, replaceVlans } from './vlan-bits.ts';

/** vlanPortModeState. */
const MODES: readonly (readonly [number, Mode])[] = [
  [10, 'general'],
  [11, 'access'],
  [12, 'trunk'],
];
/** vlanTrunkModeList1to1024 and its three successors. */
const LISTS: readonly VlanBits[] = [1, 1_025, 2_049, 3_073].map((first) => ({ first, octets: 128 }));

export interface RadlanOptions {
  readonly root: string;
  /** What whoever set the switch up has made of ports; the others are access ports. */
  readonly modes?: ReadonlyMap<number, Mode>;
}

export function radlanVlans({ root, modes: given = new Map() }: RadlanOptions): ObjectGroup {
  return (parts) => {
    const modes = createPortModes(parts, {
      start: (port) => ({ mode: given.get(port) ?? 'access' }),
      orphan: 'default',
      vet(edits, all) {
        const pvid = edits.find((edit) => edit.kind === 'pvid' && all.of(edit.port).mode !== 'general');
        return pvid ? { errorStatus: STATUS.inconsistentValue, place: pvid.place } : edits;
      },
    });
    const rows = bridgedRows(parts);
    return [
      table<SwitchPort>(`${root}.48.22.1`, rows, [modeColumn(modes, 1, MODES)]),
      table<SwitchPort>(`${root}.48.61.1`, rows, [
        modeVlanColumn(parts, modes, 1, 'native'),
        ...LISTS.map(
          (bits, place): Column<SwitchPort> => ({
            arc: place + 2,
            tag: TAG.OctetString,
            check: checkVlans(bits),
            read: ({ number }) => encodeVlans(bits, modes.of(number).allowed),
            write: ({ number }, value) =>
              modes.set(number, { allowed: replaceVlans(bits, modes.of(number).allowed, value) }),
          }),
        ),
      ]),
      table<SwitchPort>(`${root}.48.62.1`, rows, [modeVlanColumn(parts, modes, 1, 'access')]),
    ];
  };
}

const CISCO = '1.3.6.1.4.1.9.6.1.101';
/** rlPethPsePortTable: limits up to what IEEE 802.3at lets a port have. */
const MOST_WATTS = 30;

export function ciscoBusiness(options: Omit<RadlanOptions, 'root'> = {}): FamilyOptions {
  const power = (arc: number) => ({ oid: `${CISCO}.108.1.1.${arc}`, unit: 0.001 });
  return {
    identity: {
      sysObjectID: '1.3.6.1.4.1.9.6.1.1006.24.5',
      sysDescr: 'CBS350-24P-4X 24-Port Gigabit PoE Stackable Managed Switch with 10G Uplinks',
      model: 'CBS350-24P-4X-K9',
      manufacturer: 'Cisco',
    },
    numbering: { ifName: (port: number) => `gi1/0/${port}` },
    power: { actualPower: false },
    // Its port lists are as wide as a stack could be.
    vlans: { portListOctets: 457 },
    groups: [
      ...STANDARD_GROUPS,
      wattsColumn(power(5)),
      limitColumn({ ...power(6), most: MOST_WATTS }),
      radlanVlans({ ...options, root: CISCO }),
      // rlCopySourceLocation local, SourceFileType running, DestinationLocation local, DestinationFileType startup.
      saveRow({ entry: `${CISCO}.87.2.1`, wanted: { 3: 1, 7: 2, 8: 1, 12: 3 }, rowStatus: 17 }),
    ],
  };
}

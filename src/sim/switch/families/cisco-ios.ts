/**
 * Cisco IOS: member 3 of a stack of 3750. Ports are ifIndexes, there is no Q-BRIDGE-MIB, and the bridge tables are in a
 * context for each VLAN, so that the plain one has none (research: snmp-poe §2, §3).
 */
import type { ObjectGroup } from '../groups.ts';
import { entityGroup, interfacesGroup, lldpGroup, powerGroup, systemGroup } from '../groups.ts';
import { TAG } from '../mib.ts';
import { CISCO_STACK_MEMBER } from '../numberings.ts';
import { among, between } from '../objects/checks.ts';
import type { SwitchPort } from '../ports.ts';
import type { Column } from '../table.ts';
import { table } from '../table.ts';
import { ciscoPower } from './cisco-power.ts';
import type { VtpMode } from './cisco-vtp.ts';
import { vtpObjects } from './cisco-vtp.ts';
import type { FamilyOptions } from './family.ts';
import { createPortModes, vlanThere } from './port-modes.ts';
import { saveObject } from './save-object.ts';
import type { VlanBits } from './vlan-bits.ts';
import { checkVlans, encodeVlans, replaceVlans } from './vlan-bits.ts';

/** vlanTrunkPortTable; vmMembershipTable; vmVoiceVlanTable. */
const TRUNK_ENTRY = '1.3.6.1.4.1.9.9.46.1.6.1.1';
const MEMBER_ENTRY = '1.3.6.1.4.1.9.9.68.1.2.2.1';
const VOICE_ENTRY = '1.3.6.1.4.1.9.9.68.1.5.1.1';

/** vlanTrunkPortDynamicState. */
const [ON, OFF, , AUTO, NO_NEGOTIATE] = [1, 2, 3, 4, 5];
const NO_VOICE = 4_096;
/** vlanTrunkPortVlansEnabled with VLAN 0 in its first bit, and its three successors. */
const LISTS: readonly (VlanBits & { readonly arc: number })[] = [4, 17, 18, 19].map((arc, place) => {
  return { arc, first: 1_024 * place, octets: 128 };
});

export interface CiscoIosOptions {
  /** Ports that whoever set the switch up has made trunks; the others decide by what they hear. */
  readonly trunks?: readonly number[];
  readonly vtp?: VtpMode;
}

export function ciscoVlans({ trunks = [], vtp = 'transparent' }: CiscoIosOptions = {}): ObjectGroup {
  return (parts) => {
    const { ports, configuration } = parts;
    const modes = createPortModes(parts, {
      start: (port) => ({ mode: trunks.includes(port) ? 'trunk' : 'access' }),
      orphan: 'inactive',
    });
    let states = new Map(ports.bridged.map(({ number }) => [number, trunks.includes(number) ? ON : AUTO]));
    configuration.include(() => {
      const taken = new Map(states);
      return () => {
        states = new Map(taken);
      };
    });
    const rows = {
      version: () => ports.version,
      entries: () => ports.bridged.map((port) => [String(port.ifIndex), port] as const),
    };
    const isTrunk = ({ number }: SwitchPort) => modes.of(number).mode === 'trunk';
    const there = vlanThere(parts);
    return [
      ...vtpObjects(parts, vtp),
      table<SwitchPort>(TRUNK_ENTRY, rows, [
        ...LISTS.map(
          (bits): Column<SwitchPort> => ({
            arc: bits.arc,
            tag: TAG.OctetString,
            check: checkVlans(bits),
            read: ({ number }) => encodeVlans(bits, modes.of(number).allowed),
            write: ({ number }, value) =>
              modes.set(number, { allowed: replaceVlans(bits, modes.of(number).allowed, value) }),
          }),
        ),
        // vlanTrunkPortNativeVlan, DynamicState, DynamicStatus
        {
          arc: 5,
          tag: TAG.Integer32,
          check: between(1, 4_094),
          read: ({ number }) => modes.of(number).native,
          write: ({ number }, value) => modes.set(number, { native: Number(value) }),
        },
        {
          arc: 13,
          tag: TAG.Integer32,
          check: among(ON, OFF, 3, AUTO, NO_NEGOTIATE),
          read: ({ number }) => states.get(number)!,
          write: ({ number }, value) => {
            states.set(number, Number(value));
            modes.set(number, { mode: value === ON || value === NO_NEGOTIATE ? 'trunk' : 'access' });
          },
        },
        { arc: 14, tag: TAG.Integer32, read: (port) => (isTrunk(port) ? 1 : 2) },
      ]),
      // vmVlan: trunks have no row.
      table<SwitchPort>(MEMBER_ENTRY, rows, [
        {
          arc: 2,
          tag: TAG.Integer32,
          has: (port) => !isTrunk(port),
          check: there,
          read: ({ number }) => modes.of(number).access,
          write: ({ number }, value) => modes.set(number, { access: Number(value) }),
        },
      ]),
      table<SwitchPort>(VOICE_ENTRY, rows, [{ arc: 1, tag: TAG.Integer32, read: () => NO_VOICE }]),
    ];
  };
}

export function ciscoIos(options: CiscoIosOptions = {}): FamilyOptions {
  return {
    identity: {
      sysObjectID: '1.3.6.1.4.1.9.1.516',
      sysDescr:
        'Cisco IOS Software, C3750 Software (C3750-IPSERVICESK9-M), Version 12.2(55)SE10, RELEASE SOFTWARE (fc2)',
      model: 'WS-C3750-48PS-S',
      manufacturer: 'cisco',
      portEntity: (port: number) => 3_007 + port,
    },
    numbering: CISCO_STACK_MEMBER,
    power: { budgetBy: 'allocated', actualPower: false },
    groups: [
      systemGroup,
      interfacesGroup,
      entityGroup,
      lldpGroup,
      powerGroup,
      ciscoPower,
      ciscoVlans(options),
      // writeMem
      saveObject({ oid: '1.3.6.1.4.1.9.2.1.54.0', value: 1, reads: 0 }),
    ],
  };
}

/** Reads the VLANs of Cisco IOS: a port has one, or the list of a trunk, and perhaps one for a telephone. */
import type { VlanId } from '../../../rack/units.ts';
import {
  CISCO_VLAN_MEMBERSHIP_MIB as MEMBERSHIP,
  TRUNK_STATE,
  TRUNKING,
  CISCO_VTP_MIB as VTP,
} from '../../mib/cisco-vlans.ts';
import { SnmpAnswerInvalid } from '../../snmp/errors.ts';
import { rangesOf } from '../ranges.ts';
import type { BridgePort, PortVlan, VlanMembers, VlanState } from '../state.ts';
import { lastArc } from './q-bridge-objects.ts';
import type { RawObjects, UseSwitch } from './raw.ts';
import { LIST_ROWS, rawObjects, readColumns, sameRows } from './raw.ts';
import type { VlanListLayout } from './vlan-list.ts';
import { listedVlans } from './vlan-list.ts';

/** The first bit is VLAN 0. */
export const TRUNK_LISTS: VlanListLayout = Object.freeze({
  columns: [
    { column: VTP.vlanTrunkPortVlansEnabled, first: 0, octets: 128 },
    { column: VTP.vlanTrunkPortVlansEnabled2k, first: 1_024, octets: 128 },
    { column: VTP.vlanTrunkPortVlansEnabled3k, first: 2_048, octets: 128 },
    { column: VTP.vlanTrunkPortVlansEnabled4k, first: 3_072, octets: 128 },
  ],
  lowestBitFirst: false,
});

export interface CiscoReading {
  readonly state: VlanState;
  readonly raw: RawObjects;
  /** The VTP management domain, before the index of every VLAN. */
  readonly domain: string;
}

export async function readCisco(use: UseSwitch): Promise<CiscoReading> {
  const trunks = await readColumns(use, 'read which ports trunk', [
    VTP.vlanTrunkPortDynamicState,
    VTP.vlanTrunkPortDynamicStatus,
    VTP.vlanTrunkPortNativeVlan,
  ]);
  const access = await readColumns(use, "read the ports' VLANs", [MEMBERSHIP.vmVlan, MEMBERSHIP.vmVoiceVlanId]);
  const vlans = await readColumns(use, 'read the VLANs', [
    VTP.vtpVlanState,
    VTP.vtpVlanType,
    VTP.vtpVlanName,
    VTP.managementDomainLocalMode,
  ]);
  const lists = await readColumns(
    use,
    'read what trunks allow',
    TRUNK_LISTS.columns.map(({ column }) => column),
    LIST_ROWS,
  );
  const raw = rawObjects(new Map([...trunks, ...access, ...vlans, ...lists]));
  sameRows(raw, VTP.vtpVlanState, VTP.vtpVlanName, 'states and names of VLANs');
  sameRows(raw, VTP.vlanTrunkPortDynamicState, VTP.vlanTrunkPortNativeVlan, 'trunk states and native VLANs');
  const [first] = raw.column(VTP.vtpVlanState).keys();
  if (first === undefined) throw new SnmpAnswerInvalid('the switch lists no VLANs');
  return { state: stateOf(raw), raw, domain: first.slice(0, first.indexOf('.')) };
}

export async function readCiscoPvids(use: UseSwitch): Promise<ReadonlyMap<BridgePort, VlanId>> {
  const raw = rawObjects(
    await readColumns(use, "read the ports' VLANs", [
      MEMBERSHIP.vmVlan,
      VTP.vlanTrunkPortDynamicState,
      VTP.vlanTrunkPortDynamicStatus,
      VTP.vlanTrunkPortNativeVlan,
    ]),
  );
  return new Map(portIndexes(raw).map((index) => [Number(index) as BridgePort, pvidOf(raw, index)]));
}

function portIndexes(raw: RawObjects): string[] {
  return [...new Set([...raw.column(VTP.vlanTrunkPortDynamicState).keys(), ...raw.column(MEMBERSHIP.vmVlan).keys()])];
}

/** Whether it is a trunk now, or always will be when its link is up. */
function trunks(raw: RawObjects, index: string): boolean {
  const state = raw.number(VTP.vlanTrunkPortDynamicState, index);
  return state === 1 || state === 5 || raw.number(VTP.vlanTrunkPortDynamicStatus, index) === TRUNKING;
}

function pvidOf(raw: RawObjects, index: string): VlanId {
  const column = trunks(raw, index) ? VTP.vlanTrunkPortNativeVlan : MEMBERSHIP.vmVlan;
  return (raw.number(column, index) ?? 0) as VlanId;
}

function stateOf(raw: RawObjects): VlanState {
  const ports = new Map<BridgePort, PortVlan>();
  const egress = new Map<VlanId, Set<BridgePort>>();
  const untagged = new Map<VlanId, Set<BridgePort>>();
  const join = (vlan: VlanId, port: BridgePort, bare: boolean) => {
    egress.set(vlan, (egress.get(vlan) ?? new Set()).add(port));
    if (bare) untagged.set(vlan, (untagged.get(vlan) ?? new Set()).add(port));
  };
  for (const index of portIndexes(raw)) {
    const port = Number(index) as BridgePort;
    const pvid = pvidOf(raw, index);
    const listed = trunks(raw, index) ? (listedVlans(raw, TRUNK_LISTS, index) ?? new Set<VlanId>()) : undefined;
    if (listed) for (const vlan of listed) join(vlan, port, vlan === pvid);
    else if (pvid !== 0) join(pvid, port, true);
    const voice = raw.number(MEMBERSHIP.vmVoiceVlanId, index) ?? 0;
    if (!listed && voice >= 1 && voice <= 4_094 && voice !== pvid) join(voice as VlanId, port, false);
    const state = raw.number(VTP.vlanTrunkPortDynamicState, index);
    ports.set(port, {
      pvid,
      frameTypes: undefined,
      ingressFiltering: undefined,
      mode: state === undefined ? undefined : (TRUNK_STATE[state as keyof typeof TRUNK_STATE] ?? `mode ${state}`),
      access: undefined,
      allows: listed && rangesOf(listed),
    });
  }
  const vlans = new Map<VlanId, VlanMembers>();
  for (const index of raw.column(VTP.vtpVlanState).keys()) {
    const vlan = lastArc(index) as VlanId;
    vlans.set(vlan, {
      name: raw.bytes(VTP.vtpVlanName, index)?.toString('utf8') ?? '',
      egress: egress.get(vlan) ?? new Set(),
      untagged: untagged.get(vlan) ?? new Set(),
    });
  }
  return { vlans, ports, capacity: { maxVlanId: undefined, maxVlans: undefined } };
}

/**
 * The VLANs of a Junos switch: membership as the switch works it out (`show vlans extensive`), so that groups, ranges of
 * interfaces and voice VLANs count; and what a trunk would carry if it existed, from the configuration. Pure.
 */
import type { VlanId } from '../../../rack/units.ts';
import { vlanId } from '../../../rack/units.ts';
import type { BridgePort, PortVlan, VlanMembers, VlanState } from '../../vlans/state.ts';
import { bridgePort } from '../../vlans/state.ts';
import { SshAnswerInvalid, SshUnsupported } from '../errors.ts';
import type { JunosConfig } from './config.ts';
import { allows } from './config.ts';
import type { XmlElement } from './xml.ts';
import { all, textOf } from './xml.ts';

const WHAT = 'show vlans extensive';
/** No PVID: untagged frames are dropped. */
const NONE = vlanId(0);

interface Member {
  readonly port: BridgePort;
  readonly tagged: boolean;
  readonly trunk: boolean;
}

/** `indexes`: ifIndex by interface name. */
export function vlanState(
  reply: XmlElement,
  config: JunosConfig,
  indexes: ReadonlyMap<string, number>,
  target: string,
): VlanState {
  const vlans = new Map<VlanId, VlanMembers>();
  const ports = new Map<BridgePort, PortVlan>();
  for (const [name, port] of config.ports) {
    const index = indexes.get(name);
    if (index === undefined) continue;
    const trunk = port.mode === 'trunk';
    ports.set(bridgePort(index), { ...portVlan(trunk, NONE), allows: allows(port, config.vlans) });
  }
  for (const { vlan, name, members } of vlansOf(reply, indexes, target)) {
    const egress = members.map(({ port }) => port);
    const untagged = members.filter(({ tagged }) => !tagged).map(({ port }) => port);
    if (vlans.has(vlan)) throw new SshAnswerInvalid(WHAT, `VLAN ${vlan} is listed twice`);
    vlans.set(vlan, { name, egress: new Set(egress), untagged: new Set(untagged) });
    for (const { port, tagged, trunk } of members) {
      const known = ports.get(port);
      const pvid = tagged ? (known?.pvid ?? NONE) : vlan;
      const isTrunk = known?.mode === 'trunk' || trunk;
      ports.set(port, { ...portVlan(isTrunk, pvid), allows: known?.allows });
    }
  }
  return { vlans, ports, capacity: { maxVlanId: 4094, maxVlans: undefined } };
}

/** The PVIDs alone: the VLAN that each port is untagged in. */
export function pvids(
  reply: XmlElement,
  indexes: ReadonlyMap<string, number>,
  target: string,
): ReadonlyMap<BridgePort, VlanId> {
  const found = new Map<BridgePort, VlanId>();
  for (const { vlan, members } of vlansOf(reply, indexes, target)) {
    for (const { port, tagged } of members) if (!tagged) found.set(port, vlan);
  }
  return found;
}

function portVlan(trunk: boolean, pvid: VlanId): PortVlan {
  return {
    pvid,
    // A trunk without a native VLAN drops what comes untagged. Frames of VLANs that a port is not in are always dropped.
    frameTypes: trunk && pvid === NONE ? 'tagged-only' : 'all',
    ingressFiltering: true,
    mode: trunk ? 'trunk' : 'access',
    access: undefined,
    allows: undefined,
  };
}

function* vlansOf(
  reply: XmlElement,
  indexes: ReadonlyMap<string, number>,
  target: string,
): Iterable<{ readonly vlan: VlanId; readonly name: string; readonly members: readonly Member[] }> {
  if (all(reply, 'vlan-information').length > 0) {
    throw new SshUnsupported(`${target} has the older layer 2 software (no ELS): its VLANs are made by hand`);
  }
  const groups = all(reply, 'l2ng-l2ald-vlan-instance-group');
  // There is always a VLAN, if only the default one: without any, the answer was cut short.
  if (groups.length === 0) throw new SshAnswerInvalid(WHAT, 'it lists no VLAN');
  for (const group of groups) {
    const tag = textOf(group, 'l2ng-l2rtb-vlan-tag') ?? '';
    // A range of VLANs, or one without a tag, has no id to speak of.
    if (!/^\d{1,4}$/.test(tag) || Number(tag) < 1 || Number(tag) > 4094) continue;
    const members = all(group, 'l2ng-l2rtb-vlan-member').flatMap((member) => memberOf(member, indexes));
    yield { vlan: vlanId(Number(tag)), name: textOf(group, 'l2ng-l2rtb-vlan-name') ?? '', members };
  }
}

function memberOf(element: XmlElement, indexes: ReadonlyMap<string, number>): Member[] {
  // `ge-0/0/7.0*`: the unit, and a star while the link is up.
  const logical = textOf(element, 'l2ng-l2rtb-vlan-member-interface')?.replace(/\*$/, '');
  const tagness = textOf(element, 'l2ng-l2rtb-vlan-member-tagness');
  const [name, unit] = logical?.split('.') ?? [];
  if (name === undefined || unit !== '0') return [];
  const index = indexes.get(name);
  if (index === undefined) throw new SshAnswerInvalid(WHAT, `interface ${name} is in no table of interfaces`);
  if (tagness !== 'tagged' && tagness !== 'untagged') {
    throw new SshAnswerInvalid(WHAT, `${name} is neither tagged nor untagged but "${tagness ?? ''}"`);
  }
  const mode = textOf(element, 'l2ng-l2rtb-vlan-member-interface-mode')?.toLowerCase();
  return [{ port: bridgePort(index), tagged: tagness === 'tagged', trunk: mode === 'trunk' }];
}

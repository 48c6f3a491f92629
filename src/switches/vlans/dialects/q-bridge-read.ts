/** Reads the VLANs of a switch from its bridge tables. */
import type { VlanId } from '../../../rack/units.ts';
import { BRIDGE_MIB } from '../../mib/bridge.ts';
import { TRUTH_VALUE } from '../../mib/power-ethernet.ts';
import { ROW_STATUS } from '../../mib/q-bridge.ts';
import { SnmpAnswerInvalid } from '../../snmp/errors.ts';
import { integerOf } from '../../snmp/value.ts';
import type { BridgePort, PortVlan, VlanMembers, VlanState } from '../state.ts';
import type { FirstPort } from './port-list.ts';
import { portsIn } from './port-list.ts';
import type { QBridgeObjects } from './q-bridge-objects.ts';
import { lastArc } from './q-bridge-objects.ts';
import type { RawObjects, UseSwitch } from './raw.ts';
import { LIST_ROWS, rawObjects, readColumns, readScalars, sameRows } from './raw.ts';

export interface QBridgeReading {
  readonly state: VlanState;
  readonly raw: RawObjects;
  readonly first: FirstPort;
  /** ifIndex by bridge port. */
  readonly ifIndexes: ReadonlyMap<BridgePort, number>;
  /** Bridge port by the index that dot1qPvid and its neighbours have. */
  readonly portOf: (index: string) => BridgePort | undefined;
  readonly indexOf: (port: BridgePort) => string;
}

export type PvidIndex = 'bridgePort' | 'ifIndex';

export async function readQBridge(
  use: UseSwitch,
  objects: QBridgeObjects,
  pvidIndex: PvidIndex,
): Promise<QBridgeReading> {
  const { name, egress, untagged, status, currentEgress, currentUntagged, pvid, frameTypes, ingressFiltering } =
    objects;
  const scalars = await readScalars(use, 'read how many VLANs there are', [
    objects.maxVlanId,
    objects.maxVlans,
    objects.numVlans,
  ]);
  const [maxVlanId, maxVlans, numVlans] = scalars.map(integerOf);
  const ports = await readColumns(use, "read the ports' PVIDs", [
    pvid,
    frameTypes,
    ingressFiltering,
    BRIDGE_MIB.dot1dBasePortIfIndex,
  ]);
  const statics = await readColumns(use, 'read the VLANs', [name, egress, untagged, status], LIST_ROWS);
  const current = await readColumns(use, 'read what the VLANs are now', [currentEgress, currentUntagged], LIST_ROWS);
  const raw = rawObjects(new Map([...ports, ...statics, ...current]));
  const numbering = numberingOf(raw, pvidIndex);
  const vlans = vlansOf(raw, objects, numbering);
  // A table that was cut short looks like a whole one; what could be missing is the VLAN that a board is in beside its own.
  if (numVlans !== undefined && numVlans > vlans.size) {
    throw new SnmpAnswerInvalid(`the switch says that it has ${numVlans} VLANs and lists ${vlans.size}`);
  }
  const state: VlanState = {
    vlans,
    ports: portsOf(raw, objects, numbering),
    capacity: { maxVlanId: positive(maxVlanId), maxVlans: positive(maxVlans) },
  };
  const { first, ifIndexes, portOf, indexOf } = numbering;
  return { state, raw, first, ifIndexes, portOf, indexOf: (port) => `${objects.component}${indexOf(port)}` };
}

/** The PVIDs alone. */
export async function readPvids(
  use: UseSwitch,
  objects: QBridgeObjects,
  pvidIndex: PvidIndex,
): Promise<ReadonlyMap<BridgePort, VlanId>> {
  const translate = pvidIndex === 'ifIndex' ? [BRIDGE_MIB.dot1dBasePortIfIndex] : [];
  const raw = rawObjects(await readColumns(use, "read the ports' PVIDs", [objects.pvid, ...translate]));
  const { portOf } = numberingOf(raw, pvidIndex);
  const pvids = new Map<BridgePort, VlanId>();
  for (const [index, { value }] of raw.column(objects.pvid)) {
    const port = portOf(index);
    if (port !== undefined && typeof value === 'number') pvids.set(port, value as VlanId);
  }
  return pvids;
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}

interface Numbering {
  readonly first: FirstPort;
  readonly ifIndexes: ReadonlyMap<BridgePort, number>;
  readonly portOf: (index: string) => BridgePort | undefined;
  readonly indexOf: (port: BridgePort) => string;
}

function numberingOf(raw: RawObjects, pvidIndex: PvidIndex): Numbering {
  const ifIndexes = new Map<BridgePort, number>();
  const byIfIndex = new Map<number, BridgePort>();
  for (const [index, { value }] of raw.column(BRIDGE_MIB.dot1dBasePortIfIndex)) {
    if (typeof value !== 'number') continue;
    ifIndexes.set(Number(index) as BridgePort, value);
    byIfIndex.set(value, Number(index) as BridgePort);
  }
  return {
    first: ifIndexes.has(0 as BridgePort) ? 0 : 1,
    ifIndexes,
    portOf: (index) => {
      const arc = lastArc(index);
      return pvidIndex === 'ifIndex' ? byIfIndex.get(arc) : (arc as BridgePort);
    },
    indexOf: (port) => String(pvidIndex === 'ifIndex' ? (ifIndexes.get(port) ?? 0) : port),
  };
}

/**
 * A port is in a VLAN when either table says so: the static one is what was configured, and the current one knows of ports
 * that came by themselves but leaves out, on some switches, those whose link is down.
 */
function vlansOf(
  raw: RawObjects,
  objects: QBridgeObjects,
  { first, ifIndexes, portOf }: Numbering,
): Map<VlanId, VlanMembers> {
  const { name, egress, untagged, status, currentEgress, currentUntagged } = objects;
  sameRows(raw, egress, untagged, 'static egress and untagged ports');
  sameRows(raw, currentEgress, currentUntagged, 'current egress and untagged ports');
  const known = new Set<BridgePort>(ifIndexes.keys());
  for (const index of raw.column(objects.pvid).keys()) {
    const port = portOf(index);
    if (port !== undefined) known.add(port);
  }
  // VLAN 1 is on every switch: where nothing at all is told, somebody may not read it.
  if ([name, egress, currentEgress, objects.pvid].every((column) => raw.column(column).size === 0)) {
    throw new SnmpAnswerInvalid('the switch tells nothing of VLANs: it has none of their tables, or not for this user');
  }
  if (raw.column(name).size > 0 && raw.column(egress).size + raw.column(currentEgress).size === 0) {
    throw new SnmpAnswerInvalid('the switch names its VLANs and does not say which ports are in them');
  }
  // Some switches set bits that stand for no port of theirs.
  const members = (list: Buffer | undefined) =>
    new Set([...portsIn(list ?? NONE, first)].filter((port) => known.has(port)));
  const latest = latestRows(raw, currentEgress);
  const vlans = new Map<VlanId, VlanMembers>();
  const ids = new Set([...raw.column(egress).keys(), ...raw.column(name).keys()].map(lastArc));
  for (const id of [...new Set([...ids, ...latest.keys()])].sort((a, b) => a - b)) {
    if (id < 1 || id > 4094) continue;
    const index = `${objects.component}${id}`;
    const now = latest.get(id);
    // A row that is not in service is none, unless the switch forwards by it all the same.
    const row = raw.number(status, index);
    if (now === undefined && (row === ROW_STATUS.notInService || row === ROW_STATUS.notReady)) continue;
    const configured = members(raw.bytes(egress, index));
    const bare = members(raw.bytes(untagged, index));
    const forwarding = members(now === undefined ? undefined : raw.bytes(currentEgress, now));
    const plain = members(now === undefined ? undefined : raw.bytes(currentUntagged, now));
    const all = new Set([...configured, ...forwarding]);
    vlans.set(id as VlanId, {
      name: raw.bytes(name, index)?.toString('utf8') ?? '',
      egress: all,
      untagged: new Set([...all].filter((port) => (configured.has(port) ? bare : plain).has(port))),
    });
    // Where a VLAN has no static row it gets one with the first write, made of what it is now.
    if (!raw.get(egress, index) && now !== undefined) {
      for (const [to, from] of [[egress, currentEgress] as const, [untagged, currentUntagged] as const]) {
        const value = raw.get(from, now);
        if (value) raw.put(to, index, value);
      }
    }
  }
  return vlans;
}

const NONE = Buffer.alloc(0);

/** The index of the row that changed last, by VLAN: a TimeMark is a time, and old rows may still be there. */
function latestRows(raw: RawObjects, column: string): Map<number, string> {
  const latest = new Map<number, string>();
  const timeOf = (index: string) => Number(index.slice(0, index.indexOf('.')));
  for (const index of raw.column(column).keys()) {
    const vlan = lastArc(index);
    const other = latest.get(vlan);
    if (other === undefined || timeOf(index) >= timeOf(other)) latest.set(vlan, index);
  }
  return latest;
}

function portsOf(
  raw: RawObjects,
  objects: QBridgeObjects,
  { ifIndexes, portOf }: Numbering,
): Map<BridgePort, PortVlan> {
  const ports = new Map<BridgePort, PortVlan>();
  const bare = {
    frameTypes: undefined,
    ingressFiltering: undefined,
    mode: undefined,
    access: undefined,
    allows: undefined,
  };
  for (const port of ifIndexes.keys()) ports.set(port, { pvid: 0 as VlanId, ...bare });
  for (const [index, { value }] of raw.column(objects.pvid)) {
    const port = portOf(index);
    if (port === undefined || typeof value !== 'number') continue;
    const filtering = raw.number(objects.ingressFiltering, index);
    ports.set(port, {
      ...bare,
      pvid: value as VlanId,
      frameTypes: objects.frameTypeValues[raw.number(objects.frameTypes, index) ?? 0],
      ingressFiltering: filtering === undefined ? undefined : filtering === TRUTH_VALUE.true,
    });
  }
  return ports;
}

/**
 * What a write to the VLANs of a switch does, pure: RFC 4363's rules, RFC 2579's RowStatus, and what real switches do
 * instead (research: snmp-poe §3). All edits of one SET count as made at once.
 */
import type { BridgeConfig, BridgePort, BridgeVlan, PortSet } from './bridge.ts';
import { DEFAULT_VLAN } from './bridge.ts';
import type { VlanFaults } from './faults.ts';
import type { Refusal } from './mib.ts';
import { STATUS } from './mib.ts';

/** RowStatus (RFC 2579). */
export const ROW_STATUS = Object.freeze({
  active: 1,
  notInService: 2,
  createAndGo: 4,
  createAndWait: 5,
  destroy: 6,
});

/** `place`: of the varbind, from 1. */
export type VlanEdit = RowEdit | PortEdit;
export type RowEdit = { readonly place: number; readonly vlan: number } & RowChange;
export type RowChange =
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'egress' | 'untagged' | 'forbidden'; readonly ports: PortSet };
export type PortEdit = { readonly place: number; readonly port: number } & PortChange;
export type PortChange =
  | { readonly kind: 'pvid'; readonly pvid: number }
  | { readonly kind: 'frame-types'; readonly frameTypes: BridgePort['frameTypes'] }
  | { readonly kind: 'ingress-filtering'; readonly on: boolean };

export interface VlanLimits {
  /** dot1qMaxVlanId. */
  readonly maxVlanId: number;
  /** dot1qMaxSupportedVlans. */
  readonly maxVlans: number;
  /** VLAN ids that the switch keeps for itself. */
  readonly reserved: ReadonlySet<number>;
}

export interface VlanRules {
  readonly limits: VlanLimits;
  readonly faults: VlanFaults;
}

interface Draft {
  readonly vlans: Map<number, BridgeVlan>;
  readonly ports: Map<number, BridgePort>;
}

/** The configuration after the edits, or why there is none. */
export function editVlans(config: BridgeConfig, edits: readonly VlanEdit[], rules: VlanRules): BridgeConfig | Refusal {
  const draft: Draft = { vlans: new Map(config.vlans), ports: new Map(config.ports) };
  const rows = new Map<number, RowEdit[]>();
  for (const edit of edits) if ('vlan' in edit) rows.set(edit.vlan, [...(rows.get(edit.vlan) ?? []), edit]);
  for (const [id, row] of rows) {
    const refusal = editRow(draft, id, row, rules);
    if (refusal) return refusal;
  }
  for (const edit of edits) {
    const refusal = 'port' in edit ? editPort(draft, edit, rules) : undefined;
    if (refusal) return refusal;
  }
  return draft;
}

function editRow(draft: Draft, id: number, edits: readonly RowEdit[], rules: VlanRules): Refusal | undefined {
  const status = edits.findLast((edit) => edit.kind === 'status');
  const known = draft.vlans.get(id);
  if (status?.status === ROW_STATUS.destroy) return destroy(draft, id, status.place, rules);
  const born = known ?? newRow(draft, id, status, edits[0]!.place, rules);
  if ('errorStatus' in born) return born;
  const creating = status?.status === ROW_STATUS.createAndGo || status?.status === ROW_STATUS.createAndWait;
  if (known && creating) return { errorStatus: STATUS.inconsistentValue, place: status.place };
  const vlan = editMembers(born, edits, rules);
  if ('errorStatus' in vlan) return vlan;
  const inService = [ROW_STATUS.active, ROW_STATUS.createAndGo] as readonly number[];
  draft.vlans.set(id, status ? { ...vlan, active: inService.includes(status.status) } : vlan);
  return undefined;
}

/** Only a status column of the same SET makes a row; every other column has a default (RFC 4363), so it is complete. */
function newRow(
  { vlans }: Draft,
  id: number,
  status: (RowEdit & { kind: 'status' }) | undefined,
  first: number,
  { limits, faults }: VlanRules,
): BridgeVlan | Refusal {
  const place = status?.place ?? first;
  if (id < 1 || id > limits.maxVlanId || limits.reserved.has(id)) return { errorStatus: STATUS.noCreation, place };
  if (!status) return { errorStatus: STATUS.inconsistentName, place };
  const refused =
    faults.creation === 'none' || (faults.creation === 'wait-only' && status.status === ROW_STATUS.createAndGo);
  if (refused || status.status === ROW_STATUS.active || status.status === ROW_STATUS.notInService) {
    return { errorStatus: STATUS.inconsistentValue, place };
  }
  if (vlans.size >= limits.maxVlans) return { errorStatus: STATUS.resourceUnavailable, place };
  return { name: '', egress: new Set(), untagged: new Set(), forbidden: new Set(), active: false };
}

function destroy(draft: Draft, id: number, place: number, { faults }: VlanRules): Refusal | undefined {
  if (!draft.vlans.has(id)) return undefined;
  const users = [...draft.ports].filter(([, { pvid }]) => pvid === id);
  if (id === DEFAULT_VLAN || (faults.destroyInUseRefused && users.length > 0)) {
    return { errorStatus: STATUS.inconsistentValue, place };
  }
  draft.vlans.delete(id);
  // Its ports are in no other VLAN for that: they send into the default one and hear nothing.
  for (const [port, settings] of users) draft.ports.set(port, { ...settings, pvid: DEFAULT_VLAN });
  return undefined;
}

function editMembers(before: BridgeVlan, edits: readonly RowEdit[], { faults }: VlanRules): BridgeVlan | Refusal {
  let vlan = before;
  let egressPlace = 0;
  for (const edit of edits) {
    if (edit.kind === 'name') vlan = { ...vlan, name: edit.name };
    if (edit.kind === 'forbidden') vlan = { ...vlan, forbidden: edit.ports };
    if (edit.kind !== 'egress') continue;
    if (faults.accessPorts.size > 0) return { errorStatus: STATUS.commitFailed, place: edit.place };
    egressPlace = edit.place;
    const joined = faults.egressUntags ? minus(edit.ports, before.egress) : new Set<number>();
    vlan = { ...vlan, egress: edit.ports, untagged: union(both(before.untagged, edit.ports), joined) };
  }
  const barred = both(vlan.forbidden, vlan.egress);
  if (barred.size > 0) return { errorStatus: STATUS.inconsistentValue, place: egressPlace || edits[0]!.place };
  const ignored = faults.untaggedIgnored || (faults.egressUntags && egressPlace > 0);
  for (const edit of edits) {
    if (edit.kind !== 'untagged' || ignored) continue;
    if (minus(edit.ports, vlan.egress).size > 0) return { errorStatus: STATUS.inconsistentValue, place: edit.place };
    vlan = { ...vlan, untagged: edit.ports };
  }
  return vlan;
}

function editPort(draft: Draft, edit: PortEdit, { faults }: VlanRules): Refusal | undefined {
  const port = draft.ports.get(edit.port);
  if (!port) return { errorStatus: STATUS.noCreation, place: edit.place };
  if (edit.kind === 'frame-types') draft.ports.set(edit.port, { ...port, frameTypes: edit.frameTypes });
  if (edit.kind === 'ingress-filtering') draft.ports.set(edit.port, { ...port, ingressFiltering: edit.on });
  if (edit.kind !== 'pvid') return undefined;
  if (!draft.vlans.has(edit.pvid) && !faults.pvidUnchecked) {
    return { errorStatus: STATUS.inconsistentValue, place: edit.place };
  }
  draft.ports.set(edit.port, { ...port, pvid: edit.pvid });
  if (edit.pvid === port.pvid) return undefined;
  const alone = new Set([edit.port]);
  const old = draft.vlans.get(port.pvid);
  if (old && (faults.pvidTagsOld || faults.pvidLeavesOld)) {
    const egress = faults.pvidLeavesOld ? minus(old.egress, alone) : old.egress;
    draft.vlans.set(port.pvid, { ...old, egress, untagged: minus(old.untagged, alone) });
  }
  const joined = draft.vlans.get(edit.pvid);
  if (joined && faults.pvidJoins && !joined.forbidden.has(edit.port)) {
    const [egress, untagged] = [union(joined.egress, alone), union(joined.untagged, alone)];
    draft.vlans.set(edit.pvid, { ...joined, egress, untagged });
  }
  return undefined;
}

const minus = (a: PortSet, b: PortSet): PortSet => new Set([...a].filter((port) => !b.has(port)));
const both = (a: PortSet, b: PortSet): PortSet => new Set([...a].filter((port) => b.has(port)));
const union = (a: PortSet, b: PortSet): PortSet => new Set([...a, ...b]);

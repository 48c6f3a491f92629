/** Rows of a forwarding database as entries. Pure; which tables they come from says `fdb.ts`. */
import type { VlanId } from '../../rack/units.ts';
import { vlanId } from '../../rack/units.ts';
import { type Mac, macFromBytes } from '../../wire/address.ts';
import { FDB_LEARNED } from '../mib/forwarding.ts';
import type { ColumnRows } from '../snmp/walk.ts';

export interface FdbEntry {
  readonly mac: Mac;
  /** Undefined where the switch does not tell, or several VLANs share the forwarding database. */
  readonly vlan: VlanId | undefined;
  /** As the table says it: meant to be a dot1dBasePort. */
  readonly port: number;
}

/** Rows that say nothing of where a device is. */
export interface FdbDropped {
  /** Port 0 or below: known, but not where. */
  readonly noPort: number;
  /** The switch's own, configured, invalid, or gone while the table was read. */
  readonly notLearned: number;
  /** No unicast MAC in the index, or no number in the column. */
  readonly malformed: number;
}

export interface FdbRows {
  readonly entries: readonly FdbEntry[];
  readonly dropped: FdbDropped;
}

/**
 * `vlanOf` gives the VLAN for what stands before the MAC in the index. Where the agent has no status column at all,
 * every row counts as learned.
 */
export function fdbRows(
  ports: ColumnRows,
  statuses: ColumnRows,
  vlanOf: (before: string) => VlanId | undefined,
): FdbRows {
  const entries: FdbEntry[] = [];
  const dropped = { noPort: 0, notLearned: 0, malformed: 0 };
  for (const [index, { value }] of ports) {
    const parsed = parseIndex(index);
    if (parsed === undefined || typeof value !== 'number') dropped.malformed += 1;
    else if (statuses.size > 0 && statuses.get(index)?.value !== FDB_LEARNED) dropped.notLearned += 1;
    else if (value <= 0) dropped.noPort += 1;
    else entries.push({ mac: parsed.mac, vlan: vlanOf(parsed.before), port: value });
  }
  return { entries, dropped };
}

function parseIndex(index: string): { readonly before: string; readonly mac: Mac } | undefined {
  const arcs = index.split('.');
  const octets = arcs.slice(-6).map(Number);
  // The lowest bit of the first octet marks a group address, which no device sends from (IEEE 802 §8.2).
  const unicast = octets.length === 6 && octets.every((octet) => octet <= 255) && ((octets[0] as number) & 1) === 0;
  return unicast ? { before: arcs.slice(0, -6).join('.'), mac: macFromBytes(Uint8Array.from(octets)) } : undefined;
}

const VLAN_MOST = 4094;

/**
 * The VLAN of a forwarding database, by dot1qVlanFdbId (index TimeMark and VLAN id). A switch that does not serve that
 * column numbers its databases by VLAN, or by VLAN in the upper half of the number as Junos does (research: snmp-poe §3).
 */
export function vlanByFdbId(vlanFdbIds: ColumnRows): (fdbId: string) => VlanId | undefined {
  const vlans = new Map<number, Set<number>>();
  for (const [index, { value }] of vlanFdbIds) {
    const vlan = Number(index.slice(index.lastIndexOf('.') + 1));
    if (typeof value !== 'number' || !isVlan(vlan)) continue;
    vlans.set(value, (vlans.get(value) ?? new Set()).add(vlan));
  }
  return (before) => {
    const fdbId = Number(before);
    if (before === '' || !Number.isInteger(fdbId)) return undefined;
    if (vlanFdbIds.size > 0) {
      const [vlan, ...others] = vlans.get(fdbId) ?? [];
      return vlan === undefined || others.length > 0 ? undefined : vlanId(vlan);
    }
    if (isVlan(fdbId)) return vlanId(fdbId);
    return fdbId % 65_536 === 0 && isVlan(fdbId / 65_536) ? vlanId(fdbId / 65_536) : undefined;
  };
}

function isVlan(number: number): boolean {
  return Number.isInteger(number) && number >= 1 && number <= VLAN_MOST;
}

/** Reads the forwarding database: Q-BRIDGE-MIB where the switch has it, BRIDGE-MIB otherwise, VLAN by VLAN where it must. */
import type { VlanId } from '../../rack/units.ts';
import { millis, vlanId } from '../../rack/units.ts';
import { BRIDGE_MIB } from '../mib/bridge.ts';
import { BRIDGE_FDB, Q_BRIDGE_FDB, VTP_VLAN_STATE } from '../mib/forwarding.ts';
import { SnmpTimeout } from '../snmp/errors.ts';
import { type ColumnRows, type WalkLimits, walkColumns } from '../snmp/walk.ts';
import type { Access } from '../tables.ts';
import { type FdbDropped, type FdbEntry, type FdbRows, fdbRows, vlanByFdbId } from './fdb-rows.ts';
import { numberRows } from './interfaces.ts';

export interface Fdb {
  readonly source: 'dot1qTpFdb' | 'dot1dTpFdb' | 'dot1dTpFdb of every VLAN';
  readonly entries: readonly FdbEntry[];
  readonly dropped: FdbDropped;
  /** ifIndex by bridge port in the VLANs that number their ports for themselves. */
  readonly bridgePorts: ReadonlyMap<VlanId, ReadonlyMap<number, number>>;
  /** VLANs whose table the switch did not give. */
  readonly unread: readonly VlanId[];
}

/** Opens the tables of one VLAN: by SNMPv3 context `vlan-<id>`, or by community `<community>@<id>`. */
export type OpenContext = (vlan: VlanId) => Access | Promise<Access>;

export interface FdbOptions {
  /** For switches that keep one BRIDGE-MIB per VLAN (Cisco IOS). */
  readonly perVlan?: { readonly open: OpenContext; readonly vlans: readonly VlanId[] };
}

/** A table of a rack is short; one of a campus is not, and a part of it would look like a whole one. */
export const FDB_LIMITS: WalkLimits = Object.freeze({ varbinds: 60, rows: 32_768, deadline: millis(600_000) });

export async function readFdb(access: Access, options: FdbOptions = {}): Promise<Fdb> {
  if (options.perVlan) return readPerVlan(access, options.perVlan);
  const { dot1qTpFdbPort, dot1qTpFdbStatus, dot1qVlanFdbId } = Q_BRIDGE_FDB;
  const [ports, statuses] = await pair(access, dot1qTpFdbPort, dot1qTpFdbStatus);
  if (ports.size > 0) {
    const { session, clock, limits } = access;
    const vlans = (await walkColumns(session, [dot1qVlanFdbId], limits, clock)).get(dot1qVlanFdbId)!;
    return { source: 'dot1qTpFdb', ...fdbRows(ports, statuses, vlanByFdbId(vlans)), ...WHOLE_BRIDGE };
  }
  return { source: 'dot1dTpFdb', ...(await readBridge(access, undefined)), ...WHOLE_BRIDGE };
}

const WHOLE_BRIDGE = Object.freeze({ bridgePorts: new Map(), unread: [] });

async function readBridge(access: Access, vlan: VlanId | undefined): Promise<FdbRows> {
  const [ports, statuses] = await pair(access, BRIDGE_FDB.dot1dTpFdbPort, BRIDGE_FDB.dot1dTpFdbStatus);
  return fdbRows(ports, statuses, () => vlan);
}

/** Side by side, so that a row and its status are of the same moment. */
async function pair({ session, clock }: Access, port: string, status: string): Promise<[ColumnRows, ColumnRows]> {
  const columns = await walkColumns(session, [port, status], FDB_LIMITS, clock);
  return [columns.get(port)!, columns.get(status)!];
}

/** A switch is silent when asked for a VLAN that it does not have: so many in a row, and it is not asked for the rest. */
const SILENT_IN_A_ROW = 3;

async function readPerVlan(access: Access, { open, vlans: wanted }: NonNullable<FdbOptions['perVlan']>): Promise<Fdb> {
  const vlans = await existing(access, wanted);
  const entries: FdbEntry[] = [];
  const dropped = { noPort: 0, notLearned: 0, malformed: 0 };
  const bridgePorts = new Map<VlanId, ReadonlyMap<number, number>>();
  const unread: VlanId[] = [];
  let silent = 0;
  for (const vlan of vlans) {
    try {
      const inside = await open(vlan);
      const rows = await readBridge(inside, vlan);
      silent = 0;
      if (rows.entries.length > 0) bridgePorts.set(vlan, await readBridgePorts(inside));
      entries.push(...rows.entries);
      for (const why of ['noPort', 'notLearned', 'malformed'] as const) dropped[why] += rows.dropped[why];
    } catch (error) {
      silent += 1;
      if (!(error instanceof SnmpTimeout) || silent === Math.min(SILENT_IN_A_ROW, vlans.length)) throw error;
      unread.push(vlan);
    }
  }
  return { source: 'dot1dTpFdb of every VLAN', entries, dropped, bridgePorts, unread };
}

async function readBridgePorts({ session, clock, limits }: Access): Promise<ReadonlyMap<number, number>> {
  const column = BRIDGE_MIB.dot1dBasePortIfIndex;
  return new Map(numberRows((await walkColumns(session, [column], limits, clock)).get(column)!));
}

/** Those of the wanted VLANs that the switch has; all of them where it does not say. */
async function existing({ session, clock, limits }: Access, wanted: readonly VlanId[]): Promise<readonly VlanId[]> {
  const states = (await walkColumns(session, [VTP_VLAN_STATE], limits, clock)).get(VTP_VLAN_STATE)!;
  if (states.size === 0) return wanted;
  const has = new Set([...states.keys()].map((index) => vlanId(Number(index.slice(index.lastIndexOf('.') + 1)))));
  return wanted.filter((vlan) => has.has(vlan));
}

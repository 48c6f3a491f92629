/** Q-BRIDGE-MIB (RFC 4363): dot1qBase and the current VLANs, which are what forwards. */
import type { Bridge, BridgeVlan } from '../bridge.ts';
import type { MibPart } from '../mib.ts';
import { TAG } from '../mib.ts';
import { table } from '../table.ts';
import type { VlanLimits } from '../vlan-edits.ts';
import type { PortListCodec } from './port-list.ts';
import { scalar } from './scalar.ts';

const BASE = '1.3.6.1.2.1.17.7.1.1';
const VLAN = '1.3.6.1.2.1.17.7.1.4';
const CURRENT_ENTRY = `${VLAN}.2.1`;

/** dot1qVlanStatus: permanent, as all are that come from the static table. */
const PERMANENT = 2;

export interface CurrentVlans {
  readonly bridge: Bridge;
  readonly limits: VlanLimits;
  readonly portList: PortListCodec;
  /** dot1qVlanTimeMark of every row. Not 0 on all switches. */
  readonly timeMark: number;
  readonly fdbId: (vlan: number) => number;
}

export function qBridgeObjects({ bridge, limits, portList, timeMark, fdbId }: CurrentVlans): MibPart[] {
  const active = () => [...bridge.config.vlans].filter(([, vlan]) => vlan.active);
  const rows = {
    version: () => bridge.version,
    entries: () => active().map(([id, vlan]) => [`${timeMark}.${id}`, { id, vlan }] as const),
  };
  return [
    // dot1qVlanVersionNumber, dot1qMaxVlanId, dot1qMaxSupportedVlans, dot1qNumVlans
    scalar(`${BASE}.1`, TAG.Integer32, () => 1),
    scalar(`${BASE}.2`, TAG.Integer32, () => limits.maxVlanId),
    scalar(`${BASE}.3`, TAG.Gauge32, () => limits.maxVlans),
    scalar(`${BASE}.4`, TAG.Gauge32, () => active().length),
    // dot1qVlanNumDeletes
    scalar(`${VLAN}.1`, TAG.Counter32, () => bridge.deletions),
    // dot1qVlanCurrentTable: fdbId, egress and untagged ports, status, creation time
    table<{ id: number; vlan: BridgeVlan }>(CURRENT_ENTRY, rows, [
      { arc: 3, tag: TAG.Gauge32, read: ({ id }) => fdbId(id) },
      { arc: 4, tag: TAG.OctetString, read: ({ vlan }) => portList.encode(vlan.egress) },
      { arc: 5, tag: TAG.OctetString, read: ({ vlan }) => portList.encode(vlan.untagged) },
      { arc: 6, tag: TAG.Integer32, read: () => PERMANENT },
      { arc: 7, tag: TAG.TimeTicks, read: () => 0 },
    ]),
  ];
}

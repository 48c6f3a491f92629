/**
 * Radlan's software, now Marvell's ROS: Cisco Business and many others, the same objects below a root of each vendor's
 * own (CISCOSB-POE-MIB, CISCOSB-vlan-MIB, CISCOSB-COPY-MIB and their copies).
 */
import type { Oid } from '../snmp/oid.ts';
import type { PowerDialect, SaveConfig, VlanDialectSpec } from './driver.ts';
import { ROW_STATUS, SAVE_ROW } from './family.ts';
import { RFC3621_POWER } from './rfc3621.ts';

/** rlPethPsePortTable beside RFC 3621, under the same index: group and ifIndex. */
export function radlanPower(root: Oid): PowerDialect {
  const column = (arc: number) => `${root}.108.1.1.${arc}`;
  return {
    ...RFC3621_POWER,
    // rlPethPsePortOutputPower and rlPethPsePortPowerLimit, milliwatts.
    watts: { column: column(5), unit: 0.001, kind: 'measured' },
    limit: { column: column(6), unit: 0.001, writable: true },
  };
}

export function radlanVlans(root: Oid): VlanDialectSpec {
  return { dialect: 'radlan', root };
}

/** A row of rlCopyTable: local running configuration to local startup configuration. */
export function radlanSave(root: Oid): SaveConfig {
  const cell = (arc: number, value: number) =>
    ({ oid: `${root}.87.2.1.${arc}.${SAVE_ROW}`, type: 'Integer32', value }) as const;
  const [local, running, startup] = [1, 2, 3];
  return {
    sets: [
      [cell(17, ROW_STATUS.destroy)],
      [cell(3, local), cell(7, running), cell(8, local), cell(12, startup), cell(17, ROW_STATUS.createAndGo)],
    ],
  };
}

export const RADLAN_QUIRKS = Object.freeze([
  'A port that the hardware latched off comes back by rlPethPsePortReactivate or by off and on again.',
  'Aggregates are interfaces and bridge ports from 1000.',
]);

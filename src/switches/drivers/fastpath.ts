/**
 * FASTPATH, the Broadcom software under many names. Its private objects are the same everywhere, below a root of each
 * vendor's own: NETGEAR-POWER-ETHERNET-MIB, NETGEAR-SWITCHING-MIB and their copies.
 */
import type { Oid } from '../snmp/oid.ts';
import type { EdgeSpec, PowerDialect, SaveConfig, VlanDialectSpec } from './driver.ts';
import { saveBySetting } from './family.ts';
import { RFC3621_POWER } from './rfc3621.ts';

/** agentPethPsePortTable beside RFC 3621, which it augments. */
export function fastpathPower(root: Oid): PowerDialect {
  const column = (arc: number) => `${root}.15.1.1.1.${arc}`;
  return {
    ...RFC3621_POWER,
    // agentPethOutputPower and agentPethPowerLimit, milliwatts.
    watts: { column: column(2), unit: 0.001, kind: 'measured' },
    limit: { column: column(1), unit: 0.001, writable: true, type: 'Gauge32' },
    // agentPethPsePowerManagementMode is dynamic out of the box: what is drawn counts, not what a class may draw.
    budgetBy: 'measured',
  };
}

/** agentSwitchportConfigTable, of releases whose ports are access, trunk or general ports. */
export function fastpathSwitchport(root: Oid): VlanDialectSpec {
  return { dialect: 'fastpath-switchport', root };
}

/** agentSaveConfig := enable(1). */
export function fastpathSave(root: Oid): SaveConfig {
  return saveBySetting(`${root}.1.3.1.0`, 1);
}

/** agentStpCstPortEdge and agentStpCstPortBpduFilter := enable(1). */
export function fastpathEdge(root: Oid): EdgeSpec {
  const port = `${root}.1.2.15.9.1`;
  return {
    sets: [
      { what: 'portfast', column: `${port}.4`, index: 'ifIndex', value: 1 },
      { what: 'bpdu', column: `${port}.14`, index: 'ifIndex', value: 1 },
    ],
  };
}

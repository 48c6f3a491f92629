/**
 * FASTPATH 12 and its relatives: agentSwitchportConfigTable. While any port of such a switch is an access port, the
 * bridge tables take no egress list (research: snmp-poe §3), so uplinks have to be trunks.
 */
import type { Oid } from '../../snmp/oid.ts';
import type { VlanDialect } from './dialect.ts';
import { modedPorts } from './moded-ports.ts';
import type { UseSwitch } from './raw.ts';

export function fastpathSwitchport(use: UseSwitch, root: Oid): VlanDialect {
  const port = `${root}.1.2.8.37.1`;
  return modedPorts(use, {
    // agentSwitchportMode, AccessVlanID, TrunkNativeVlanID, TrunkAllowedVlanList
    mode: `${port}.2`,
    modes: { 1: 'access', 2: 'trunk', 3: 'general' },
    access: `${port}.3`,
    native: `${port}.4`,
    pvidByMode: false,
    allowed: { columns: [{ column: `${port}.6`, first: 1, octets: 512 }], lowestBitFirst: false },
  });
}

/**
 * Radlan's software (CISCOSB-vlan-MIB and its copies): vlanPortModeState decides which of a port's settings count.
 * Cisco Business, Linksys, Eltex, older Dell PowerConnect.
 */
import type { Oid } from '../../snmp/oid.ts';
import type { VlanDialect } from './dialect.ts';
import { modedPorts } from './moded-ports.ts';
import type { UseSwitch } from './raw.ts';

export function radlan(use: UseSwitch, root: Oid): VlanDialect {
  const vlan = `${root}.48`;
  // vlanTrunkModeList1to1024, 1025to2048, 2049to3072 and 3073to4094: the first bit is the first VLAN of the name.
  const columns = [1, 1025, 2049, 3073].map((first, place) => ({
    column: `${vlan}.61.1.${place + 2}`,
    first,
    octets: 128,
  }));
  return modedPorts(use, {
    mode: `${vlan}.22.1.1`,
    modes: { 10: 'general', 11: 'access', 12: 'trunk' },
    access: `${vlan}.62.1.1`,
    native: `${vlan}.61.1.1`,
    // A recorded CBS350 has dot1qPvid 1 on every access port, and learns their addresses in VLAN 4.
    pvidByMode: true,
    allowed: { columns, lowestBitFirst: false },
  });
}

/** Cisco IOS and IOS-XE: Catalyst, IE. CISCO-POWER-ETHERNET-EXT-MIB beside RFC 3621, under the same index. */
import type { SwitchDriver } from './driver.ts';
import { family, saveBySetting } from './family.ts';
import { RFC3621_POWER } from './rfc3621.ts';

const PORT = '1.3.6.1.4.1.9.9.402.1.2.1';
/** stpxFastStartPortTable. */
const FAST_START = '1.3.6.1.4.1.9.9.82.1.9.3.1';

export const CISCO_IOS: SwitchDriver = family({
  name: 'cisco-ios',
  title: 'Cisco IOS and IOS-XE',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.9.1'] },
  writes: 'snmp',
  power: {
    ...RFC3621_POWER,
    // cpeExtPsePortEnable: auto(1), static(2), limit(3), disable(4). What pethPsePortAdminEnable := true makes of it is
    // said nowhere, so the port gets back what it had.
    admin: { column: `${PORT}.1`, type: 'Integer32', on: 1, restore: 'as-before', off: 4, readsOn: [1, 2, 3] },
    // cpeExtPsePortPwrAllocated: what the switch takes off its budget, whatever is drawn of it.
    watts: { column: `${PORT}.7`, unit: 0.001, kind: 'allocated' },
    limit: { column: `${PORT}.6`, unit: 0.001, writable: true, type: 'Gauge32' },
    budgetBy: 'allocated',
  },
  // The PoE port number is that of a connector inside: nothing general holds (research: snmp-poe §2).
  portRules: ['cisco-entity', 'cisco-stack'],
  vlans: { dialect: 'cisco-ios' },
  // writeMem: any integer but 0, which erases.
  save: saveBySetting('1.3.6.1.4.1.9.2.1.54.0', 1),
  edge: {
    sets: [
      // stpxFastStartPortMode and stpxFastStartPortBpduFilterMode := enable(1), for ports that do not trunk.
      { what: 'portfast', column: `${FAST_START}.3`, index: 'bridgePort', value: 1 },
      { what: 'bpdu', column: `${FAST_START}.5`, index: 'bridgePort', value: 1 },
    ],
  },
  // Token ring and FDDI.
  reservedVlans: [1002, 1003, 1004, 1005],
  quirks: [
    'Watts are those that the switch allocated to the port. What is drawn is less where the hardware measures it.',
    'pethMainPseConsumptionPower is measured on hardware that can, and the allocated sum elsewhere.',
    'FDB and dot1dBasePort are per VLAN: SNMPv3 context vlan-N, or community@N.',
    'Shutting the interface takes its power too.',
    'There is no Q-BRIDGE-MIB. VLANs cannot be created in VTP client mode.',
  ],
});

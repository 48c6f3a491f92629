/** Netgear: FASTPATH below 4526.10 (managed) and 4526.11 (smart). The products' arc, 4526.100, is not the data's. */
import type { PowerDialect, SwitchDriver } from './driver.ts';
import { family, Q_BRIDGE, savedBy } from './family.ts';
import { fastpathEdge, fastpathPower, fastpathSave, fastpathSwitchport } from './fastpath.ts';
import { RFC3621_POWER } from './rfc3621.ts';

const PRODUCTS = '1.3.6.1.4.1.4526.100';
const MANAGED = '1.3.6.1.4.1.4526.10';
const SMART = '1.3.6.1.4.1.4526.11';
/** Where auto-video puts its VLAN. */
const AUTO_VIDEO = 4089;

const MILLIWATTS = 'pethMainPseConsumptionPower is in milliwatts, against RFC 3621.';

function power(root: string): PowerDialect {
  const fastpath = fastpathPower(root);
  const { capacity, consumption } = RFC3621_POWER.main;
  return { ...fastpath, main: { capacity: capacity!, consumption: { ...consumption!, unit: 0.001 } } };
}

/** NETGEAR-REF-MIB: stackswitch, l2switch, l3switch, chassisswitch, l2Rswitch. */
const MANAGED_PRODUCTS = [1, 2, 3, 9, 11].map((arc) => `${PRODUCTS}.${arc}`);

export const NETGEAR_MANAGED: SwitchDriver = family({
  name: 'netgear-managed',
  title: 'Netgear managed (FSM, GSM, XSM, M4100, M5300)',
  recognise: { sysObjectIds: [MANAGED, ...MANAGED_PRODUCTS] },
  writes: 'snmp',
  power: power(MANAGED),
  portRules: ['ifindex', 'ordinal'],
  vlans: Q_BRIDGE,
  save: fastpathSave(MANAGED),
  edge: fastpathEdge(MANAGED),
  reservedVlans: [AUTO_VIDEO],
  quirks: [MILLIWATTS],
});

export const NETGEAR_M4300: SwitchDriver = family({
  ...NETGEAR_MANAGED,
  name: 'netgear-m4300',
  title: 'Netgear M4200 and M4300 (FASTPATH 12)',
  recognise: { sysObjectIds: MANAGED_PRODUCTS, sysDescr: /\bM4[23]\d\d\b/i },
  vlans: fastpathSwitchport(MANAGED),
  quirks: [
    MILLIWATTS,
    'Q-BRIDGE writes fail while any port is an access port, and untagged bitmaps are accepted and dropped: VLANs are written as switchports.',
  ],
});

/** smartswitch, stacksmartswitch (S3300) and insightSwitch. */
const SMART_PRODUCTS = [4, 10, 14].map((arc) => `${PRODUCTS}.${arc}`);

export const NETGEAR_SMART: SwitchDriver = family({
  name: 'netgear-smart',
  title: 'Netgear smart (GS, FS, S3300)',
  recognise: { sysObjectIds: [SMART, ...SMART_PRODUCTS] },
  writes: 'snmp',
  power: power(SMART),
  portRules: ['ifindex', 'ordinal'],
  vlans: { ...Q_BRIDGE, egressFirst: true },
  save: fastpathSave(SMART),
  edge: fastpathEdge(SMART),
  reservedVlans: [AUTO_VIDEO],
  quirks: [
    MILLIWATTS,
    'An egress bit takes the port in untagged and beats an untagged bitmap of the same PDU.',
    'Some answer a PoE SET after more than a second.',
    'FS728TPv2 has a draft of RFC 3621 below 4526.11.16 and nothing that this driver reads.',
  ],
});

/** Not FASTPATH inside: nothing below 4526, and Radlan habits (aggregates from bridge port 1000). */
export const NETGEAR_GS728TPP: SwitchDriver = family({
  name: 'netgear-gs728tpp',
  title: 'Netgear GS728TPP',
  recognise: { sysObjectIds: SMART_PRODUCTS, sysDescr: /\bGS7\d\dTPP\b/i },
  writes: 'snmp',
  // It answers a third of a second per varbind: nothing is asked for that it has not.
  power: { ...RFC3621_POWER, counters: { denied: RFC3621_POWER.counters.denied! }, watts: undefined, rowsPerSet: 1 },
  portRules: ['ifindex', 'ordinal'],
  vlans: { ...Q_BRIDGE, egressFirst: true, creates: false },
  save: savedBy('save it in the web interface'),
  reservedVlans: [AUTO_VIDEO],
  quirks: [
    'No watts per port over SNMP.',
    'Answers about three varbinds a second, and large requests with a truncated table.',
    'VLANs cannot be created over SNMP: create them in the web interface. The PVID of a VLAN that does not exist is accepted.',
    'VLAN 1 is not in the static table.',
  ],
});

/** The switches of a virtual rack. They keep to the standards, and save like everybody else: when they are told to. */
import type { SwitchDriver } from './driver.ts';
import { family, Q_BRIDGE, saveBySetting } from './family.ts';
import { RFC3621_POWER } from './rfc3621.ts';

/** RFC 2578 gives enterprise 0 to nobody. */
const ARC = '1.3.6.1.4.1.0.105';

export const VIRTUAL: SwitchDriver = family({
  name: 'virtual',
  title: 'pirack virtual switch',
  recognise: { sysObjectIds: [ARC] },
  writes: 'snmp',
  power: RFC3621_POWER,
  // Interfaces may be numbered anew when it restarts; bridge ports are not.
  portRules: ['bridge-port'],
  vlans: Q_BRIDGE,
  save: saveBySetting(`${ARC}.2.1.0`, 1),
});

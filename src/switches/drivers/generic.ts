/** Standards alone: RFC 3621 and RFC 4363. For a switch of no known family, when somebody says that it may be written. */
import type { SwitchDriver } from './driver.ts';
import { family, frozen, Q_BRIDGE } from './family.ts';
import { RFC3621_POWER } from './rfc3621.ts';

export const GENERIC: SwitchDriver = family({
  name: 'generic',
  title: 'RFC 3621 and RFC 4363',
  recognise: { sysObjectIds: [] },
  writes: 'snmp',
  power: RFC3621_POWER,
  vlans: Q_BRIDGE,
  quirks: [
    'Nothing is known of how it saves its configuration: save it by hand.',
    'Watts are those of column 15 of pethPsePortTable, in milliwatts, where the switch has that column.',
  ],
});

/** The same for reading only: what a switch gets that nothing is known of. */
export function genericReadOnly(reason: string): SwitchDriver {
  return frozen({ ...GENERIC, name: 'unknown', title: 'an unknown switch', writes: { readOnly: reason } });
}

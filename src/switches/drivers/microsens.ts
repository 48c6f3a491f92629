/** MICROSENS G6 industrial switches. */
import type { SwitchDriver } from './driver.ts';
import { family, Q_BRIDGE } from './family.ts';

export const MICROSENS: SwitchDriver = family({
  name: 'microsens',
  title: 'MICROSENS G6',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.3181.10.6'] },
  writes: { readOnly: 'G6-POE-MIB counts its ports from 0 and does not say which socket is which' },
  vlans: Q_BRIDGE,
  quirks: ['Interfaces are 101 to 106, bridge ports 1 to 6, both named 1/1 to 1/6.'],
});

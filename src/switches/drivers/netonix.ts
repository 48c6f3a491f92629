/** Netonix WISP switches: passive PoE, and a status per port to read. */
import type { SwitchDriver } from './driver.ts';
import { family } from './family.ts';

export const NETONIX: SwitchDriver = family({
  name: 'netonix',
  title: 'Netonix WISP switch',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.46242'] },
  writes: { readOnly: 'NETONIX-SWITCH-MIB can be read only; and passive PoE puts its voltage on the wire unasked' },
  quirks: ['Passive PoE of 24 or 48 V: a Raspberry Pi with a PoE HAT waits to be asked and is better off elsewhere.'],
});

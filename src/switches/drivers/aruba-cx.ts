/** Aruba CX: 4100 to 8400. ARUBAWIRED-POE-MIB augments RFC 3621. */
import type { SwitchDriver } from './driver.ts';
import { family, ROW_STATUS, SAVE_ROW } from './family.ts';
import { RFC3621_POWER } from './rfc3621.ts';

const PORT = '1.3.6.1.4.1.47196.4.1.1.3.8.1.1.1';
/** arubaWiredConfigurationCopyTable. */
const COPY = '1.3.6.1.4.1.47196.4.1.1.3.20.1.0.1.1';
const [STARTUP, RUNNING] = [2, 3];

const copy = (arc: number, value: number) => ({ oid: `${COPY}.${arc}.${SAVE_ROW}`, type: 'Integer32', value }) as const;

export const ARUBA_CX: SwitchDriver = family({
  name: 'aruba-cx',
  title: 'Aruba CX',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.47196.4.1.1.1'] },
  writes: 'snmp',
  power: {
    ...RFC3621_POWER,
    // arubaWiredPoePethPsePortPowerDrawn. Column 6 is what is reserved.
    watts: { column: `${PORT}.7`, unit: 0.001, kind: 'measured' },
    // arubaWiredPoePethPsePortPoECycle: the port is off for so many seconds.
    cycle: { column: `${PORT}.14`, minSeconds: 1, maxSeconds: 60 },
  },
  vlans: { dialect: 'ieee8021-q-bridge' },
  save: {
    sets: [[copy(18, ROW_STATUS.destroy)], [copy(2, RUNNING), copy(3, STARTUP), copy(18, ROW_STATUS.createAndGo)]],
  },
  quirks: [
    'SNMP writes PoE with every release, VLANs from 10.12, and saves from 10.10.',
    'A switch without PoE has a supply of some watts all the same, and no port rows.',
    'Shutting the interface does not take its power.',
  ],
});

/** Comware: H3C, HPE A and 5000 to 7500 series. HH3C-POWER-ETH-EXT-MIB beside RFC 3621. */
import type { SwitchDriver } from './driver.ts';
import { family, ROW_STATUS, SAVE_ROW } from './family.ts';
import { RFC3621_POWER } from './rfc3621.ts';

const PORT = '1.3.6.1.4.1.25506.2.14.1.1';
/** hh3cCfgOperateTable. */
const OPERATE = '1.3.6.1.4.1.25506.2.4.1.2.4.1';

export const COMWARE: SwitchDriver = family({
  name: 'comware',
  title: 'H3C and HPE Comware',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.25506'] },
  writes: 'snmp',
  power: {
    ...RFC3621_POWER,
    // hh3cPsePortCurrentPower and hh3cPsePortPowerLimit, milliwatts.
    watts: { column: `${PORT}.5`, unit: 0.001, kind: 'measured' },
    limit: { column: `${PORT}.6`, unit: 0.001, writable: true },
  },
  portRules: ['comware-member'],
  vlans: { dialect: 'comware' },
  save: {
    sets: [
      [{ oid: `${OPERATE}.9.${SAVE_ROW}`, type: 'Integer32', value: ROW_STATUS.destroy }],
      [
        // running2Startup(1).
        { oid: `${OPERATE}.2.${SAVE_ROW}`, type: 'Integer32', value: 1 },
        { oid: `${OPERATE}.9.${SAVE_ROW}`, type: 'Integer32', value: ROW_STATUS.createAndGo },
      ],
    ],
  },
  quirks: [
    'The PoE group is one more than three times the member.',
    'VLAN lists of trunks have their bits the other way round in every octet.',
    'A new port mode sets the PVID back to 1.',
  ],
});

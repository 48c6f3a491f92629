/** Netgear with FASTPATH inside: managed M4300 with port modes, and smart S3300 whose egress lists untag. */
import type { ObjectGroup } from '../groups.ts';
import { STANDARD_GROUPS } from '../groups.ts';
import { TAG } from '../mib.ts';
import type { FamilyOptions } from './family.ts';
import type { FastpathOptions } from './fastpath-switchport.ts';
import { fastpathSwitchport } from './fastpath-switchport.ts';
import { habits } from './habits.ts';
import { limitColumn, wattsColumn } from './power-columns.ts';
import { saveObject } from './save-object.ts';

const MANAGED = '1.3.6.1.4.1.4526.10';
const SMART = '1.3.6.1.4.1.4526.11';
/** agentPethPowerLimit goes up to what IEEE 802.3at lets a port have. */
const MOST_WATTS = 30;

/** agentPethPsePortTable and agentSaveConfig. */
function fastpathObjects(root: string): ObjectGroup[] {
  const power = (arc: number) => ({ oid: `${root}.15.1.1.1.${arc}`, unit: 0.001, tag: TAG.Gauge32 });
  return [
    limitColumn({ ...power(1), most: MOST_WATTS }),
    wattsColumn(power(2)),
    saveObject({ oid: `${root}.1.3.1.0`, value: 1, reads: 2 }),
  ];
}

/** Its main consumption is in milliwatts, against RFC 3621. */
const POWER = { consumptionUnit: 0.001, actualPower: false };

export function netgearM4300(options: Omit<FastpathOptions, 'root'> = {}): FamilyOptions {
  return {
    identity: {
      sysObjectID: '1.3.6.1.4.1.4526.100.1.43',
      sysDescr: 'M4300-52G-PoE+ ProSAFE 48-port 1G PoE+ and 2-port 10GBASE-T and 2-port 10G SFP+, 12.0.11.8',
      model: 'M4300-52G-PoE+',
      manufacturer: 'Netgear',
    },
    numbering: { ifName: (port: number) => `1/0/${port}` },
    power: POWER,
    groups: [...STANDARD_GROUPS, ...fastpathObjects(MANAGED), fastpathSwitchport({ ...options, root: MANAGED })],
  };
}

export function netgearS3300(): FamilyOptions {
  return {
    identity: {
      sysObjectID: '1.3.6.1.4.1.4526.100.10.19',
      sysDescr: 'S3300-52X-PoE+ ProSAFE 48-port Gigabit PoE+ Stackable Smart Switch with 10G Uplinks, 6.6.4.14',
      model: 'S3300-52X-PoE+',
      manufacturer: 'Netgear',
    },
    numbering: { ifName: (port: number) => `1/g${port}` },
    power: POWER,
    groups: [...STANDARD_GROUPS, ...fastpathObjects(SMART), habits({ egressUntags: true })],
  };
}

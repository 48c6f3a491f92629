/** HP ProCurve: RFC 4363, but a new PVID leaves the port tagged in the VLAN that it had; and it saves by itself. */
import { STANDARD_GROUPS } from '../groups.ts';
import type { FamilyOptions } from './family.ts';
import { habits } from './habits.ts';
import { wattsColumn } from './power-columns.ts';

export function procurve(): FamilyOptions {
  return {
    identity: {
      sysObjectID: '1.3.6.1.4.1.11.2.3.7.11.84',
      sysDescr: 'HP J9146A E2910al-24G-PoE Switch, revision W.15.08.0012, ROM W.14.06 (Formerly ProCurve)',
      model: 'J9146A',
      manufacturer: 'HP',
    },
    numbering: { ifName: (port: number) => String(port) },
    power: { actualPower: false },
    vlans: { fdbId: (vlan: number) => (vlan === 1 ? 1 : vlan - 48) },
    autoSave: true,
    groups: [
      ...STANDARD_GROUPS,
      // hpicfPoePethPsePortActualPower
      wattsColumn({ oid: '1.3.6.1.4.1.11.2.14.11.1.9.1.1.1.8', unit: 0.001 }),
      habits({ pvidTagsOld: true, pvidJoins: true }),
    ],
  };
}

/** Edgecore ECS: RFC 3621, and watts in a table whose root depends on the model (pethPsePortExtTable of its MIB). */
import type { Oid } from '../snmp/oid.ts';
import type { SwitchDriver } from './driver.ts';
import { family, Q_BRIDGE, savedBy } from './family.ts';
import { RFC3621_POWER } from './rfc3621.ts';

const PRODUCTS = '1.3.6.1.4.1.259.10.1';

const EDGECORE: SwitchDriver = family({
  name: 'edgecore',
  title: 'Edgecore',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.259'] },
  writes: 'snmp',
  power: {
    ...RFC3621_POWER,
    // Whether it counts what is drawn or what was granted is not known.
    budgetBy: 'allocated',
  },
  portRules: ['ifindex', 'ordinal'],
  vlans: Q_BRIDGE,
  save: savedBy('copy running-config startup-config'),
  quirks: ['Port lists have room for aggregates: 5 octets for 28 ports.'],
});

function model(name: string, arc: string): SwitchDriver {
  const root: Oid = `${PRODUCTS}.${arc}`;
  const port = `${root}.1.28.6.1`;
  return family({
    ...EDGECORE,
    name: `edgecore-${name.toLowerCase()}`,
    title: `Edgecore ${name}`,
    recognise: { sysObjectIds: [root] },
    power: {
      ...EDGECORE.power!,
      // pethPsePortExtUsedPowerValue and pethPsePortExtMaximumPowerValue, milliwatts.
      watts: { column: `${port}.14`, unit: 0.001, kind: 'measured' },
      limit: { column: `${port}.13`, unit: 0.001, writable: true },
    },
    edge: {
      sets: [
        // staPortAdminEdgePortWithAuto := true(1), staPortBpduFilter := enabled(1).
        { what: 'portfast', column: `${root}.1.5.2.1.16`, index: 'bridgePort', value: 1 },
        { what: 'bpdu', column: `${root}.1.5.2.1.17`, index: 'bridgePort', value: 1 },
      ],
    },
  });
}

/** Other models have no watts that are known; those below have the tables of their MIBs. */
export const EDGECORE_FAMILIES: readonly SwitchDriver[] = Object.freeze([
  EDGECORE,
  model('ECS2100', '43'),
  model('ECS4100', '46'),
  model('ECS4110', '39'),
  model('ECS4120', '45'),
  model('ECS4210', '42.101'),
  model('ECS4510', '24'),
  model('ECS4620', '41'),
  model('ECS5520', '51'),
]);

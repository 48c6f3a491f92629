/**
 * Power by POWER-ETHERNET-MIB (RFC 3621) alone: what every managed PoE switch has in common. Families say what they do
 * otherwise as `{ ...RFC3621_POWER, … }`; a switch of no known family is read with it as it is.
 */
import {
  DETECTION_STATUS,
  PETH_MAIN_PSE,
  PETH_PSE_PORT,
  POWER_CLASSIFICATIONS,
  TRUTH_VALUE,
} from '../mib/power-ethernet.ts';
import type { AdminColumn, PowerDialect, SwitchDriver } from './driver.ts';

/** pethPsePortAdminEnable, a TruthValue: the column to switch with also on most switches that have one of their own. */
export const RFC3621_ADMIN: AdminColumn = Object.freeze({
  column: PETH_PSE_PORT.pethPsePortAdminEnable,
  type: 'Integer32',
  on: TRUTH_VALUE.true,
  off: TRUTH_VALUE.false,
  readsOn: Object.freeze([TRUTH_VALUE.true]),
});

export const RFC3621_POWER: PowerDialect = Object.freeze({
  admin: RFC3621_ADMIN,
  detection: Object.freeze({ column: PETH_PSE_PORT.pethPsePortDetectionStatus, values: DETECTION_STATUS }),
  powerClass: Object.freeze({ column: PETH_PSE_PORT.pethPsePortPowerClassifications, values: POWER_CLASSIFICATIONS }),
  counters: Object.freeze({
    mpsAbsent: PETH_PSE_PORT.pethPsePortMPSAbsentCounter,
    invalidSignature: PETH_PSE_PORT.pethPsePortInvalidSignatureCounter,
    denied: PETH_PSE_PORT.pethPsePortPowerDeniedCounter,
    overload: PETH_PSE_PORT.pethPsePortOverLoadCounter,
    short: PETH_PSE_PORT.pethPsePortShortCounter,
  }),
  // Not of RFC 3621 but served by several vendors in its table, in milliwatts; where it is missing it is not missed.
  watts: Object.freeze({ column: PETH_PSE_PORT.pethPsePortActualPower, unit: 0.001, kind: 'measured' }),
  // RFC 3621 has no limit per port.
  limit: undefined,
  priority: Object.freeze({
    column: PETH_PSE_PORT.pethPsePortPowerPriority,
    values: Object.freeze({ 1: 'critical', 2: 'high', 3: 'low' } as const),
  }),
  main: Object.freeze({
    capacity: Object.freeze({ column: PETH_MAIN_PSE.pethMainPsePower, unit: 1 }),
    consumption: Object.freeze({ column: PETH_MAIN_PSE.pethMainPseConsumptionPower, unit: 1 }),
  }),
  budgetBy: 'measured',
  cycle: undefined,
  // Eighteen keep a SET well under the smallest message that every agent takes (484 octets, RFC 3417 §3.2).
  rowsPerSet: 18,
});

/** A switch of which nothing more is known than that it speaks RFC 3621. */
export const RFC3621_DRIVER: SwitchDriver = Object.freeze({
  name: 'rfc3621',
  title: 'a switch with RFC 3621',
  recognise: Object.freeze({ sysObjectIds: [] }),
  writes: 'snmp',
  power: RFC3621_POWER,
  portRules: Object.freeze([]),
  vlans: undefined,
  save: undefined,
  edge: undefined,
  reservedVlans: Object.freeze([]),
  quirks: Object.freeze([]),
});

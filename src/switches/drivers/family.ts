/** How a driver file is written: what the family has, and nothing of what it has not. */
import type { Oid } from '../snmp/oid.ts';
import type { EdgeSpec, SaveConfig, SwitchDriver, VlanDialectSpec } from './driver.ts';

type Required = 'name' | 'title' | 'recognise' | 'writes';
export type Family = Pick<SwitchDriver, Required> & Partial<Omit<SwitchDriver, Required>>;

/** What is not said is not known: no PoE objects, the general port rules, no VLANs, a configuration that saves itself. */
export function family(said: Family): SwitchDriver {
  return frozen({
    power: undefined,
    portRules: [],
    vlans: undefined,
    save: undefined,
    edge: undefined,
    reservedVlans: [],
    quirks: [],
    ...said,
  });
}

export function frozen<Value extends object>(value: Value): Value {
  for (const part of Object.values(value)) {
    // A regular expression keeps its lastIndex: freezing one would break it.
    if (typeof part === 'object' && part !== null && !(part instanceof RegExp)) frozen(part);
  }
  return Object.freeze(value);
}

/** RFC 4363 as it stands, and as most managed switches have it (research: snmp-poe §3). */
export const Q_BRIDGE = Object.freeze({
  dialect: 'q-bridge',
  pvidIndex: 'bridgePort',
  egressFirst: false,
  creates: true,
} as const satisfies VlanDialectSpec);

/** dot1dStpPortAdminEdgePort (RFC 4318), a TruthValue: a port that forwards as soon as its link is up. */
export const RSTP_EDGE: EdgeSpec = frozen({
  sets: [{ what: 'portfast', column: '1.3.6.1.2.1.17.2.19.1.2', index: 'bridgePort', value: 1 }],
});

/** One integer saves everything. `object` with its instance. */
export function saveBySetting(object: Oid, value: number): SaveConfig {
  return { sets: [[{ oid: object, type: 'Integer32', value }]] };
}

/** It is saved by hand, or by whoever set the switch up. */
export function savedBy(command: string): SaveConfig {
  return { sets: [], command };
}

/** Any row number will do; the row of the last save may still be there, so it is destroyed first. */
export const SAVE_ROW = 1108;

/** RowStatus (RFC 2579). */
export const ROW_STATUS = Object.freeze({ createAndGo: 4, destroy: 6 });

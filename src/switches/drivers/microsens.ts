/** MICROSENS G6 industrial switches: G6-POE-MIB in place of RFC 3621, indexed by the number beside the socket. */
import type { DetectionName, SwitchDriver } from './driver.ts';
import { family, Q_BRIDGE, savedBy } from './family.ts';

const POE = '1.3.6.1.4.1.3181.10.6.1.33';
const CONFIG = `${POE}.4.1`;
const STATUS = `${POE}.101.1`;

/** statusCondition. */
const CONDITION: Readonly<Record<number, DetectionName>> = {
  0: 'disabled',
  1: 'searching',
  2: 'searching',
  3: 'deliveringPower',
  4: 'otherFault',
  5: 'fault',
  6: 'denied',
  7: 'fault',
  8: 'otherFault',
  9: 'otherFault',
};

export const MICROSENS: SwitchDriver = family({
  name: 'microsens',
  title: 'MICROSENS G6',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.3181.10.6'] },
  writes: 'snmp',
  power: {
    // configMode: disabled(0), automatic(1), a class to grant (2 to 6), forcedOn(7).
    admin: {
      column: `${CONFIG}.2`,
      type: 'Integer32',
      on: 1,
      restore: 'as-before',
      off: 0,
      readsOn: [1, 2, 3, 4, 5, 6, 7],
    },
    detection: { column: `${STATUS}.2`, values: CONDITION },
    powerClass: { column: `${STATUS}.3`, values: { 0: 'class0', 1: 'class1', 2: 'class2', 3: 'class3', 4: 'class4' } },
    counters: { denied: `${STATUS}.7`, overload: `${STATUS}.8`, short: `${STATUS}.9` },
    watts: { column: `${STATUS}.6`, unit: 0.001, kind: 'measured' },
    limit: undefined,
    // configPriorityPort is yes or no.
    priority: undefined,
    // poeTotalPowerConsumed; poePoeMaxPowerAvailable is what somebody said of the supply, in a unit that is not told.
    main: { consumption: { column: `${POE}.100`, unit: 0.001 } },
    budgetBy: 'measured',
    cycle: undefined,
    rowsPerSet: 18,
  },
  // Row 1 is bridge port 1, socket 1/1, interface 101.
  portRules: ['bridge-port'],
  vlans: Q_BRIDGE,
  save: savedBy('whatever keeps its configuration: it is not known whether writes survive a restart'),
  quirks: [
    'Interfaces are 101 to 106, bridge ports and PoE rows 1 to 6, all named 1/1 to 1/6.',
    'Its forwarding database has ifIndexes where RFC 4363 has bridge ports.',
    'A watchdog may restart boards on its own (watchdogTestMethod): keep it off.',
  ],
});

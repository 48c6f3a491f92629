import type { MibPart } from '../mib.ts';
import { TAG } from '../mib.ts';
import type { Pse } from '../pse.ts';
import type { Column, Rows } from '../table.ts';
import { fixedRows, table } from '../table.ts';
import { among, between, checkDisplayString, FALSE, TRUE, truthValue } from './checks.ts';

const PORT_ENTRY = '1.3.6.1.2.1.105.1.1.1';
const MAIN_ENTRY = '1.3.6.1.2.1.105.1.3.1.1';
const NOTIFICATION_ENTRY = '1.3.6.1.2.1.105.1.4.1.1';

/** What may be written and changes nothing else. */
interface Settings {
  readonly priority: number[];
  readonly type: string[];
  threshold: number;
  notifications: number;
}

export interface PoeObjects {
  readonly pse: Pse;
  /** Ports of the power sourcing equipment by the index of their rows, `<group>.<port>`. */
  readonly rows: Rows<number>;
  readonly group: () => string;
  readonly budget: number;
}

/** pethPsePortPowerPriority: low. */
const LOW = 3;

/** POWER-ETHERNET-MIB (RFC 3621): the three tables, all ports in one group. */
export function powerEthernetObjects({ pse, rows, group, budget }: PoeObjects): MibPart[] {
  const settings: Settings = { priority: [], type: [], threshold: 80, notifications: FALSE };
  const port = (arc: number, tag: number, read: Column<number>['read']): Column<number> => ({ arc, tag, read });
  const main = fixedRows([[group(), undefined]]);
  return [
    table(PORT_ENTRY, rows, [
      // pethPsePortAdminEnable
      {
        ...port(3, TAG.Integer32, (number) => truthValue(pse.port(number).admin)),
        check: among(TRUE, FALSE),
        write: (number, value) => pse.setAdmin(number, value === TRUE),
      },
      // pethPsePortPowerPairsControlAbility and pethPsePortPowerPairs: signal pairs, and no choice
      port(4, TAG.Integer32, () => FALSE),
      port(5, TAG.Integer32, () => 1),
      // pethPsePortDetectionStatus
      port(6, TAG.Integer32, (number) => pse.port(number).detection),
      // pethPsePortPowerPriority: critical, high, low
      {
        ...port(7, TAG.Integer32, (number) => settings.priority[number] ?? LOW),
        check: among(1, 2, LOW),
        write: (number, value) => {
          settings.priority[number] = Number(value);
        },
      },
      // pethPsePortMPSAbsentCounter
      port(8, TAG.Counter32, (number) => pse.port(number).mpsAbsent),
      // pethPsePortType
      {
        ...port(9, TAG.OctetString, (number) => Buffer.from(settings.type[number] ?? '')),
        check: checkDisplayString,
        write: (number, value) => {
          settings.type[number] = String(value);
        },
      },
      // pethPsePortPowerClassifications: the class plus one
      port(10, TAG.Integer32, (number) => Math.min(4, Math.max(0, pse.port(number).device?.powerClass ?? 0)) + 1),
      // InvalidSignature, PowerDenied, OverLoad, Short counters
      port(11, TAG.Counter32, () => 0),
      port(12, TAG.Counter32, (number) => pse.port(number).denied),
      port(13, TAG.Counter32, () => 0),
      port(14, TAG.Counter32, () => 0),
      // pethPsePortActualPower in milliwatts: beyond RFC 3621, as several vendors have it
      port(15, TAG.Integer32, (number) => Math.round(pse.watts(number) * 1000)),
    ]),
    // pethMainPsePower, OperStatus, ConsumptionPower, UsageThreshold
    table(MAIN_ENTRY, main, [
      { arc: 2, tag: TAG.Gauge32, read: () => Math.floor(budget) },
      { arc: 3, tag: TAG.Integer32, read: () => 1 },
      { arc: 4, tag: TAG.Gauge32, read: () => Math.round(pse.consumption()) },
      {
        arc: 5,
        tag: TAG.Integer32,
        check: between(1, 99),
        read: () => settings.threshold,
        write: (_row, value) => {
          settings.threshold = Number(value);
        },
      },
    ]),
    // pethNotificationControlEnable
    table(NOTIFICATION_ENTRY, main, [
      {
        arc: 2,
        tag: TAG.Integer32,
        check: among(TRUE, FALSE),
        read: () => settings.notifications,
        write: (_row, value) => {
          settings.notifications = Number(value);
        },
      },
    ]),
  ];
}

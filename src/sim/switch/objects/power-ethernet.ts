import type { AdminControl } from '../admin-control.ts';
import type { PowerFaults } from '../faults.ts';
import type { MibPart } from '../mib.ts';
import { TAG } from '../mib.ts';
import type { Pse } from '../pse.ts';
import { PRIORITY } from '../pse.ts';
import type { SettingsStore } from '../settings.ts';
import { priorityOf } from '../settings.ts';
import type { Column, Rows } from '../table.ts';
import { fixedRows, table } from '../table.ts';
import { among, between, checkDisplayString, FALSE, TRUE, truthValue } from './checks.ts';

const PORT_ENTRY = '1.3.6.1.2.1.105.1.1.1';
const MAIN_ENTRY = '1.3.6.1.2.1.105.1.3.1.1';
const NOTIFICATION_ENTRY = '1.3.6.1.2.1.105.1.4.1.1';

export interface PoeObjects {
  readonly pse: Pse;
  readonly admin: AdminControl;
  readonly settings: SettingsStore;
  /** Ports of the power sourcing equipment by the index of their rows, `<group>.<port>`. */
  readonly rows: Rows<number>;
  readonly group: string;
  /** pethMainPseConsumptionPower is a sum of what classes may draw, not a measurement. */
  readonly showsAllocated: boolean;
  /** Watts of one unit of pethMainPseConsumptionPower: 1, but for vendors that show milliwatts. */
  readonly consumptionUnit: number;
  readonly faults: PowerFaults;
  /** Whether column 15 is there, which RFC 3621 does not have. */
  readonly actualPower: boolean;
}

/** POWER-ETHERNET-MIB (RFC 3621): the three tables, all ports in one group. */
export function powerEthernetObjects(objects: PoeObjects): MibPart[] {
  const { pse, admin, settings, rows, faults } = objects;
  const consumption = () => (objects.showsAllocated ? pse.spent() : pse.consumption()) / objects.consumptionUnit;
  const port = (arc: number, tag: number, read: Column<number>['read']): Column<number> => ({ arc, tag, read });
  const main = fixedRows([[objects.group, undefined]]);
  return [
    table(PORT_ENTRY, rows, [
      // pethPsePortAdminEnable
      {
        ...port(3, TAG.Integer32, (number) => truthValue(pse.port(number).admin)),
        check: among(TRUE, FALSE),
        write: (number, value) => admin.set(number, value === TRUE),
      },
      // pethPsePortPowerPairsControlAbility and pethPsePortPowerPairs: signal pairs, and no choice
      port(4, TAG.Integer32, () => FALSE),
      port(5, TAG.Integer32, () => 1),
      // pethPsePortDetectionStatus
      port(6, TAG.Integer32, (number) => faults.detectionReads.get(number) ?? pse.port(number).detection),
      // pethPsePortPowerPriority
      {
        ...port(7, TAG.Integer32, (number) => priorityOf(settings.values, number)),
        check: among(...Object.values(PRIORITY)),
        write: (number, value) => settings.write((values) => values.priority.set(number, Number(value))),
      },
      // pethPsePortMPSAbsentCounter
      port(8, TAG.Counter32, (number) => pse.port(number).mpsAbsent),
      // pethPsePortType
      {
        ...port(9, TAG.OctetString, (number) => Buffer.from(settings.values.powerType.get(number) ?? '')),
        check: checkDisplayString,
        write: (number, value) => settings.write((values) => values.powerType.set(number, String(value))),
      },
      // pethPsePortPowerClassifications: the class plus one
      port(10, TAG.Integer32, (number) => Math.min(4, Math.max(0, pse.port(number).device?.powerClass ?? 0)) + 1),
      // InvalidSignature, PowerDenied, OverLoad, Short counters
      port(11, TAG.Counter32, () => 0),
      port(12, TAG.Counter32, (number) => pse.port(number).denied),
      port(13, TAG.Counter32, (number) => pse.port(number).overload),
      port(14, TAG.Counter32, (number) => pse.port(number).short),
      // pethPsePortActualPower in milliwatts: beyond RFC 3621, as several vendors have it
      ...(objects.actualPower ? [port(15, TAG.Integer32, (number) => Math.round(pse.watts(number) * 1000))] : []),
    ]),
    // pethMainPsePower, OperStatus, ConsumptionPower, UsageThreshold
    table(MAIN_ENTRY, main, [
      { arc: 2, tag: TAG.Gauge32, read: () => Math.floor(pse.budget) },
      { arc: 3, tag: TAG.Integer32, read: () => 1 },
      { arc: 4, tag: TAG.Gauge32, read: () => Math.round(consumption()) },
      {
        arc: 5,
        tag: TAG.Integer32,
        check: between(1, 99),
        read: () => settings.values.usageThreshold,
        write: (_row, value) =>
          settings.write((values) => {
            values.usageThreshold = Number(value);
          }),
      },
    ]),
    // pethNotificationControlEnable
    table(NOTIFICATION_ENTRY, main, [
      {
        arc: 2,
        tag: TAG.Integer32,
        check: among(TRUE, FALSE),
        read: () => truthValue(settings.values.notifications),
        write: (_row, value) =>
          settings.write((values) => {
            values.notifications = value === TRUE;
          }),
      },
    ]),
  ];
}

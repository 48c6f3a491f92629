import type { MibInstance, MibValue } from '../mib.ts';
import { STATUS, TAG } from '../mib.ts';
import type { Pse, PsePort } from '../pse.ts';
import { checkDisplayString } from './system.ts';

const PORT_ENTRY = '1.3.6.1.2.1.105.1.1.1';
const MAIN_ENTRY = '1.3.6.1.2.1.105.1.3.1.1';
const NOTIFICATION_ENTRY = '1.3.6.1.2.1.105.1.4.1.1';

const TRUE = 1;
const FALSE = 2;

/** What may be written and changes nothing else; kept over a restart. */
interface Settings {
  readonly priority: number[];
  readonly type: string[];
  threshold: number;
  notifications: number;
}

export interface PoeRow {
  /** The port of the power sourcing equipment, from 1. */
  readonly port: number;
  /** Index of its row, `<group>.<port>`. */
  readonly index: string;
}

export interface PoeObjects {
  readonly pse: Pse;
  readonly rows: readonly PoeRow[];
  readonly budget: number;
  /** Takes a SET of pethPsePortAdminEnable. */
  readonly setAdmin: (port: number, on: boolean) => void;
}

/** POWER-ETHERNET-MIB (RFC 3621): the three tables, all ports in the group of the first row. */
export function powerEthernetInstances({ pse, rows, budget, setAdmin }: PoeObjects): MibInstance[] {
  const settings: Settings = { priority: [], type: [], threshold: 80, notifications: FALSE };
  const instances: MibInstance[] = [];
  const column = (arc: number, tag: number, read: (port: Readonly<PsePort>, number: number) => MibValue) => {
    const object = { oid: `${PORT_ENTRY}.${arc}`, tag };
    for (const row of rows)
      instances.push({ object, index: row.index, read: () => read(pse.port(row.port), row.port) });
  };
  const writable = (
    arc: number,
    tag: number,
    check: (value: MibValue) => number,
    read: (port: number) => MibValue,
    write: (port: number, value: MibValue) => void,
  ) => {
    const object = { oid: `${PORT_ENTRY}.${arc}`, tag, check };
    for (const { port, index } of rows) {
      instances.push({ object, index, read: () => read(port), write: (value) => write(port, value) });
    }
  };
  // pethPsePortAdminEnable
  const admin = (port: number) => (pse.port(port).admin ? TRUE : FALSE);
  writable(3, TAG.Integer32, among(TRUE, FALSE), admin, (port, value) => setAdmin(port, value === TRUE));
  // pethPsePortPowerPairsControlAbility and pethPsePortPowerPairs: signal pairs, and no choice
  column(4, TAG.Integer32, () => FALSE);
  column(5, TAG.Integer32, () => 1);
  // pethPsePortDetectionStatus
  column(6, TAG.Integer32, (port) => port.detection);
  // pethPsePortPowerPriority: critical, high, low
  const low = 3;
  writable(
    7,
    TAG.Integer32,
    among(1, 2, low),
    (port) => settings.priority[port] ?? low,
    (port, value) => {
      settings.priority[port] = Number(value);
    },
  );
  // pethPsePortMPSAbsentCounter
  column(8, TAG.Counter32, (port) => port.mpsAbsent);
  // pethPsePortType
  writable(
    9,
    TAG.OctetString,
    checkDisplayString,
    (port) => Buffer.from(settings.type[port] ?? ''),
    (port, value) => {
      settings.type[port] = String(value);
    },
  );
  // pethPsePortPowerClassifications: the class plus one
  column(10, TAG.Integer32, (port) => Math.min(4, Math.max(0, port.device?.powerClass ?? 0)) + 1);
  // InvalidSignature, PowerDenied, OverLoad, Short counters
  column(11, TAG.Counter32, () => 0);
  column(12, TAG.Counter32, (port) => port.denied);
  column(13, TAG.Counter32, () => 0);
  column(14, TAG.Counter32, () => 0);
  // pethPsePortActualPower in milliwatts: beyond RFC 3621, as several vendors have it
  column(15, TAG.Integer32, (_port, number) => Math.round(pse.watts(number) * 1000));

  const group = rows[0]?.index.split('.')[0] ?? '1';
  const main = (arc: number, tag: number, read: () => MibValue): MibInstance => ({
    object: { oid: `${MAIN_ENTRY}.${arc}`, tag },
    index: group,
    read,
  });
  return [
    ...instances,
    main(2, TAG.Gauge32, () => Math.floor(budget)),
    main(3, TAG.Integer32, () => 1),
    main(4, TAG.Gauge32, () => Math.round(pse.consumption())),
    {
      object: { oid: `${MAIN_ENTRY}.5`, tag: TAG.Integer32, check: between(1, 99) },
      index: group,
      read: () => settings.threshold,
      write: (value) => {
        settings.threshold = Number(value);
      },
    },
    {
      object: { oid: `${NOTIFICATION_ENTRY}.2`, tag: TAG.Integer32, check: among(TRUE, FALSE) },
      index: group,
      read: () => settings.notifications,
      write: (value) => {
        settings.notifications = Number(value);
      },
    },
  ];
}

function among(...values: readonly number[]) {
  return (value: MibValue) => (values.includes(value as number) ? STATUS.noError : STATUS.wrongValue);
}

function between(low: number, high: number) {
  return (value: MibValue) =>
    typeof value === 'number' && value >= low && value <= high ? STATUS.noError : STATUS.wrongValue;
}

/** Rows of the port tables, and how they become values of SQLite and back. */
import { type Millis, millis, type SlotNumber } from '../rack/units.ts';

/** What a port counted between two readings. Undefined: not known. */
export interface PortCounted {
  readonly elapsed: Millis;
  readonly inOctets: number | undefined;
  readonly outOctets: number | undefined;
  readonly receiveErrors: number | undefined;
  readonly sendErrors: number | undefined;
  readonly inDiscards: number | undefined;
  readonly outDiscards: number | undefined;
  /** 1 where the link came or went in between, 0 where not. */
  readonly linkChanges: number | undefined;
  readonly mpsAbsent: number | undefined;
  readonly denied: number | undefined;
  readonly overloads: number | undefined;
}

export interface PortNow {
  readonly switch: string;
  readonly port: string;
  readonly slot: SlotNumber | undefined;
  /** Undefined before the first reading. */
  readonly readAt: Millis | undefined;
  readonly link: string | undefined;
  /** Mb/s. */
  readonly speed: number | undefined;
  readonly duplex: string | undefined;
  readonly delivering: boolean | undefined;
  readonly watts: number | undefined;
  readonly inBitsPerSecond: number | undefined;
  readonly outBitsPerSecond: number | undefined;
  readonly findings: readonly string[];
}

export interface PortReadingRow extends Omit<PortNow, 'slot' | 'readAt'> {
  /** Undefined for the first reading. */
  readonly counted: PortCounted | undefined;
}

export interface PortHistoryRow extends Omit<PortCounted, 'elapsed'> {
  readonly beganAt: Millis;
  /** How long was counted. */
  readonly counted: Millis;
  readonly inBitsPerSecond: number | undefined;
  readonly outBitsPerSecond: number | undefined;
  readonly watts: number | undefined;
  /** How long watts are known. */
  readonly wattsKnown: Millis;
  readonly wattsMost: number | undefined;
}

export interface PortKey {
  readonly switch: string;
  readonly port: string;
}

/** Sums where something is known; NULL stays NULL. */
export const SUMMED = [
  'in_octets',
  'out_octets',
  'receive_errors',
  'send_errors',
  'in_discards',
  'out_discards',
  'link_changes',
  'mps_absent',
  'denied',
  'overloads',
] as const;

export interface PortRecord {
  readonly switch: string;
  readonly port: string;
  readonly slot: SlotNumber | null;
  readonly read_at: Millis | null;
  readonly link: string | null;
  readonly speed: number | null;
  readonly duplex: string | null;
  readonly delivering: number | null;
  readonly watts: number | null;
  readonly in_bits_per_second: number | null;
  readonly out_bits_per_second: number | null;
  readonly findings: string;
}

export type HistoryRecord = Readonly<Record<(typeof SUMMED)[number] | 'watts_max' | 'watt_millis', number | null>> & {
  readonly began_at: Millis;
  readonly millis: Millis;
  readonly octets_millis: number;
  readonly watts_known_millis: number;
};

export function newestValues(row: PortReadingRow, now: Millis): unknown[] {
  return [
    now,
    row.link ?? null,
    whole(row.speed),
    row.duplex ?? null,
    row.delivering === undefined ? null : Number(row.delivering),
    row.watts ?? null,
    row.inBitsPerSecond ?? null,
    row.outBitsPerSecond ?? null,
    row.findings.join('\n'),
  ];
}

/** In the order of the columns of the statement that adds them. */
export function historyValues(row: PortReadingRow, counted: PortCounted): unknown[] {
  const elapsed = Math.round(counted.elapsed);
  const octetsKnown = counted.inOctets !== undefined && counted.outOctets !== undefined;
  return [
    elapsed,
    octetsKnown ? elapsed : 0,
    row.watts === undefined ? 0 : elapsed,
    row.watts === undefined ? null : row.watts * elapsed,
    row.watts ?? null,
    octetsKnown ? whole(counted.inOctets) : null,
    octetsKnown ? whole(counted.outOctets) : null,
    whole(counted.receiveErrors),
    whole(counted.sendErrors),
    whole(counted.inDiscards),
    whole(counted.outDiscards),
    whole(counted.linkChanges),
    whole(counted.mpsAbsent),
    whole(counted.denied),
    whole(counted.overloads),
  ];
}

export function portNow(row: PortRecord): PortNow {
  return {
    switch: row.switch,
    port: row.port,
    slot: known(row.slot),
    readAt: known(row.read_at),
    link: known(row.link),
    speed: known(row.speed),
    duplex: known(row.duplex),
    delivering: row.delivering === null ? undefined : row.delivering === 1,
    watts: known(row.watts),
    inBitsPerSecond: known(row.in_bits_per_second),
    outBitsPerSecond: known(row.out_bits_per_second),
    findings: row.findings === '' ? [] : row.findings.split('\n'),
  };
}

export function historyRow(row: HistoryRecord): PortHistoryRow {
  const rate = (octets: number | null) =>
    octets === null || row.octets_millis === 0 ? undefined : (octets * 8_000) / row.octets_millis;
  return {
    beganAt: row.began_at,
    counted: row.millis,
    inOctets: known(row.in_octets),
    outOctets: known(row.out_octets),
    receiveErrors: known(row.receive_errors),
    sendErrors: known(row.send_errors),
    inDiscards: known(row.in_discards),
    outDiscards: known(row.out_discards),
    linkChanges: known(row.link_changes),
    mpsAbsent: known(row.mps_absent),
    denied: known(row.denied),
    overloads: known(row.overloads),
    inBitsPerSecond: rate(row.in_octets),
    outBitsPerSecond: rate(row.out_octets),
    watts:
      row.watt_millis === null || row.watts_known_millis === 0 ? undefined : row.watt_millis / row.watts_known_millis,
    wattsKnown: millis(row.watts_known_millis),
    wattsMost: known(row.watts_max),
  };
}

/** STRICT columns of integers take nothing else; better-sqlite3 sends a JavaScript number as REAL where it has to. */
function whole(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value);
}

function known<T>(value: T | null): T | undefined {
  return value ?? undefined;
}

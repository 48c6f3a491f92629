/** What a PoE port is and what it should be: pure, in the words of RFC 3621. */
import type { Millis, Watts } from '../rack/units.ts';
import { millis } from '../rack/units.ts';
import type { AdminColumn, DetectionName } from './drivers/driver.ts';
import type { Unknown } from './mib/enumeration.ts';
import type { IF_OPER_STATUS } from './mib/interfaces.ts';

export type Detection = DetectionName | Unknown;
export type LinkStatus = (typeof IF_OPER_STATUS)[keyof typeof IF_OPER_STATUS] | Unknown;

/** The part of a port's state that switching looks at. */
export interface PortSeen {
  /** Undefined for a value that means neither on nor off. */
  readonly admin: boolean | undefined;
  readonly detection: Detection;
  /** How often power was denied; undefined where the switch does not count it. */
  readonly denied: number | undefined;
}

/** A whole row, as a reading of the switch gives it. Undefined: the switch does not say. */
export interface PortPower extends PortSeen {
  /** The name that the rack file uses for the port, else the switch's own; undefined while the port map is not proven. */
  readonly port: string | undefined;
  /** Index of the row, `<group>.<port>` or what the family has. */
  readonly row: string;
  /** `class0` to `class4` and beyond. Valid only while power is delivered, and undefined otherwise. */
  readonly powerClass: string | undefined;
  readonly mpsAbsent: number | undefined;
  readonly invalidSignature: number | undefined;
  readonly overload: number | undefined;
  readonly short: number | undefined;
  /** What the port delivers, or was granted, as the driver says. */
  readonly watts: Watts | undefined;
  /** ifOperStatus of the port's interface. */
  readonly link: LinkStatus | undefined;
}

/** Whether a value of the column means on or off; undefined for any that means neither. */
export function adminOf(column: Pick<AdminColumn, 'off' | 'readsOn'>, value: number | undefined): boolean | undefined {
  if (value === undefined) return undefined;
  if (column.readsOn.includes(value)) return true;
  return value === column.off ? false : undefined;
}

/**
 * What a switch that has no detection status must mean: a port that draws power delivers it, and where power is not
 * told either, one whose link is up does.
 */
export function inferDetection(
  admin: boolean | undefined,
  drawn: Watts | undefined,
  link: LinkStatus | undefined,
): Detection {
  if (drawn === undefined && link === undefined) return NOT_TOLD;
  if (drawn === undefined ? link === 'up' : drawn > 0) return 'deliveringPower';
  return admin === true ? 'searching' : 'disabled';
}

const NOT_TOLD: Detection = 'unknown(0)';

/** Whether the port feeds its device; undefined for a status that is not known, which proves neither. */
export function delivers(detection: Detection): boolean | undefined {
  if (detection === 'deliveringPower') return true;
  return detection.startsWith('unknown') ? undefined : false;
}

/** Whether the port gave up for something that only off and on again can clear: many latch it (research: snmp-poe §5). */
export function isFaulty(detection: string): boolean {
  return detection === 'fault' || detection === 'otherFault';
}

export function isOff(seen: PortSeen): boolean {
  return seen.admin === false && delivers(seen.detection) === false;
}

export function isDelivering(seen: PortSeen): boolean {
  return seen.admin === true && delivers(seen.detection) === true;
}

export function describeAdmin(admin: boolean | undefined): string {
  if (admin === undefined) return 'neither on nor off';
  return admin ? 'on' : 'off';
}

export function describeSeen(seen: PortSeen): string {
  return `admin ${describeAdmin(seen.admin)}, ${seen.detection}`;
}

/** Whether the switch refused power to the port since `before`, by its counter or by its status. */
export function isDenied(before: PortSeen, now: PortSeen): boolean {
  return now.detection === 'denied' || deniedSince(before, now) > 0;
}

/** How often power was denied since `before`. A Counter32 wraps, and starts again with the switch. */
export function deniedSince(before: PortSeen, now: PortSeen): number {
  if (before.denied === undefined || now.denied === undefined) return 0;
  return now.denied >= before.denied ? now.denied - before.denied : now.denied;
}

const SHORTEST_PAUSE = 20;
const LONGEST_PAUSE = 500;

/**
 * How long to wait before looking again: about a fortieth of the wait so far, so that what is found late is late by a few
 * per cent; and never less than the last look took, so that a slow switch is asked half the time at most.
 */
export function pollPause(waited: Millis, lastLook: Millis): Millis {
  return millis(Math.round(Math.max(Math.min(Math.max(waited / 40, SHORTEST_PAUSE), LONGEST_PAUSE), lastLook)));
}

/** TimeTicks are hundredths of a second and wrap after 497 days. */
const TICKS_WRAP = 2 ** 32;

export interface UpTime {
  /** sysUpTime, hundredths of a second. */
  readonly ticks: number;
  /** When it was asked for and when the answer was there, on the monotonic clock: it was read somewhere between. */
  readonly from: Millis;
  readonly to: Millis;
}

/** From hundredths of a second. */
export function upTimeMillis(ticks: number | undefined): Millis | undefined {
  return ticks === undefined ? undefined : millis(ticks * 10);
}

/** Agents keep time to about two per cent, and some refresh sysUpTime every few seconds only. */
const TOLERANCE_TICKS = 1_000;
const TOLERANCE_RATE = 0.02;

/**
 * Whether the agent started anew between the two readings: its time went back, or it is behind the time that has passed
 * here. A wrap is neither.
 */
export function restarted(before: UpTime, now: UpTime): boolean {
  const passed = Math.max(0, now.from - before.to) / 10;
  const tolerance = TOLERANCE_TICKS + TOLERANCE_RATE * passed;
  const expected = before.ticks + passed;
  if (expected < TICKS_WRAP - tolerance) return now.ticks < before.ticks || now.ticks < expected - tolerance;
  const behind = (expected - now.ticks) % TICKS_WRAP;
  return behind > tolerance && behind < TICKS_WRAP / 2;
}

/** What a PoE port is and what it should be: pure, by RFC 3621. */
import type { Millis, Watts } from '../rack/units.ts';
import { millis } from '../rack/units.ts';
import type { Unknown } from './mib/enumeration.ts';
import { named } from './mib/enumeration.ts';
import type { IF_OPER_STATUS } from './mib/interfaces.ts';
import { DETECTION_STATUS, type POWER_CLASSIFICATIONS, TRUTH_VALUE } from './mib/power-ethernet.ts';

export type Detection = (typeof DETECTION_STATUS)[keyof typeof DETECTION_STATUS] | Unknown;
export type PowerClass = (typeof POWER_CLASSIFICATIONS)[keyof typeof POWER_CLASSIFICATIONS] | Unknown;
export type LinkStatus = (typeof IF_OPER_STATUS)[keyof typeof IF_OPER_STATUS] | Unknown;

/** The part of a port's state that switching looks at. */
export interface PortSeen {
  /** pethPsePortAdminEnable; undefined for a number that is no TruthValue. */
  readonly admin: boolean | undefined;
  readonly detection: Detection;
  /** pethPsePortPowerDeniedCounter; undefined where the switch has none. */
  readonly denied: number | undefined;
}

/** A whole row, as a reading of the switch gives it. Undefined: the switch does not say. */
export interface PortPower extends PortSeen {
  /** The name that the rack file uses for the port, else the switch's own; undefined while the port map is not proven. */
  readonly port: string | undefined;
  /** Index of the row, `<group>.<port>`. */
  readonly row: string;
  /** Valid only while power is delivered, and undefined otherwise. */
  readonly powerClass: PowerClass | undefined;
  readonly mpsAbsent: number | undefined;
  readonly overload: number | undefined;
  readonly short: number | undefined;
  /** What the port delivers; undefined where the switch has no such column. */
  readonly watts: Watts | undefined;
  /** ifOperStatus of the port's interface. */
  readonly link: LinkStatus | undefined;
}

export function truthValue(value: number | undefined): boolean | undefined {
  if (value === TRUTH_VALUE.true) return true;
  return value === TRUTH_VALUE.false ? false : undefined;
}

export function detectionStatus(value: number): Detection {
  return named(DETECTION_STATUS, value);
}

/** Whether the port feeds its device; undefined for a status that RFC 3621 does not have, which proves neither. */
export function delivers(detection: Detection): boolean | undefined {
  if (detection === 'deliveringPower') return true;
  return detection.startsWith('unknown') ? undefined : false;
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
  return millis(Math.max(Math.min(Math.max(waited / 40, SHORTEST_PAUSE), LONGEST_PAUSE), lastLook));
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

import type { Millis } from '../../rack/units.ts';
import type { UpTime } from '../power-state.ts';

/** In hundredths of a second, as sysUpTime is. `from` and `to`: when it was asked for, and when it was there. */
export function upTimeSince(booted: Millis | undefined, from: Millis, to: Millis): UpTime | undefined {
  return booted === undefined ? undefined : { ticks: Math.floor(booted / 10) % 2 ** 32, from, to };
}

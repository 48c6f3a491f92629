/** Which values an object takes, as the error-status for one (RFC 3416 §4.2.5). */
import type { MibValue } from '../mib.ts';
import { STATUS } from '../mib.ts';

/** TruthValue (RFC 2579). */
export const TRUE = 1;
export const FALSE = 2;

export const truthValue = (value: boolean): number => (value ? TRUE : FALSE);

export function among(...values: readonly number[]) {
  return (value: MibValue): number => (values.includes(value as number) ? STATUS.noError : STATUS.wrongValue);
}

export function between(low: number, high: number) {
  return (value: MibValue): number =>
    typeof value === 'number' && value >= low && value <= high ? STATUS.noError : STATUS.wrongValue;
}

/** A string of at most so many octets. */
export function upTo(octets: number) {
  return (value: MibValue): number =>
    Buffer.isBuffer(value) && value.length <= octets ? STATUS.noError : STATUS.wrongLength;
}

/** A DisplayString of RFC 2579: up to 255 octets. */
export const checkDisplayString = upTo(255);

/** When advertisements leave that nobody asked for (RFC 4861 §6.2.4). */
import { type Millis, millis, seconds } from '../../rack/units.ts';

/** MinRtrAdvInterval and MaxRtrAdvInterval: the defaults of §6.2.1 for a router lifetime of half an hour. */
export const MIN_INTERVAL = seconds(200);
export const MAX_INTERVAL = seconds(600);
/** MAX_INITIAL_RTR_ADVERTISEMENTS and MAX_INITIAL_RTR_ADVERT_INTERVAL (§10): a host that waits is not kept waiting. */
export const INITIAL_ADVERTISEMENTS = 3;
export const INITIAL_INTERVAL = seconds(16);
/** MIN_DELAY_BETWEEN_RAS (§10): multicast advertisements are not sent more often, however many hosts ask. */
export const MIN_DELAY_BETWEEN = seconds(3);

/** How long until the next one, after `sent` of them on this leg; `random` is from 0 up to, not including, 1. */
export function nextInterval(sent: number, random: number): Millis {
  const interval = MIN_INTERVAL + random * (MAX_INTERVAL - MIN_INTERVAL);
  return millis(Math.round(sent < INITIAL_ADVERTISEMENTS ? Math.min(interval, INITIAL_INTERVAL) : interval));
}

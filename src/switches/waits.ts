/** The states of a port that are waited for, each judged against the state before. */
import type { Millis } from '../rack/units.ts';
import { seconds } from '../rack/units.ts';
import { PortFault, PowerDenied, SwitchError } from './errors.ts';
import type { PortSeen } from './power-state.ts';
import { delivers, deniedSince, describeSeen, isDelivering, isDenied, isFaulty, isOff } from './power-state.ts';
import type { Watch } from './watch.ts';

/**
 * - `off`: switched off and without power
 * - `dark`: without power, whatever its switch says: in the middle of a cycle that the switch does by itself
 * - `delivering`: switched on, with power
 */
export type Awaited = 'off' | 'dark' | 'delivering';

/** How long a port that was refused power, or reads a fault, may go on trying before that is believed. */
export const GRACE = seconds(5);

export interface WaitOptions {
  readonly timeout: Millis;
  readonly grace?: Millis;
}

interface Place<Row extends string> {
  readonly port: string;
  readonly row: Row;
}

/** `start` is the state before the port was switched: what was refused since then was refused to us. */
export function watchFor<Row extends string>(
  { port, row }: Place<Row>,
  state: Awaited,
  start: PortSeen,
  options: WaitOptions,
): Watch<Row> {
  const { timeout } = options;
  if (state === 'delivering') return deliveringWatch({ port, row }, start, options);
  const there = state === 'off' ? isOff : (seen: PortSeen) => delivers(seen.detection) === false;
  return { port, row, expected: 'power off', timeout, judge: (seen) => (there(seen) ? 'reached' : 'waiting') };
}

function deliveringWatch<Row extends string>(
  { port, row }: Place<Row>,
  start: PortSeen,
  options: WaitOptions,
): Watch<Row> {
  const grace = options.grace ?? GRACE;
  let troubledAt: Millis | undefined;
  return {
    port,
    row,
    expected: 'deliveringPower',
    timeout: options.timeout,
    judge: (seen, waited) => {
      if (isDelivering(seen)) return 'reached';
      if (seen.admin === false) return new SwitchedOffAgain(port, describeSeen(seen));
      const denied = isDenied(start, seen);
      if (!denied && !isFaulty(seen.detection)) {
        troubledAt = undefined;
        return 'waiting';
      }
      troubledAt ??= waited;
      if (waited - troubledAt < grace) return 'waiting';
      return denied
        ? new PowerDenied(port, deniedSince(start, seen), waited, describeSeen(seen))
        : new PortFault(port, waited, describeSeen(seen));
    },
  };
}

/** The port was on and is off, and not by us: somebody at the switch, or its restart. */
export class SwitchedOffAgain extends SwitchError {
  override readonly name = 'SwitchedOffAgain';
  constructor(port: string, last: string) {
    super('switched-off-again', `port ${port} was switched off again by somebody else, or by a restart: ${last}`);
  }
}

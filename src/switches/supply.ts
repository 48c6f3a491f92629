/** Whether what the supply reads can be true. Pure. */
import type { Watts } from '../rack/units.ts';
import type { PortPower } from './power-state.ts';
import type { MainPower } from './tables.ts';

/** Losses and rounding: what the supply may read above the sum of its ports. */
const MOST_ABOVE = 1.3;
const ROUNDING = 5;

/**
 * Some switches tell their consumption in another unit than the MIB says (research: snmp-poe §1), which no driver can
 * know of every firmware; so it is held against the sum of the ports. Undefined: nothing speaks against it.
 */
export function doubtSupply(
  main: MainPower,
  ports: readonly Pick<PortPower, 'detection' | 'watts'>[],
): string | undefined {
  const fed = ports.filter((port) => port.detection === 'deliveringPower');
  if (main.consumption === undefined || fed.some((port) => port.watts === undefined)) return undefined;
  const sum = ports.reduce((total, port) => total + (port.watts ?? 0), 0);
  if (main.consumption <= sum * MOST_ABOVE + ROUNDING) return undefined;
  return `the supply reads ${text(main.consumption)} and its ports together ${text(sum)}: one of the two is in another unit, or a port is not counted; only the ports are believed`;
}

function text(amount: Watts | number): string {
  return `${Math.round(amount * 10) / 10} W`;
}

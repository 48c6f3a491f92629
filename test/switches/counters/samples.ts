import { millis } from '../../../src/rack/units.ts';
import type { Counter, CounterName, PortSample } from '../../../src/switches/counters/sample.ts';

export const c32 = (value: number | bigint): Counter => ({ value: BigInt(value), bits: 32 });
export const c64 = (value: number | bigint): Counter => ({ value: BigInt(value), bits: 64 });

/** A gigabit port that has been up for long, `seconds` into the test. */
export function sample(
  seconds: number,
  counters: Partial<Record<CounterName, Counter>> = {},
  change: Partial<PortSample> = {},
): PortSample {
  const at = millis(seconds * 1_000);
  return {
    port: '1',
    ifIndex: 1,
    at,
    upTime: { ticks: 1_000_000 + seconds * 100, from: at, to: at },
    link: 'up',
    speed: 1_000,
    duplex: 'full',
    lastChange: 5_000,
    discontinuity: 0,
    counters,
    delivering: true,
    watts: undefined,
    ...change,
  };
}

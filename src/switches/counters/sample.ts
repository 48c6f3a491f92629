/** One reading of what a port counts. */
import type { Millis, Watts } from '../../rack/units.ts';
import type { LinkStatus, PortPower, UpTime } from '../power-state.ts';

/** A Counter32 or Counter64 (RFC 2578 §7.1.6, §7.1.10): only the difference of two of them means something. */
export interface Counter {
  readonly value: bigint;
  readonly bits: 32 | 64;
}

export const IF_COUNTER_NAMES = Object.freeze([
  'inOctets',
  'outOctets',
  'inErrors',
  'outErrors',
  'inDiscards',
  'outDiscards',
  'fcsErrors',
  'alignmentErrors',
] as const);
export const PSE_COUNTER_NAMES = Object.freeze(['mpsAbsent', 'denied', 'overload', 'short'] as const);

export type CounterName = (typeof IF_COUNTER_NAMES)[number] | (typeof PSE_COUNTER_NAMES)[number];

export interface PortSample {
  /** As the rack file names it. */
  readonly port: string;
  readonly ifIndex: number;
  /** On the monotonic clock. */
  readonly at: Millis;
  readonly upTime: UpTime | undefined;
  readonly link: LinkStatus | undefined;
  /** Mb/s. */
  readonly speed: number | undefined;
  readonly duplex: 'half' | 'full' | undefined;
  /** ifLastChange and ifCounterDiscontinuityTime, in ticks of sysUpTime. */
  readonly lastChange: number | undefined;
  readonly discontinuity: number | undefined;
  /** Those that the switch has. */
  readonly counters: Readonly<Partial<Record<CounterName, Counter>>>;
  readonly delivering: boolean | undefined;
  readonly watts: Watts | undefined;
}

/** With what the newest reading of the PoE rows says of the port. */
export function withPower(sample: PortSample, power: PortPower | undefined): PortSample {
  if (power === undefined) return sample;
  const counters = { ...sample.counters };
  for (const name of PSE_COUNTER_NAMES) {
    const value = power[name];
    if (value !== undefined) counters[name] = { value: BigInt(value), bits: 32 };
  }
  return { ...sample, counters, delivering: power.detection === 'deliveringPower', watts: power.watts };
}

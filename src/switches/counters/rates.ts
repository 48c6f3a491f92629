/**
 * What happened on a port between two readings. Pure. A difference that two readings do not prove is unknown, and never
 * a guess: a wrap, a counter that was cleared and a switch that started anew all look like a step back.
 */
import type { Millis } from '../../rack/units.ts';
import { millis } from '../../rack/units.ts';
import { restarted as startedAnew } from '../power-state.ts';
import type { CounterName, PortSample } from './sample.ts';
import { IF_COUNTER_NAMES, PSE_COUNTER_NAMES } from './sample.ts';

export interface PortDelta {
  readonly port: string;
  /** Of the reading before, and between the two. */
  readonly from: Millis;
  readonly elapsed: Millis;
  /** The switch started anew in between: nothing that it counts is known of this time. */
  readonly restarted: boolean;
  /** Whether the link came or went in between; undefined where that cannot be told. */
  readonly linkChanged: boolean | undefined;
  /** How much was counted, for what is known. */
  readonly counted: Readonly<Partial<Record<CounterName, number>>>;
}

/** Undefined where the two readings are not of one interface, or no time lies between them. */
export function portDelta(before: PortSample, now: PortSample): PortDelta | undefined {
  const elapsed = now.at - before.at;
  if (elapsed <= 0 || before.port !== now.port || before.ifIndex !== now.ifIndex) return undefined;
  const restarted = didRestart(before, now);
  const counted: Partial<Record<CounterName, number>> = {};
  if (!restarted) {
    // The PoE counters are not of the interface, whose counters alone the discontinuity is about.
    const names = sameCounters(before, now) ? [...IF_COUNTER_NAMES, ...PSE_COUNTER_NAMES] : PSE_COUNTER_NAMES;
    for (const name of names) {
      const difference = increase(name, before, now);
      if (difference !== undefined) counted[name] = difference;
    }
  }
  return {
    port: now.port,
    from: before.at,
    elapsed: millis(elapsed),
    restarted,
    linkChanged: restarted ? undefined : changed(before, now),
    counted,
  };
}

/** Bits a second; undefined where the octets are. */
export function bitsPerSecond(delta: PortDelta, direction: 'inOctets' | 'outOctets'): number | undefined {
  const octets = delta.counted[direction];
  return octets === undefined ? undefined : (octets * 8_000) / delta.elapsed;
}

/**
 * Bad frames: ifInErrors counts those with a bad checksum or alignment too (RFC 3635 §3.2.6), where an agent does as it
 * should, so the larger of the two is taken.
 */
export function receiveErrors({ counted }: PortDelta): number | undefined {
  const { inErrors, fcsErrors, alignmentErrors } = counted;
  if (inErrors === undefined && fcsErrors === undefined && alignmentErrors === undefined) return undefined;
  return Math.max(inErrors ?? 0, (fcsErrors ?? 0) + (alignmentErrors ?? 0));
}

function didRestart(before: PortSample, now: PortSample): boolean {
  return before.upTime !== undefined && now.upTime !== undefined && startedAnew(before.upTime, now.upTime);
}

/** Hundredths of a second: agents that compute these times are off by a few from one answer to the next. */
const JITTER_TICKS = 100;

function sameCounters(before: PortSample, now: PortSample): boolean {
  return !moved(before.discontinuity, now.discontinuity);
}

function changed(before: PortSample, now: PortSample): boolean | undefined {
  if (before.link === undefined && now.link === undefined) return undefined;
  return before.link !== now.link || moved(before.lastChange, now.lastChange);
}

function moved(before: number | undefined, now: number | undefined): boolean {
  return before !== undefined && now !== undefined && Math.abs(now - before) > JITTER_TICKS;
}

/** What a port of unknown speed may do at most, Mb/s. */
const USUAL_SPEED = 1_000;

function fastest(before: PortSample, now: PortSample): number {
  return Math.max(before.speed ?? 0, now.speed ?? 0) || USUAL_SPEED;
}

/** Preamble, smallest frame and gap, in bits (IEEE 802.3 §4.4.2). */
const SMALLEST_FRAME_BITS = 672;
/** A PoE port needs longer than this for one more power-up that fails. */
const PSE_EVENTS_PER_SECOND = 10;

/** More than this a second cannot have happened: it was no wrap, the counter began anew. */
function fastestCount(name: CounterName, speed: number): number {
  if (isOctets(name)) return speed * 125_000;
  if ((PSE_COUNTER_NAMES as readonly string[]).includes(name)) return PSE_EVENTS_PER_SECOND;
  return (speed * 1_000_000) / SMALLEST_FRAME_BITS;
}

function isOctets(name: CounterName): boolean {
  return name === 'inOctets' || name === 'outOctets';
}

/** Agents refresh their counters every few seconds only, so that a reading may hold what is older than the one before. */
const REFRESH_SECONDS = 30;

/** Undefined where it may be anything: another width, more than can be, or time enough for more than one wrap. */
function increase(name: CounterName, before: PortSample, now: PortSample): number | undefined {
  const from = before.counters[name];
  const to = now.counters[name];
  if (from === undefined || to === undefined || from.bits !== to.bits) return undefined;
  const range = 2n ** BigInt(to.bits);
  const isBack = to.value < from.value;
  // 64 bits do not wrap in a century (RFC 2863 §3.1.6): a step back is a new beginning.
  if (isBack && to.bits === 64) return undefined;
  const seconds = (now.at - before.at) / 1_000;
  const perSecond = fastestCount(name, fastest(before, now));
  // A gigabit in 32 bits of octets wraps every 34 s. Four thousand million errors are not counted between two readings.
  if (isOctets(name) && perSecond * seconds >= Number(range)) return undefined;
  const difference = Number((to.value - from.value + range) % range);
  const most = perSecond * (seconds + REFRESH_SECONDS);
  return difference > (isBack && !isOctets(name) ? Math.min(most, Number(range) / 2) : most) ? undefined : difference;
}

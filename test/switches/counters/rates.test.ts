import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { millis } from '../../../src/rack/units.ts';
import { bitsPerSecond, portDelta, receiveErrors } from '../../../src/switches/counters/rates.ts';
import type { CounterName } from '../../../src/switches/counters/sample.ts';
import { c32, c64, sample } from './samples.ts';

const MAX32 = 2 ** 32 - 1;

/** What was counted in a minute. */
const counted = (name: CounterName, before: ReturnType<typeof c32>, now: ReturnType<typeof c32>, seconds = 60) =>
  portDelta(sample(0, { [name]: before }), sample(seconds, { [name]: now }))?.counted[name];

describe('the difference of two readings', () => {
  it.each([
    ['grows', 'inOctets', c64(1_000), c64(6_000), 5_000],
    ['stays', 'inOctets', c64(1_000), c64(1_000), 0],
    ['is unknown where 64 bits go back: they do not wrap', 'inOctets', c64(6_000), c64(1_000), undefined],
    ['is unknown where 64 bits go back by little', 'inOctets', c64(2n ** 64n - 10n), c64(5), undefined],
    ['is unknown where it is more than the port can carry', 'inOctets', c64(0), c64(125_000_000 * 100), undefined],
    [
      'is believed up to what the port can carry and the agent may be late',
      'inOctets',
      c64(0),
      c64(125_000_000 * 80),
      1e10,
    ],
    ['wraps in 32 bits', 'inErrors', c32(MAX32 - 3), c32(2), 6],
    ['is unknown where 32 bits go back by little: the counter was cleared', 'inErrors', c32(500), c32(0), undefined],
    ['is unknown where the width changed', 'inOctets', c32(10), c64(20), undefined],
    [
      'is unknown where octets of a gigabit in 32 bits have time to wrap twice',
      'inOctets',
      c32(10),
      c32(20),
      undefined,
    ],
    ['counts PoE events', 'mpsAbsent', c32(4), c32(6), 2],
    ['takes no thousand brown-outs a minute', 'mpsAbsent', c32(0), c32(5_000), undefined],
  ] as const)('%s', (_title, name, before, now, expected) => {
    expect(counted(name, before, now)).toBe(expected);
  });

  it('is known for 32 bits of octets where they have no time to wrap twice', () => {
    const slow = { speed: 100 };
    const of = (before: number, now: number, seconds: number) =>
      portDelta(sample(0, { inOctets: c32(before) }, slow), sample(seconds, { inOctets: c32(now) }, slow))?.counted
        .inOctets;
    expect(of(MAX32 - 99, 100, 60)).toBe(200);
    expect(of(0, 4_000_000_000, 340)).toBe(4_000_000_000);
    expect(of(0, 100, 344)).toBeUndefined();
    expect(counted('inOctets', c32(0), c32(100), 30)).toBe(100);
  });

  it('takes the speed of a port that says none for a gigabit', () => {
    const unknown = { speed: undefined };
    const delta = (octets: number) =>
      portDelta(sample(0, { inOctets: c64(0) }, unknown), sample(60, { inOctets: c64(octets) }, unknown));
    expect(delta(7e9)?.counted.inOctets).toBe(7e9);
    expect(delta(2e10)?.counted.inOctets).toBeUndefined();
  });

  it('is unknown for all that the switch counts when it started anew', () => {
    const restarted = { upTime: { ticks: 3_000, from: millis(60_000), to: millis(60_000) } };
    const delta = portDelta(
      sample(0, { inOctets: c64(5_000), mpsAbsent: c32(1) }),
      sample(60, { inOctets: c64(9_000), mpsAbsent: c32(3) }, restarted),
    );
    expect(delta).toMatchObject({ restarted: true, linkChanged: undefined });
    expect(delta?.counted).toEqual({});
  });

  it('is unknown for the interface, not its power, where its counters began anew', () => {
    const delta = portDelta(
      sample(0, { inOctets: c64(5_000), mpsAbsent: c32(1) }),
      sample(60, { inOctets: c64(9_000), mpsAbsent: c32(3) }, { discontinuity: 90_000 }),
    );
    expect(delta?.counted).toEqual({ mpsAbsent: 2 });
  });

  it('is none where the interface is another, or no time has passed', () => {
    expect(portDelta(sample(0), sample(60, {}, { ifIndex: 2 }))).toBeUndefined();
    expect(portDelta(sample(60), sample(60))).toBeUndefined();
  });

  it.each([
    ['by its state', {}, { link: 'down' }, true],
    ['by when it last changed, though it is up both times', {}, { lastChange: 1_004_000 }, true],
    ['not where an agent is off by some hundredths', {}, { lastChange: 5_060 }, false],
    ['not where it is as it was', {}, {}, false],
    ['not at all where the switch does not say', { link: undefined }, { link: undefined }, undefined],
  ] as const)('tells a link that came or went %s', (_title, before, now, expected) => {
    expect(portDelta(sample(0, {}, before), sample(60, {}, now))?.linkChanged).toBe(expected);
  });

  it('is never negative and never more than the port can carry, whatever the counters do', () => {
    const counter = fc
      .tuple(fc.constantFrom(32 as const, 64 as const), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }))
      .map(([bits, value]) => ({ bits, value: value % 2n ** BigInt(bits) }));
    const reading = fc.record({
      seconds: fc.double({ min: 0, max: 100_000, noNaN: true }),
      ticks: fc.nat(2 ** 32 - 1),
      speed: fc.constantFrom(undefined, 0, 10, 100, 1_000, 10_000),
      counters: fc.record(
        { inOctets: counter, outOctets: counter, inErrors: counter, mpsAbsent: counter },
        { requiredKeys: [] },
      ),
    });
    const make = ({ seconds, ticks, speed, counters }: typeof reading extends fc.Arbitrary<infer T> ? T : never) => {
      const at = millis(seconds * 1_000);
      return sample(seconds, counters, { speed, upTime: { ticks, from: at, to: at } });
    };
    fc.assert(
      fc.property(reading, reading, (a, b) => {
        const [before, now] = [make(a), make(b)];
        const delta = portDelta(before, now);
        if (delta === undefined) return;
        const speed = Math.max(a.speed ?? 0, b.speed ?? 0) || 1_000;
        const time = delta.elapsed / 1_000 + 30;
        for (const [name, value] of Object.entries(delta.counted)) {
          expect(value).toBeGreaterThanOrEqual(0);
          if (name.endsWith('Octets')) expect(value).toBeLessThanOrEqual(speed * 125_000 * time);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('is what was really counted, through any number of wraps between readings that are close enough', () => {
    const steps = fc.array(fc.nat(11_000_000 * 60), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(fc.nat(MAX32), steps, (start, increments) => {
        let total = BigInt(start);
        let before = sample(0, { inOctets: c32(total % 2n ** 32n) }, { speed: 100 });
        for (const [place, increment] of increments.entries()) {
          total += BigInt(increment);
          const now = sample((place + 1) * 60, { inOctets: c32(total % 2n ** 32n) }, { speed: 100 });
          expect(portDelta(before, now)?.counted.inOctets).toBe(increment);
          before = now;
        }
      }),
    );
  });
});

describe('rates', () => {
  it('are bits a second', () => {
    const delta = portDelta(sample(0, { inOctets: c64(0) }), sample(10, { inOctets: c64(1_250_000) }))!;
    expect(bitsPerSecond(delta, 'inOctets')).toBe(1_000_000);
    expect(bitsPerSecond(delta, 'outOctets')).toBeUndefined();
  });

  it.each([
    ['the larger of the two, which overlap', { inErrors: 10, fcsErrors: 4, alignmentErrors: 3 }, 10],
    ['the Ethernet ones where the interface leaves them out', { inErrors: 0, fcsErrors: 4, alignmentErrors: 3 }, 7],
    ['what there is', { fcsErrors: 4 }, 4],
    ['unknown where there is nothing', {}, undefined],
  ] as const)('of receive errors are %s', (_title, counts, expected) => {
    const of = (factor: number) =>
      Object.fromEntries(Object.entries(counts).map(([name, value]) => [name, c32(value * factor)]));
    expect(receiveErrors(portDelta(sample(0, of(0)), sample(60, of(1)))!)).toBe(expected);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReport } from '../../src/health/board-report.ts';
import { throttledWords } from '../../src/pi/throttled.ts';

const WHOLE = 'time=1764072000\nuptime=88.12\nload=0.52\nmillicelsius=48312\nthrottled=0x50005\navailable_kb=3561236\n';
const NOTHING = { load: undefined, celsius: undefined, memoryAvailable: undefined, throttled: undefined };

describe('a board’s report of itself', () => {
  it('is read', () => {
    expect(readReport(WHOLE)).toEqual({
      load: 0.52,
      celsius: 48.312,
      memoryAvailable: 3_561_236 * 1_024,
      throttled: 0x50005,
    });
  });

  it('has only what the board could read', () => {
    expect(readReport('load=0.52\nmillicelsius=unknown\nthrottled=\navailable_kb=\n')).toEqual({
      ...NOTHING,
      load: 0.52,
    });
  });

  it.each([
    ['load=-1'],
    ['load=1e9'],
    ['load=99999'],
    ['load=NaN'],
    ['load=0.1\nload=0.2'],
    ['millicelsius=999999'],
    ['millicelsius=-273150'],
    ['available_kb=-1'],
    ['available_kb=99999999999'],
    ['throttled=5'],
    ['throttled=0x'],
    ['LOAD=1'],
    ['load = 1'],
    ['__proto__=1'],
    [''],
  ])('takes nothing impossible: %j', (text) => {
    expect(readReport(text)).toEqual(NOTHING);
  });

  it('never throws, and never has what cannot be', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary-ascii' }),
      fc
        .tuple(
          fc.constantFrom('load', 'millicelsius', 'throttled', 'available_kb'),
          fc.oneof(fc.double().map(String), fc.string()),
        )
        .map(([name, value]) => `${name}=${value}`),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const { load, celsius, memoryAvailable, throttled } = readReport(lines.join('\n'));
        const possible = [
          (load ?? 0) >= 0,
          Math.abs(celsius ?? 0) <= 150,
          Number.isSafeInteger(memoryAvailable ?? 0),
          ((throttled ?? 0) & ~0xf000f) === 0,
        ];
        return possible.every(Boolean);
      }),
      { numRuns: 200 },
    );
  });
});

it('get_throttled has what is so, and what has been so', () => {
  expect(throttledWords(0)).toEqual({ now: [], sinceStart: [] });
  expect(throttledWords(0x50001)).toEqual({ now: ['under_voltage'], sinceStart: ['under_voltage', 'throttled'] });
  expect(throttledWords(0x8000e).now).toEqual(['frequency_capped', 'throttled', 'soft_temperature_limit']);
});

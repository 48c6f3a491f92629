import { describe, expect, it } from 'vitest';
import { ROM_DISCOVER_WINDOW_MS, ROM_NUDGES_MS } from '../../src/pi/rom.ts';
import { STAGE_LIMITS } from '../../src/pi/timings.ts';

describe('STAGE_LIMITS', () => {
  it.each(Object.entries(STAGE_LIMITS))('%s waits longer than the board itself does', (_model, limits) => {
    const slowestPowerToDiscover = 18_000;
    expect(limits.discover).toBeGreaterThan(slowestPowerToDiscover + ROM_DISCOVER_WINDOW_MS);
    expect(limits.firstRequest).toBeGreaterThan(ROM_DISCOVER_WINDOW_MS);
    expect(limits.offerDelay).toBeLessThan(Math.min(...ROM_NUDGES_MS));
  });

  it('a Pi 4 is left alone until its EEPROM starts over by itself', () => {
    const [fileTimeout, rest, linkAndStart] = [30_000, 5000, 4000];
    expect(STAGE_LIMITS['4B'].transferIdle).toBeGreaterThan(fileTimeout + rest + linkAndStart);
  });

  it('until the model is known, no limit is shorter than that of any model', () => {
    for (const model of ['3B', '3B+', '4B'] as const) {
      for (const stage of ['discover', 'firstRequest', 'transferIdle', 'rootMount', 'ssh'] as const) {
        expect(STAGE_LIMITS.default[stage], `${model} ${stage}`).toBeGreaterThanOrEqual(STAGE_LIMITS[model][stage]);
      }
    }
  });
});

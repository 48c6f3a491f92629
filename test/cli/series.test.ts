import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { HealthPoint, PowerPoint } from '../../src/api/control/series-protocol.ts';
import { seriesCommand } from '../../src/cli/series.ts';
import { type BothSeries, seriesLines } from '../../src/cli/series-view.ts';
import { HISTORY_STEP } from '../../src/rack/series.ts';
import { bytes, millis, minutes, slotNumber } from '../../src/rack/units.ts';
import { ServedRack } from './support/served.ts';

const HOUR = 3_600_000;
const FROM = Date.UTC(2026, 10, 25, 12);
const NOTHING: Omit<HealthPoint, 'at'> = {
  ...{ condition: null, powered: null, answered: null, diskUsed: null, load: null, loadMost: null },
  ...{ celsius: null, celsiusMost: null, memoryLeast: null, throttled: null },
};

function both(step: number, power: Omit<PowerPoint, 'at'>[], health: Omit<HealthPoint, 'at'>[]): BothSeries {
  const span = { slot: 7, from: FROM, to: FROM + power.length * step, step };
  const at = (place: number) => FROM + place * step;
  return {
    power: {
      ...{ ...span, wattHours: 4.04, measured: 1.5 * HOUR },
      points: power.map((point, place) => ({ at: at(place), ...point })),
    },
    health: { ...span, points: health.map((point, place) => ({ at: at(place), ...point })) },
  };
}

const drew = (watts: number | null, wattsMost = watts) => ({ watts, wattsMost });
const seen: Omit<HealthPoint, 'at'> = {
  ...{ condition: 'up', powered: 1, answered: 0.996, diskUsed: 12_345_678, load: 0.25, loadMost: 1.5 },
  ...{ celsius: 48.3, celsiusMost: 61.2, memoryLeast: 512 * 1_024 * 1_024, throttled: 0x50001 },
};

describe('pirack series', () => {
  it('shows least, median and most, and every hour, with what is not known as such', () => {
    const fine = both(
      HISTORY_STEP,
      [drew(2.5), drew(null), drew(4, 6.25), drew(3)],
      [seen, NOTHING, { ...seen, celsius: 50 }, seen],
    );
    const hourly = both(HOUR, [drew(3.2, 6.25), drew(null)], [{ ...seen, throttled: 0 }, NOTHING]);
    expect(seriesLines(fine, hourly, undefined)).toEqual([
      'slot 7, 2026-11-25 12:00 to 2026-11-25 12:20 UTC, 4.0 Wh in the 1.50 h that were measured',
      '          least  median   most',
      'W           2.5     3.0    6.3',
      'powered   100 %   100 %  100 %',
      'answered  100 %   100 %  100 %',
      'disk MB      12      12     12',
      'load       0.25    0.25   1.50',
      '°C         48.3    48.3   61.2',
      'free MiB    512     512    512',
      '',
      'hour                W  powered  answered  disk MB  load    °C  free MiB  last  throttled',
      '2026-11-25 12:00  3.2    100 %     100 %       12  0.25  48.3       512  up    no',
      '2026-11-25 13:00    -        -         -        -     -     -         -  -     -',
    ]);
    const throttled = seriesLines(fine, both(HOUR, [drew(1)], [seen]), undefined).at(-1);
    expect(throttled).toMatch(/ {2}under_voltage \(under_voltage, throttled\)$/);
  });

  it('asks the controller that serves, and prints all points as JSON', async () => {
    const rack = await ServedRack.start();
    const at = millis(Date.now() - 2 * HOUR);
    const known = { powerKnown: minutes(1), powered: minutes(1), asked: minutes(1), answered: minutes(1) };
    const look = { slot: slotNumber(2), at, condition: 'up', diskUsed: bytes(1e6), report: undefined };
    rack.store.healthHistory.add({ ...look, ...known });
    const said = vi.spyOn(console, 'log').mockReturnValue();
    onTestFinished(() => said.mockRestore());
    const series = async (...args: string[]) => {
      said.mockClear();
      await seriesCommand().parseAsync([...args, '--state', rack.directory], { from: 'user' });
      return String(said.mock.calls[0]?.[0]);
    };
    const text = await series('2');
    expect(text).toMatch(/^slot 2, .* UTC\n/);
    expect(text).toMatch(/\npowered +100 % +100 % +100 %\n/);
    expect(text.split('\n').length).toBeGreaterThanOrEqual(10 + 24);
    const { power, health } = JSON.parse(await series('2', '--hours', '3', '--json')) as BothSeries;
    expect(power.points.every(({ watts }) => watts === null)).toBe(true);
    expect(health.points.filter(({ powered }) => powered === 1)).toHaveLength(1);
    await expect(series('9')).rejects.toThrow('no slot 9 in this rack');
  });

  it.each([
    [['x'], 'expected a slot number such as 17, got "x"'],
    [['2', '--hours', '169'], 'expected --hours from 1 to 168, got "169"'],
    [['2', '--hours', '1.5'], 'expected --hours from 1 to 168, got "1.5"'],
  ])('refuses %j', async (args, message) => {
    await expect(seriesCommand().parseAsync(args, { from: 'user' })).rejects.toThrow(message);
  });
});

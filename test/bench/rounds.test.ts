import { describe, expect, it } from 'vitest';
import type { Comparison, Measured, Sample } from './bench.ts';
import { jsonLine, table } from './report.ts';
import { interleave, median } from './rounds.ts';

const UNITS = { rate: 'MB/s', cpu: 's/GB', workPerRate: 1e6, workPerCpu: 1e9 };

/** Gives these samples one after the other, and notes its name in `calls`. */
function scripted(name: string, samples: readonly Sample[], calls: string[]): Measured {
  const left = [...samples];
  return {
    sample: async () => {
      calls.push(name);
      const next = left.shift();
      if (next === undefined) throw new Error(`${name} was asked once too often`);
      return next;
    },
  };
}

const bytes = (work: number, cpuSeconds: number, resent = 0): Sample => ({
  work,
  seconds: 2,
  cpuSeconds,
  extra: { resent },
});

function comparisons(calls: string[]): Comparison[] {
  const ours = scripted('ours', [bytes(400e6, 1), bytes(200e6, 1), bytes(600e6, 1.2)], calls);
  const dnsmasq = scripted('dnsmasq', [bytes(100e6, 1), bytes(200e6, 1), bytes(50e6, 1, 7)], calls);
  const hpa = scripted('hpa', [bytes(100e6, 2), bytes(100e6, 2), bytes(100e6, 2)], calls);
  return [
    { bench: 'tftp-x', peer: 'dnsmasq', units: UNITS, ours, theirs: dnsmasq },
    { bench: 'tftp-x', peer: 'hpa', units: UNITS, ours, theirs: hpa },
  ];
}

describe('rounds', () => {
  it('measures everything once a round, every other round backwards, and what is shared only once', async () => {
    const calls: string[] = [];
    await interleave(comparisons(calls), 3);
    const forwards = ['ours', 'dnsmasq', 'hpa'];
    expect(calls).toEqual([...forwards, ...forwards.toReversed(), ...forwards]);
  });

  it('gives medians of rate and CPU, and ours divided by theirs', async () => {
    const [first, second] = await interleave(comparisons([]), 3);
    // 200, 100, 300 MB/s and 2.5, 5, 2 s/GB against 50, 100, 25 MB/s and 10, 5, 20 s/GB.
    expect(first).toEqual({
      bench: 'tftp-x',
      peer: 'dnsmasq',
      units: { rate: 'MB/s', cpu: 's/GB' },
      ours: { rate: 200, cpu: 2.5, extra: { resent: 0 } },
      theirs: { rate: 50, cpu: 10, extra: { resent: 0 } },
      cpuRatio: 0.25,
      rateRatio: 4,
      rounds: 3,
    });
    expect(second).toMatchObject({ peer: 'hpa', ours: { rate: 200 }, cpuRatio: 0.125, rateRatio: 4 });
  });

  it('a sample that fails fails the run', async () => {
    const broken: Measured = { sample: async () => Promise.reject(new Error('block 7 differs')) };
    const [one] = comparisons([]) as [Comparison];
    await expect(interleave([{ ...one, theirs: broken }], 1)).rejects.toThrow('block 7 differs');
  });

  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[5], 5],
  ])('median of %j is %d', (values, expected) => expect(median(values)).toBe(expected));
});

describe('report', () => {
  it('prints one line a row with units and ratios', async () => {
    const rows = await interleave(comparisons([]), 3);
    const lines = table(rows);
    expect(lines).toHaveLength(3);
    expect(lines[1]?.replaceAll(/ +/g, ' ')).toBe('tftp-x dnsmasq 200 MB/s 50 MB/s 4.00x 2.5 s/GB 10 s/GB 0.25x 3');
  });

  it('tells what is besides where it is not nought on both sides', () => {
    const figures = (resent: number) => ({ rate: 1, cpu: 1, extra: { resent } });
    const row = { bench: 'b', peer: 'p', units: { rate: '', cpu: '' }, cpuRatio: 1, rateRatio: 1, rounds: 1 };
    expect(table([{ ...row, ours: figures(0), theirs: figures(3) }])[1]).toMatch(/resent 0 \/ 3$/);
    expect(table([{ ...row, ours: figures(0), theirs: figures(0) }])[1]).not.toContain('resent');
  });

  it('a row is one JSON object on one line, and no ratio of nothing is made up', async () => {
    const [row] = await interleave(comparisons([]), 3);
    const line = jsonLine({ ...(row as NonNullable<typeof row>), cpuRatio: 0 / 0 });
    expect(line).not.toContain('\n');
    expect(JSON.parse(line)).toMatchObject({
      bench: 'tftp-x',
      peer: 'dnsmasq',
      rateRatio: 4,
      cpuRatio: null,
      rounds: 3,
    });
  });
});

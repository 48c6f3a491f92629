/** Rounds in which pirack and its peers take turns, and what comes of them: medians and ratios. */
import type { Comparison, Measured, Sample, Units } from './bench.ts';

export interface Figures {
  readonly rate: number;
  readonly cpu: number;
  /** Medians of what a sample had besides. */
  readonly extra: Readonly<Record<string, number>>;
}

export interface Row {
  readonly bench: string;
  readonly peer: string;
  readonly units: Pick<Units, 'rate' | 'cpu'>;
  /** Medians of all rounds. */
  readonly ours: Figures;
  readonly theirs: Figures;
  /** Ours divided by theirs: of CPU less is better, of the rate more. */
  readonly cpuRatio: number;
  readonly rateRatio: number;
  readonly rounds: number;
}

/** Of an even count the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/**
 * In every round everything is measured once, one after the other, so that whatever else the machine does meets all of
 * them alike. Every other round goes backwards: a load that only grows or fades favours nobody.
 */
export async function interleave(
  comparisons: readonly Comparison[],
  rounds: number,
  progress: (round: number) => void = () => {},
): Promise<readonly Row[]> {
  const samples = new Map<Measured, Sample[]>();
  for (const { ours, theirs } of comparisons) for (const one of [ours, theirs]) samples.set(one, []);
  for (let round = 0; round < rounds; round++) {
    progress(round + 1);
    const order = [...samples];
    if (round % 2 === 1) order.reverse();
    for (const [measured, taken] of order) taken.push(await measured.sample());
  }
  return comparisons.map((one) => rowOf(one, samples.get(one.ours) ?? [], samples.get(one.theirs) ?? []));
}

function rowOf({ bench, peer, units }: Comparison, mine: readonly Sample[], others: readonly Sample[]): Row {
  const ours = figures(mine, units);
  const theirs = figures(others, units);
  return {
    bench,
    peer,
    units: { rate: units.rate, cpu: units.cpu },
    ours,
    theirs,
    cpuRatio: ours.cpu / theirs.cpu,
    rateRatio: ours.rate / theirs.rate,
    rounds: mine.length,
  };
}

function figures(samples: readonly Sample[], units: Units): Figures {
  const names = new Set(samples.flatMap(({ extra }) => Object.keys(extra ?? {})));
  return {
    rate: median(samples.map(({ work, seconds }) => work / units.workPerRate / seconds)),
    cpu: median(samples.map(({ work, cpuSeconds }) => cpuSeconds / (work / units.workPerCpu))),
    extra: Object.fromEntries(
      [...names].map((name) => [name, median(samples.map(({ extra }) => extra?.[name] ?? 0))] as const),
    ),
  };
}

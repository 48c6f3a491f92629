/** What the virtual boards wrote of their own boots, to the millisecond: the controller only polls. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RigRack } from '../rack.ts';

export interface BoardBoot {
  readonly slot: number;
  /** Number of the board's boot. */
  readonly boot: number;
  /** Since the Unix epoch; of the power. */
  readonly began: number;
  /** From power to SSH banner, in milliseconds; undefined where it did not come to that. */
  readonly took: number | undefined;
  /** From the first DISCOVER to the running kernel: the part that the controller's servers have in it. */
  readonly loading: number | undefined;
  readonly end: string;
}

interface Line {
  readonly time: number;
  readonly slot?: number;
  readonly stage?: string;
  readonly boot?: number;
}

export function bootsIn(rack: RigRack): BoardBoot[] {
  const lines = readFileSync(join(rack.directory, rack.name, 'sim.log'), 'utf8')
    .split('\n')
    .flatMap(parse);
  const stages = Map.groupBy(
    lines.filter((line) => line.stage !== undefined && line.stage !== 'off'),
    ({ slot, boot }) => `${slot} ${boot}`,
  );
  return [...stages.values()].map((of) => {
    const at = (stage: string) => of.find((line) => line.stage === stage)?.time;
    const first = of[0] as Line;
    const [up, dhcp, kernel] = [at('os-up'), at('rom-dhcp'), at('kernel')];
    return {
      slot: first.slot as number,
      boot: first.boot as number,
      began: first.time,
      took: up === undefined ? undefined : up - first.time,
      loading: dhcp === undefined || kernel === undefined ? undefined : kernel - dhcp,
      end: (of.at(-1) as Line).stage as string,
    };
  });
}

function parse(text: string): Line[] {
  // The last line may be half written.
  if (!text.endsWith('}')) return [];
  return [JSON.parse(text) as Line];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) return Number.NaN;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

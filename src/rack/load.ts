/** What TFTP sent to a board in one stage of its boot. */
import { type Milestone, milestoneIndex } from './milestone.ts';

export interface Load {
  /** The furthest milestone of the boot while this was sent. */
  readonly stage: Milestone;
  /** Read requests, and those of them that were answered with "file not found". */
  readonly requests: number;
  readonly missing: number;
  /** Files that arrived, and transfers that broke off. */
  readonly files: number;
  readonly broken: number;
  /** Acknowledged by the board, also of transfers that broke off. */
  readonly bytes: number;
  /** Time in which files were on their way, in milliseconds. */
  readonly ms: number;
  readonly retransmits: number;
}

export type LoadPart = Partial<Omit<Load, 'stage'>>;

const NOTHING: Omit<Load, 'stage'> = Object.freeze({
  requests: 0,
  missing: 0,
  files: 0,
  broken: 0,
  bytes: 0,
  ms: 0,
  retransmits: 0,
});

const COUNTS = Object.freeze(Object.keys(NOTHING)) as readonly (keyof typeof NOTHING)[];

/** The loads with `part` added to that of `stage`, in the order of stages. */
export function addLoad(loads: readonly Load[], stage: Milestone, part: LoadPart): readonly Load[] {
  const before = loads.find((load) => load.stage === stage) ?? { stage, ...NOTHING };
  const sums = Object.fromEntries(COUNTS.map((count) => [count, before[count] + (part[count] ?? 0)]));
  const after = { stage, ...NOTHING, ...sums };
  const others = loads.filter((load) => load.stage !== stage);
  return [...others, after].sort((a, b) => milestoneIndex(a.stage) - milestoneIndex(b.stage));
}

/** Bytes a second while files were on their way; undefined where none was. */
export function loadRate({ bytes, ms }: Pick<Load, 'bytes' | 'ms'>): number | undefined {
  return ms > 0 ? (1000 * bytes) / ms : undefined;
}

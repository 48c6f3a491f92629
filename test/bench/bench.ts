/** What a bench is: how it plugs in, what it is given, what it gives back. README.md tells it as a story. */
import type { Plan } from '../../src/rack/plan.ts';

export type BenchName = 'tftp' | 'dhcp4' | 'dhcp6' | 'boot-storm' | 'nfs';

/** One entry of registry.ts. `load` keeps a bench out of memory that was not asked for. */
export interface BenchEntry {
  readonly name: BenchName;
  readonly summary: string;
  /** Programs that must be installed, peers among them. */
  readonly programs: readonly string[];
  load(): Promise<Bench>;
}

export interface Bench {
  /** Runs inside the bundle, before the first round. */
  prepare(context: BenchContext): Promise<readonly Comparison[]>;
}

export interface BenchContext {
  /** The rack that is served: 108 slots with their legs' names and addresses. No interface of it exists yet. */
  readonly plan: Plan;
  /** An empty directory in memory, gone with the bundle. */
  readonly directory: string;
  /** Path of a program that was asked for. */
  program(name: string): string;
  /** Says on standard error what is going on. */
  say(line: string): void;
}

/** One row of the report: the same work done by pirack and by one peer, taking turns. */
export interface Comparison {
  /** Such as `tftp-1468`. Several peers may have the same. */
  readonly bench: string;
  /** Such as `dnsmasq`. */
  readonly peer: string;
  readonly units: Units;
  /**
   * Starts the server, has it work, stops it. Takes one sample for pirack and one for the peer in every round. Comparisons
   * of one bench that name the same `ours` share its samples: pirack is then measured once a round for all of them.
   */
  readonly ours: Measured;
  readonly theirs: Measured;
}

export interface Measured {
  sample(): Promise<Sample>;
}

export interface Units {
  /** Of `work` a second: `MB/s`. */
  readonly rate: string;
  /** Of CPU for each piece of work: `s/GB`. */
  readonly cpu: string;
  /** `work` in a unit of `rate`, and in a unit of `cpu`: 1e6 and 1e9 where work is counted in bytes. */
  readonly workPerRate: number;
  readonly workPerCpu: number;
}

export interface Sample {
  /** Bytes, exchanges, boards. */
  readonly work: number;
  /** Wall time, and CPU time of all of the server's processes. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Figures besides, such as retransmissions; their medians are shown. */
  readonly extra?: Readonly<Record<string, number>>;
}

/** A bench that could not be run, or whose server did something wrong: figures of it would mean nothing. */
export class BenchFailed extends Error {
  override readonly name = 'BenchFailed';
}

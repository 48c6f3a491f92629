/** First process of the bundle: prepares it, runs the bench, prints the rows. The argument is InsideOptions as JSON. */
import { loadavg } from 'node:os';
import { readPlan } from '../../src/cli/rack-file.ts';
import { terminalWidth } from '../../src/cli/table.ts';
import { run } from '../../src/net/run.ts';
import type { Namespaces } from '../../src/sim/bundle/launch.ts';
import { assertFresh, assertSealed } from '../../src/sim/bundle/sealed.ts';
import { BenchFailed } from './bench.ts';
import { PROJECT, RACK_FILE } from './places.ts';
import { BENCHES } from './registry.ts';
import { jsonLine, table } from './report.ts';
import { interleave } from './rounds.ts';
import { openCpuMeter } from './support/cpu.ts';

export interface InsideOptions {
  readonly bench: string;
  readonly rounds: number;
  readonly json: boolean;
  /** Of the rows only those with this name. */
  readonly only?: string | undefined;
  readonly outside: Namespaces;
  /** Full paths by name. */
  readonly programs: Readonly<Record<string, string>>;
}

const DIRECTORY = '/run/bench';

async function main(options: InsideOptions): Promise<void> {
  assertSealed(options.outside);
  assertFresh();
  await run('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'pirack', '/run']);
  await run('mkdir', ['-p', '/run/netns', '/run/lock', DIRECTORY]);
  await run('ip', ['link', 'set', 'lo', 'up']);
  const entry = BENCHES.find(({ name }) => name === options.bench);
  if (entry === undefined) throw new BenchFailed(`no bench ${options.bench}`);
  const say = (line: string) => console.error(`bench: ${line}`);
  const comparisons = await (await entry.load()).prepare({
    plan: readPlan(RACK_FILE, PROJECT),
    directory: DIRECTORY,
    program: (name) => {
      const path = options.programs[name];
      if (path === undefined) throw new BenchFailed(`${name} is not among the programs that ${entry.name} asked for`);
      return path;
    },
    say,
  });
  const { only } = options;
  const wanted = comparisons.filter(({ bench }) => only === undefined || bench === only);
  if (wanted.length === 0) {
    const names = new Set(comparisons.map(({ bench }) => bench));
    throw new BenchFailed(`no row ${only}; expected one of ${[...names].join(', ')}`);
  }
  const rows = await interleave(wanted, options.rounds, (round) => {
    say(`round ${round} of ${options.rounds}, load ${loadavg()[0]?.toFixed(1)}`);
  });
  if (options.json) for (const row of rows) console.log(jsonLine(row));
  else for (const line of table(rows, terminalWidth())) console.log(line);
  const meter = openCpuMeter();
  say(`CPU by ${meter.by}; ratios are ours divided by theirs`);
  meter.close();
}

main(JSON.parse(process.argv[2] as string) as InsideOptions).then(
  // As the bundle's first process: whatever still runs ends with it.
  () => process.exit(0),
  (cause: unknown) => {
    console.error(cause instanceof BenchFailed ? `bench: ${cause.message}` : cause);
    process.exit(1);
  },
);

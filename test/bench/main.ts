/** `scripts/bench`: reads the arguments, sees that everything is there, and runs one bench in a bundle of its own. */
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { CliError, EXIT } from '../../src/cli/exit.ts';
import { examineNative } from '../../src/net/native.ts';
import { findProgram } from '../../src/net/run.ts';
import { launchBundle, namespacesOf } from '../../src/sim/bundle/launch.ts';
import type { InsideOptions } from './inside.ts';
import { PEERS } from './places.ts';
import { BENCHES } from './registry.ts';

const DEFAULT_ROUNDS = 5;
const MOST_ROUNDS = 1000;

const program = new Command('bench')
  .description('Measures pirack side by side with servers that others wrote, in namespaces of its own')
  .exitOverride()
  .showHelpAfterError('(`--help` tells more)');
for (const { name, summary, programs } of BENCHES) {
  program
    .command(name)
    .description(summary)
    .option('--json', 'print one JSON object a row')
    .option('--rounds <n>', `how often everything is measured, taking turns`, roundsArgument, DEFAULT_ROUNDS)
    .option('--only <row>', 'leave out rows that are not named so, such as tftp-lone')
    .exitOverride()
    .addHelpText(
      'after',
      `
Prints medians of all rounds, and ratios: ours divided by theirs. Figures, no verdict: docs/performance.md has the targets.
Needs root, and: ${programs.join(', ')} (scripts/setup --bench).`,
    )
    .action((options: Options) => start(name, options));
}
program.addHelpText('after', '\nExit codes: 0 measured, 1 not, 2 wrong usage, 69 something that is needed is missing.');

function roundsArgument(text: string): number {
  const rounds = Number(text);
  if (!/^\d+$/.test(text) || rounds < 1 || rounds > MOST_ROUNDS) {
    throw new InvalidArgumentError(`expected a whole number from 1 to ${MOST_ROUNDS}.`);
  }
  return rounds;
}

interface Options {
  readonly json?: boolean;
  readonly rounds: number;
  readonly only?: string;
}

async function start(name: string, options: Options): Promise<void> {
  const entry = BENCHES.find((one) => one.name === name);
  if (entry === undefined) throw new CliError(EXIT.usage, `no bench ${name}`);
  const path = `${PEERS}:${process.env.PATH ?? ''}`;
  const found = entry.programs.map((wanted) => [wanted, findProgram(wanted, path)] as const);
  const missing = [
    ...(process.getuid?.() === 0 ? [] : ['root']),
    ...(examineNative().grade === 'ok' ? [] : ['the network add-on']),
    ...found.flatMap(([wanted, at]) => (at === undefined ? [wanted] : [])),
  ];
  if (missing.length > 0) {
    throw new CliError(EXIT.missing, `this needs ${missing.join(', ')}; \`scripts/setup --bench\` as root brings it`);
  }
  const inside: InsideOptions = {
    bench: name,
    rounds: options.rounds,
    json: options.json === true,
    only: options.only,
    outside: namespacesOf('self'),
    programs: Object.fromEntries(found) as Record<string, string>,
  };
  const script = fileURLToPath(new URL('inside.ts', import.meta.url));
  const child = launchBundle(process.execPath, [script, JSON.stringify(inside)], ['ignore', 'inherit', 'inherit']);
  // The bundle is no part of the terminal's process group: what ends us has to be passed on.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill('SIGKILL'));
  process.exitCode = await new Promise<number>((resolve) => {
    child.once('error', () => resolve(EXIT.missing));
    child.once('exit', (code) => resolve(code ?? EXIT.failed));
  });
}

try {
  await program.parseAsync();
} catch (cause) {
  if (cause instanceof CommanderError) process.exitCode = cause.exitCode === 0 ? EXIT.done : EXIT.usage;
  else {
    console.error(`bench: ${(cause as Error).message}`);
    process.exitCode = cause instanceof CliError ? cause.code : EXIT.failed;
  }
}

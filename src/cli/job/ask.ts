/** Asks for one job a slot and follows them: what reimage, undo and rescue have in common. */
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import type { ControlClient } from '../../api/control/client.ts';
import type { JobAsked } from '../../api/control/job-protocol.ts';
import { formatRange } from '../../rack/range.ts';
import { CliError, EXIT } from '../exit.ts';
import { type JobOptions, jobOptions } from './common.ts';
import { countLine } from './describe.ts';
import { followJobs, JobDisplay } from './follow.ts';

export interface AskOptions extends JobOptions {
  yes?: boolean;
  /** Commander's form of --no-wait. */
  wait: boolean;
}

export function askOptions(command: Command): Command {
  return jobOptions(command)
    .option('--yes', 'do not ask whether it is meant')
    .option('--no-wait', 'do not follow the jobs: they go on by themselves');
}

export interface Asked {
  readonly kind: string;
  readonly slots: readonly number[];
  readonly parameters: Readonly<Record<string, unknown>>;
  /** What happens to the boards, for the question. */
  readonly warning: string;
}

/** Resolves with the exit code. */
export async function askJobs(client: ControlClient, asked: Asked, options: AskOptions): Promise<number> {
  if (options.yes !== true) await confirm(`${asked.warning} Slots ${formatRange(new Set(asked.slots))}.`);
  const { kind, slots, parameters } = asked;
  const answers = await client.askJobs({ kind, slots, parameters, who: userInfo().username });
  const refused = answers.filter((each): each is Extract<JobAsked, { refused: unknown }> => 'refused' in each);
  const ids = answers.flatMap((each) => ('job' in each ? [each.job.id] : []));
  for (const { slot, refused: why } of refused) console.error(`slot ${slot}: ${why.text} (${why.code})`);
  const display = new JobDisplay(options.json ? process.stderr : process.stdout);
  const jobs = options.wait
    ? await followJobs(client, ids, (now) => display.show(now))
    : answers.flatMap((each) => ('job' in each ? [each.job] : []));
  if (options.json) console.log(JSON.stringify({ jobs, refused }, null, 2));
  else if (jobs.length > 0) console.log(countLine(jobs));
  const good = refused.length === 0 && (!options.wait || jobs.every((job) => job.state === 'done'));
  return good ? EXIT.done : EXIT.failed;
}

/** Throws unless a person says yes; a program has to say --yes. */
async function confirm(question: string): Promise<void> {
  if (!process.stdin.isTTY)
    throw new CliError(EXIT.usage, `${question} Say --yes to have it done without being asked.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${question} Go on? [y/N] `).finally(() => terminal.close());
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliError(EXIT.failed, 'not confirmed: nothing was done');
}

/** Public keys of a file, one a line, without comments. */
export function readKeys(path: string | undefined): readonly string[] | undefined {
  if (path === undefined) return undefined;
  const lines = readText(path).split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}

export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new CliError(EXIT.usage, `cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
}

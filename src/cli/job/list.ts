import { Command, InvalidArgumentError } from 'commander';
import { findController } from '../places.ts';
import { formatTable, terminalWidth } from '../table.ts';
import { type JobOptions, jobOptions } from './common.ts';
import { isEnded, JOB_COLUMNS, jobRow } from './describe.ts';

interface ListOptions extends JobOptions {
  slot?: number;
  limit: number;
  active?: boolean;
}

export function listCommand(): Command {
  const command = new Command('list')
    .description('the newest jobs, newest first')
    .option('--slot <number>', 'of one slot', count)
    .option('--active', 'only those that have not ended')
    .option('--limit <number>', 'at most so many', count, 50);
  return jobOptions(command).action(async (options: ListOptions) => {
    const client = await findController(options);
    const all = await client.jobs(options.active ? 2_000 : options.limit, options.slot);
    const jobs = (options.active ? all.filter((job) => !isEnded(job)) : all).slice(0, options.limit);
    if (options.json) return console.log(JSON.stringify(jobs, null, 2));
    if (jobs.length === 0) return console.log(options.active ? 'no job is under way' : 'no jobs');
    const rows = jobs.map((job) => jobRow(job, Date.now()));
    console.log(formatTable(JOB_COLUMNS, rows, { width: terminalWidth() }).join('\n'));
  });
}

function count(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('expected a number from 1 on.');
  return Number(text);
}

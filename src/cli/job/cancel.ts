import { userInfo } from 'node:os';
import { Command } from 'commander';
import { findController } from '../places.ts';
import { type JobOptions, jobArgument, jobOptions } from './common.ts';

export function cancelCommand(): Command {
  const command = new Command('cancel')
    .argument('<job>', 'number of the job', jobArgument)
    .description('have a job put back what it did so far; refused when it is past that');
  return jobOptions(command).action(async (id: number, options: JobOptions) => {
    const client = await findController(options);
    const job = await client.cancelJob(id, userInfo().username);
    if (options.json) return console.log(JSON.stringify(job, null, 2));
    console.log(job.state === 'cancelled' ? `job ${id} is cancelled` : `job ${id} is being put back`);
  });
}

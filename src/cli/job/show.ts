import { Command } from 'commander';
import type { JobView } from '../../api/control/job-protocol.ts';
import { findController } from '../places.ts';
import { type JobOptions, jobArgument, jobOptions } from './common.ts';
import { howItGoes } from './describe.ts';

export function showCommand(): Command {
  const command = new Command('show')
    .argument('<job>', 'number of the job', jobArgument)
    .description('one job: what it is to do, its step, and why it failed');
  return jobOptions(command).action(async (id: number, options: JobOptions) => {
    const client = await findController(options);
    const job = await client.job(id);
    console.log(options.json ? JSON.stringify(job, null, 2) : describe(job));
  });
}

function describe(job: JobView): string {
  const time = (at: number) => new Date(at).toISOString().replace('T', ' ').slice(0, 19);
  return [
    `job ${job.id} of ${job.slot === 0 ? 'the rack' : `slot ${job.slot}`}: ${job.what}`,
    `  state     ${job.state} since ${time(job.updatedAt)}${job.cancellable ? `; \`pirack job cancel ${job.id}\` ends it` : ''}`,
    `  asked     by ${job.who} at ${time(job.createdAt)}`,
    ...(job.step === null ? [] : [`  step      ${howItGoes(job)}`]),
    ...(job.error === null ? [] : [`  reason    ${job.error.text} (${job.error.code})`]),
  ].join('\n');
}

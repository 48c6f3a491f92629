import { Command } from 'commander';
import { EXIT } from '../exit.ts';
import { findController } from '../places.ts';
import { type JobOptions, jobArgument, jobOptions } from './common.ts';
import { isEnded } from './describe.ts';
import { followJobs, JobDisplay } from './follow.ts';

export function watchCommand(): Command {
  const command = new Command('watch')
    .argument('[job]', 'number of the job (default: every job that is under way now)', jobArgument)
    .description('follow jobs to their ends')
    .addHelpText(
      'after',
      '\nExit code 0: every one is done. 1: at least one failed or was cancelled; the reason is printed.',
    );
  return jobOptions(command).action(async (id: number | undefined, options: JobOptions) => {
    const client = await findController(options);
    const ids =
      id === undefined ? (await client.jobs(2_000)).filter((job) => !isEnded(job)).map((job) => job.id) : [id];
    const display = new JobDisplay(options.json ? process.stderr : process.stdout);
    const jobs = await followJobs(client, ids, (now) => display.show(now));
    if (options.json) console.log(JSON.stringify(jobs, null, 2));
    process.exitCode = jobs.every((job) => job.state === 'done') ? EXIT.done : EXIT.failed;
  });
}

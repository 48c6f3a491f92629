import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { RackJobRequest } from '../../api/control/backup-routes.ts';
import type { ControlClient } from '../../api/control/client.ts';
import { EXIT } from '../exit.ts';
import { type JobOptions, jobOptions } from '../job/common.ts';
import { howItGoes } from '../job/describe.ts';
import { followJobs, JobDisplay } from '../job/follow.ts';

export interface FollowOptions extends JobOptions {
  /** Commander's form of --no-wait. */
  wait: boolean;
}

export const followOptions = (command: Command): Command =>
  jobOptions(command).option('--no-wait', 'do not follow the job: it goes on by itself');

/** Asks for a job of the rack and follows it to its end; resolves with the exit code. */
export async function askRackJob(
  client: ControlClient,
  wanted: Omit<RackJobRequest, 'who'>,
  options: FollowOptions,
): Promise<number> {
  const asked = await client.askRackJob({ ...wanted, who: userInfo().username });
  const display = new JobDisplay(options.json ? process.stderr : process.stdout);
  const [job = asked] = options.wait ? await followJobs(client, [asked.id], (now) => display.show(now)) : [asked];
  if (options.json) console.log(JSON.stringify(job, null, 2));
  else if (!options.wait) console.log(`job ${job.id}: ${job.what}`);
  if (job.state === 'failed') console.error(`pirack: ${howItGoes(job)}`);
  return !options.wait || job.state === 'done' ? EXIT.done : EXIT.failed;
}

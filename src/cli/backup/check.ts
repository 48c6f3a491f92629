import { Command, InvalidArgumentError } from 'commander';
import { findController } from '../places.ts';
import { askRackJob, type FollowOptions, followOptions } from './follow.ts';

interface CheckOptions extends FollowOptions {
  readData?: boolean;
  trial?: number;
}

export function checkCommand(): Command {
  const command = new Command('check')
    .description('whether all that the backups need is in the repository')
    .option('--read-data', 'and reads as what was saved: all of it is fetched, which takes as long as that takes')
    .option('--trial <slot>', 'save the root of a slot, restore it beside, and compare every byte', slot);
  return followOptions(command)
    .addHelpText('after', '\nExit code 0: all is good. 1: it is not; the reason is printed, and is an event too.')
    .action(async ({ readData, trial, ...options }: CheckOptions) => {
      const parameters = { ...(readData && { readData }), ...(trial === undefined ? {} : { trial }) };
      process.exitCode = await askRackJob(await findController(options), { kind: 'backup-check', parameters }, options);
    });
}

function slot(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('expected the number of a slot, such as 7.');
  return Number(text);
}

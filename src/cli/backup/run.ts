import { Command } from 'commander';
import { CliError, EXIT } from '../exit.ts';
import { findController } from '../places.ts';
import { SLOTS_HELP, slotsArgument, slotsOf } from '../slots-argument.ts';
import { askRackJob, type FollowOptions, followOptions } from './follow.ts';

interface RunOptions extends FollowOptions {
  all?: boolean;
  controller?: boolean;
  trial?: boolean;
}

export function runCommand(): Command {
  const command = new Command('run')
    .argument('[slots]', SLOTS_HELP, slotsArgument)
    .description('back up roots of slots, the controller, or (without either) all that the rack file says')
    .option('--all', 'every slot of the rack file’s `backups:`, and the controller')
    .option('--controller', 'the controller’s databases, rack file and secrets')
    .option('--trial', 'restore one of the roots at once and compare it (default: as the rack file says)')
    .option('--no-trial', 'do not');
  return followOptions(command)
    .addHelpText('after', '\nExit code 0: all of it is saved. 1: something is not; the reason is printed.')
    .action(async (text: string | undefined, options: RunOptions) => {
      if (text !== undefined && options.all) throw new CliError(EXIT.usage, 'expected slots or --all, not both');
      const client = await findController(options);
      const all = options.all === true || (text === undefined && options.controller !== true);
      const slots = text === undefined ? [] : slotsOf(text, await client.status());
      const parameters = {
        ...(all ? {} : { slots }),
        controller: all || options.controller === true,
        ...(options.trial === undefined ? {} : { trial: options.trial }),
      };
      process.exitCode = await askRackJob(client, { kind: 'backup', parameters }, options);
    });
}

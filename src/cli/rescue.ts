import { Command } from 'commander';
import { type AskOptions, askJobs, askOptions, readKeys } from './job/ask.ts';
import { findController } from './places.ts';
import { SLOTS_HELP, slotsArgument, slotsOf } from './slots-argument.ts';

interface RescueOptions extends AskOptions {
  image?: string;
  authorizedKeys?: string;
  until?: string;
}

export function rescueCommand(): Command {
  const command = new Command('rescue')
    .argument('<slots>', SLOTS_HELP, slotsArgument)
    .description('boot boards once with a rescue root that has their own root at /mnt/root')
    .option('--image <name>', 'NAME or NAME:VERSION (default: the image named rescue, else the one of the rack file)')
    .option('--authorized-keys <file>', 'public keys for root of the rescue system, one a line')
    .option('--until <milestone>', 'done when this is seen: root_mounted or ssh_up (default: ssh_up)');
  return askOptions(command)
    .addHelpText(
      'after',
      `
The board's own root is not changed. It boots its own root again at the next power cycle or restart.`,
    )
    .action(async (text: string, options: RescueOptions) => {
      const client = await findController(options);
      const slots = slotsOf(text, await client.status());
      const { image, until } = options;
      const parameters = { image, until, authorizedKeys: readKeys(options.authorizedKeys) };
      const warning = 'Boards are switched off and boot a rescue system once.';
      process.exitCode = await askJobs(client, { kind: 'rescue', slots, parameters, warning }, options);
    });
}

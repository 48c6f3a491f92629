import { Command } from 'commander';
import { type AskOptions, askJobs, askOptions, readKeys, readText } from './job/ask.ts';
import { findController } from './places.ts';
import { SLOTS_HELP, slotsArgument, slotsOf } from './slots-argument.ts';

interface ReimageOptions extends AskOptions {
  image?: string;
  authorizedKeys?: string;
  userData?: string;
  timeZone?: string;
  until?: string;
}

export function reimageCommand(): Command {
  const command = new Command('reimage')
    .argument('<slots>', SLOTS_HELP, slotsArgument)
    .description('give slots a fresh root; the old one is kept and can be had back with `pirack root undo`')
    .option('--image <name>', 'NAME or NAME:VERSION (default: as the rack file has it)')
    .option('--authorized-keys <file>', 'public keys for root, one a line')
    .option('--user-data <file>', 'for cloud-init, where the image has it')
    .option('--time-zone <name>', 'such as Europe/London')
    .option('--until <milestone>', 'done when this is seen: root_mounted or ssh_up (default: ssh_up)');
  return askOptions(command)
    .addHelpText(
      'after',
      `
The new root is made while the board still runs; then the board is dark until the new root is exported and shown.
A board that does not come up gets its old root back, and power as it was before.
Exit code 0: every board is up with its new root. 1: at least one is not; the reason is printed. docs/roots.md tells more.`,
    )
    .action(async (text: string, options: ReimageOptions) => {
      const client = await findController(options);
      const slots = slotsOf(text, await client.status());
      const { image, timeZone, until } = options;
      const authorizedKeys = readKeys(options.authorizedKeys);
      const userData = options.userData === undefined ? undefined : readText(options.userData);
      const parameters = { image, timeZone, until, authorizedKeys, userData };
      const warning =
        'Boards are switched off and begin anew with a fresh root; what is in the present one is kept for an undo only.';
      process.exitCode = await askJobs(client, { kind: 'reimage', slots, parameters, warning }, options);
    });
}

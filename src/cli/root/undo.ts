import { Command } from 'commander';
import { type AskOptions, askJobs, askOptions } from '../job/ask.ts';
import { findController } from '../places.ts';
import { SLOTS_HELP, slotsArgument, slotsOf } from '../slots-argument.ts';

export function undoCommand(): Command {
  const command = new Command('undo')
    .argument('<slots>', SLOTS_HELP, slotsArgument)
    .description('make the root from before the last reimage current again; the present one is kept in its place')
    .option('--until <milestone>', 'done when this is seen: root_mounted or ssh_up (default: ssh_up)');
  return askOptions(command).action(async (text: string, options: AskOptions & { until?: string }) => {
    const client = await findController(options);
    const slots = slotsOf(text, await client.status());
    const warning = 'Boards are switched off and boot the root that they had before.';
    const { until } = options;
    process.exitCode = await askJobs(client, { kind: 'undo', slots, parameters: { until }, warning }, options);
  });
}

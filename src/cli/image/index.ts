import { Command } from 'commander';
import { bootCostCommand } from './boot-cost.ts';

/** One file a subcommand, in the order in which `pirack image --help` lists them. */
const SUBCOMMANDS: readonly (() => Command)[] = [bootCostCommand];

export function imageCommand(): Command {
  const command = new Command('image').description('the images that boards boot');
  for (const make of SUBCOMMANDS) command.addCommand(make().exitOverride());
  return command;
}

import { Command } from 'commander';

/** One file a subcommand, in the order in which `pirack image --help` lists them. */
const SUBCOMMANDS: readonly (() => Command)[] = [];

export function imageCommand(): Command {
  const command = new Command('image').description('the images that boards boot');
  for (const make of SUBCOMMANDS) command.addCommand(make().exitOverride());
  return command;
}

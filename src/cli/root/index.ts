import { Command } from 'commander';
import { listCommand } from './list.ts';
import { undoCommand } from './undo.ts';

export function rootCommand(): Command {
  const command = new Command('root').description('the boards’ root file systems: what there is, and the one before');
  for (const each of [listCommand(), undoCommand()]) command.addCommand(each.exitOverride());
  return command;
}

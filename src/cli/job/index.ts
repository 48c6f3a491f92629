import { Command } from 'commander';
import { cancelCommand } from './cancel.ts';
import { listCommand } from './list.ts';
import { showCommand } from './show.ts';
import { watchCommand } from './watch.ts';

export function jobCommand(): Command {
  const command = new Command('job').description('what was asked of slots and takes a while: reimages, undos, rescues');
  for (const each of [listCommand(), showCommand(), watchCommand(), cancelCommand()]) {
    command.addCommand(each.exitOverride());
  }
  return command;
}

import { Command } from 'commander';
import { bootCostCommand } from './boot-cost.ts';
import { buildCommand } from './build.ts';
import { importCommand } from './import.ts';
import { defaultCommand, labelCommand } from './label.ts';
import { listCommand } from './list.ts';
import { rmCommand } from './rm.ts';
import { showCommand } from './show.ts';
import { undoCommand } from './undo.ts';
import { verifyCommand } from './verify.ts';

/** One file a subcommand, in the order in which `pirack image --help` lists them. */
const SUBCOMMANDS: readonly (() => Command)[] = [
  importCommand,
  buildCommand,
  listCommand,
  showCommand,
  verifyCommand,
  rmCommand,
  labelCommand,
  defaultCommand,
  undoCommand,
  bootCostCommand,
];

export function imageCommand(): Command {
  const command = new Command('image').description('the images that boards boot');
  for (const make of SUBCOMMANDS) command.addCommand(make().exitOverride());
  return command;
}

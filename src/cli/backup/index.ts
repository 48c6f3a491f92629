import { Command } from 'commander';
import { checkCommand } from './check.ts';
import { initCommand } from './init.ts';
import { listCommand } from './list.ts';
import { pruneCommand } from './prune.ts';
import { restoreCommand } from './restore.ts';
import { runCommand } from './run.ts';

export function backupCommand(): Command {
  const command = new Command('backup')
    .description('backups of the boards’ roots and of the controller, by restic')
    .addHelpText('after', '\nThe rack file’s `backups:` says where to, when and what is kept: docs/backups.md.');
  for (const each of [initCommand(), runCommand(), listCommand(), restoreCommand(), checkCommand(), pruneCommand()])
    command.addCommand(each.exitOverride());
  return command;
}

import { Command } from 'commander';
import { findController } from '../places.ts';
import { askRackJob, type FollowOptions, followOptions } from './follow.ts';

export function pruneCommand(): Command {
  const command = new Command('prune').description(
    'let go of the backups that the rack file’s `keep:` does not name, and of what only they needed',
  );
  return followOptions(command).action(async (options: FollowOptions) => {
    process.exitCode = await askRackJob(
      await findController(options),
      { kind: 'backup-prune', parameters: {} },
      options,
    );
  });
}

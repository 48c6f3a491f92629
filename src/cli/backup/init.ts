import { Command } from 'commander';
import { type JobOptions, jobOptions } from '../job/common.ts';
import { findController } from '../places.ts';

export function initCommand(): Command {
  const command = new Command('init')
    .description('make the repository that the rack file names, with the password of its file')
    .addHelpText(
      'after',
      `
Write the password down where it survives this machine: without it nobody can read the backups.
A repository that is there already is left as it is.`,
    );
  return jobOptions(command).action(async (options: JobOptions) => {
    const repository = await (await findController(options)).initBackups();
    console.log(options.json ? JSON.stringify({ repository }) : `${repository} is ready for backups`);
  });
}

import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { CliError, EXIT } from '../exit.ts';
import { type AskOptions, askJobs, askOptions } from '../job/ask.ts';
import { findController } from '../places.ts';
import { SLOTS_HELP, slotsArgument, slotsOf } from '../slots-argument.ts';
import { type ControllerRestoreOptions, restoreControllerHere } from './restore-controller.ts';

interface RestoreOptions extends AskOptions, ControllerRestoreOptions {
  snapshot?: string;
  path?: string;
  to?: string;
  into?: string;
  image?: string;
  anotherTenant?: boolean;
  until?: string;
  controller?: boolean;
}

export function restoreCommand(): Command {
  const command = new Command('restore')
    .argument('[slots]', SLOTS_HELP, slotsArgument)
    .description(
      'give slots their roots back as they were saved, take one path out of a backup, or restore the controller',
    )
    .option('--snapshot <id>', 'the backup, as `list` shows it (default: the newest)', snapshot)
    .option('--image <name>', 'the image that gives the kernel (default: the one of the backup)')
    .option('--another-tenant', 'also what another tenant had in the slot')
    .option('--until <milestone>', 'done when this is seen: root_mounted or ssh_up (default: ssh_up)')
    .option('--path <path>', 'only this file or directory of the root, and the board goes on running')
    .option('--to <dir>', 'with --path: into a new directory of this machine')
    .option('--into <dir>', 'with --path: into a new directory of the board’s present root, such as /root/restored')
    .option('--controller', 'databases, rack file and secrets of the controller, which must not be running')
    .option('--repository <place>', 'with --controller: where the backups are, as restic names it')
    .option('--password-file <file>', 'with --controller: the password of the repository')
    .option('--credentials <file>', 'with --controller: NAME=VALUE lines for the repository’s service')
    .option('--replace', 'with --controller: also where there is a state already, which is moved aside');
  return askOptions(command)
    .addHelpText(
      'after',
      `
A root is restored beside the present one while the board runs, then swapped as by a reimage; what was is kept for
\`pirack root undo\`. Host keys and all else are those of the backup. docs/backups.md tells what to do when the
controller’s disk is dead.
Examples: pirack backup restore 7
          pirack backup restore 7 --snapshot 3b066ec4 --path /etc/ssh --to /root/slot-7
          pirack backup restore --controller --repository sftp:backup@nas:/pirack --password-file /root/backup-password`,
    )
    .action(async (text: string | undefined, options: RestoreOptions) => {
      process.exitCode = options.controller ? await restoreControllerHere(options) : await restoreSlots(text, options);
    });
}

async function restoreSlots(text: string | undefined, options: RestoreOptions): Promise<number> {
  if (text === undefined) throw new CliError(EXIT.usage, `expected ${SLOTS_HELP}, or --controller`);
  if (options.repository !== undefined) throw new CliError(EXIT.usage, '--repository goes with --controller');
  const { path, to, into, image, until, snapshot: id, anotherTenant } = options;
  if ((path === undefined) !== (to === undefined && into === undefined))
    throw new CliError(EXIT.usage, 'expected --path with --to or --into, or neither');
  const client = await findController(options);
  const slots = slotsOf(text, await client.status());
  const which = { snapshot: id, ...(anotherTenant && { anotherTenant }) };
  if (path === undefined) {
    const parameters = { ...which, image, until };
    const warning =
      'Boards are switched off and begin anew from the backup; what is in the present root is kept for an undo.';
    return askJobs(client, { kind: 'restore', slots, parameters, warning }, options);
  }
  if (slots.length !== 1) throw new CliError(EXIT.usage, 'expected one slot with --path');
  const parameters = { ...which, path, into, to: to === undefined ? undefined : resolve(to) };
  // Nothing that is there is written to: there is nothing to ask.
  return askJobs(client, { kind: 'restore-path', slots, parameters, warning: '' }, { ...options, yes: true });
}

function snapshot(text: string): string {
  if (!/^[0-9a-f]{4,64}$/.test(text))
    throw new InvalidArgumentError('expected the number of a backup, such as 3b066ec4.');
  return text;
}

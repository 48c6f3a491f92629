import { Command, InvalidArgumentError } from 'commander';
import type { BackupStateView, BackupsView, BackupView } from '../../api/control/backup-protocol.ts';
import { type JobOptions, jobOptions } from '../job/common.ts';
import { findController } from '../places.ts';
import { type Column, formatTable, terminalWidth } from '../table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'backup' },
  { title: 'saved (UTC)' },
  { title: 'of' },
  { title: 'tenant' },
  { title: 'image', shrink: true },
  { title: 'picture' },
];

export function listCommand(): Command {
  const command = new Command('list')
    .argument('[slot]', 'of one slot', slot)
    .description('what is in the repository, and what the last try of every slot came to')
    .addHelpText(
      'after',
      `
picture: instant, all files at one moment; files, each at one, one after the other; loose, what the board wrote
meanwhile may be half there (docs/backups.md).`,
    );
  return jobOptions(command).action(async (of: number | undefined, options: JobOptions) => {
    const all = await (await findController(options)).backups();
    const view: BackupsView = of === undefined ? all : onlySlot(all, of);
    if (options.json) return console.log(JSON.stringify(view, null, 2));
    if (view.backups.length === 0) console.log(`no backups in ${view.repository}`);
    else console.log(formatTable(COLUMNS, view.backups.map(row), { width: terminalWidth() }).join('\n'));
    for (const line of view.slots.flatMap(failure)) console.log(line);
  });
}

const onlySlot = (view: BackupsView, of: number): BackupsView => ({
  ...view,
  backups: view.backups.filter((each) => each.slot === of),
  slots: view.slots.filter((each) => each.slot === of),
});

const time = (at: number): string => new Date(at).toISOString().replace('T', ' ').slice(0, 16);

function row({ id, at, what, slot: of, tenant, image, stillness }: BackupView): (string | number)[] {
  const name = what === 'root' ? `slot ${of ?? '?'}` : what;
  return [id.slice(0, 8), time(at), name, tenant ?? '', image ?? '', stillness ?? ''];
}

function failure({ slot: of, error, lastAt, lastGoodAt }: BackupStateView): string[] {
  if (error === null) return [];
  const good = lastGoodAt === null ? 'it has no good one' : `the last good one is of ${time(lastGoodAt)}`;
  return [`${of === 0 ? 'controller' : `slot ${of}`}: not backed up at ${time(lastAt)} (${good}): ${error}`];
}

function slot(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('expected the number of a slot, such as 7.');
  return Number(text);
}

import { Command } from 'commander';
import type { RootView } from '../../api/control/root-protocol.ts';
import { formatSize } from '../../rack/quantity.ts';
import { type JobOptions, jobOptions } from '../job/common.ts';
import { findController } from '../places.ts';
import { type Column, formatTable, terminalWidth } from '../table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'slot', align: 'right' },
  { title: 'role' },
  { title: 'image', shrink: true },
  { title: 'made' },
  { title: 'kept until' },
  { title: 'used', align: 'right' },
  { title: 'of', align: 'right' },
  { title: 'place' },
  { title: 'SSH host key', shrink: true },
];

export function listCommand(): Command {
  const command = new Command('list').description(
    'every root: current, kept for an undo, in the making, booted once, or about to be removed',
  );
  return jobOptions(command).action(async (options: JobOptions) => {
    const roots = await (await findController(options)).roots();
    if (options.json) return console.log(JSON.stringify(roots, null, 2));
    console.log(formatTable(COLUMNS, roots.map(row), { width: terminalWidth() }).join('\n'));
  });
}

function row(root: RootView): (string | number)[] {
  const time = (at: number | null) => (at === null ? '' : new Date(at).toISOString().replace('T', ' ').slice(0, 16));
  const size = (bytes: number | null, otherwise: string) => (bytes === null ? otherwise : formatSize(bytes));
  const { slot, role, image, place, fingerprint, used, limit } = root;
  const disk = [size(used, ''), size(limit, 'no limit')];
  return [slot, role, image, time(root.madeAt), time(root.keepUntil), ...disk, place, fingerprint ?? ''];
}

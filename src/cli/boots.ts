import { Command } from 'commander';
import type { SlotBootsView } from '../api/control/boot-views.ts';
import { rackBootLines, slotBootLines } from './boots-view.ts';
import { CliError, EXIT } from './exit.ts';
import { findController } from './places.ts';

interface Options {
  readonly json?: boolean;
  readonly last: string;
  readonly rack?: string;
  readonly state?: string;
}

export function bootsCommand(): Command {
  return new Command('boots')
    .argument('[slot]', 'slot number (default: the newest boot of every slot)')
    .description(
      'show boots: seconds of each part, bytes and rate, how they ended, and who is slower than its neighbours',
    )
    .option('--last <n>', 'how many boots of the slot, at most 50', '10')
    .option('--json', 'print it as JSON')
    .option('--rack <name>', 'the rack whose controller to ask (default: the only one that serves)')
    .option('--state <dir>', 'directory that holds the racks’ state')
    .addHelpText(
      'after',
      `
start: power to DHCP; dhcp: up to the first file; firmware, kernel: their TFTP; linux: up to its DHCP; root: up to NFS;
services: up to SSH. A board is slow where the median of its last five boots is far outside what its neighbours take:
boards of its model that boot its image, four of them at least.`,
    )
    .action(async (slot: string | undefined, options: Options) => {
      const limit = Number(options.last);
      if (!Number.isInteger(limit) || limit < 1 || limit > 50)
        throw new CliError(EXIT.usage, `expected --last from 1 to 50, got ${JSON.stringify(options.last)}`);
      if (slot !== undefined && !/^[1-9]\d{0,5}$/.test(slot))
        throw new CliError(EXIT.usage, `expected a slot number such as 17, got ${JSON.stringify(slot)}`);
      const client = await findController(options);
      const shown: SlotBootsView | readonly SlotBootsView[] =
        slot === undefined ? await client.allBoots() : await client.boots(Number(slot), limit);
      if (options.json) console.log(JSON.stringify(shown, null, 2));
      else console.log(('slot' in shown ? slotBootLines(shown) : rackBootLines(shown)).join('\n'));
    });
}

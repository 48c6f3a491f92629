import { Command } from 'commander';
import { EXIT } from './exit.ts';
import { follow } from './live.ts';
import { findController } from './places.ts';
import { attentionLines, shortState, summaryLine } from './rack-view.ts';
import { type Column, formatTable, terminalWidth } from './table.ts';

interface StatusOptions {
  state?: string;
  rack?: string;
  watch?: boolean;
  json?: boolean;
  fresh?: boolean;
}

const COLUMNS: readonly Column[] = [
  { title: 'slot', align: 'right' },
  { title: 'port' },
  { title: 'state' },
  { title: 'PoE' },
  { title: 'watts', align: 'right' },
  { title: 'model' },
  { title: 'serial' },
  { title: 'MAC' },
  { title: 'progress', shrink: true },
];

export function statusCommand(): Command {
  return new Command('status')
    .description('show every slot: power, board, where its boot stands')
    .option('--watch', 'go on showing it until interrupted')
    .option('--fresh', 'have the switches read first, instead of showing their last poll')
    .option('--json', 'print the status as JSON')
    .option('--rack <name>', 'the rack whose controller to ask (default: the only one that serves)')
    .option('--state <dir>', 'directory that holds the racks’ state')
    .action(async (options: StatusOptions) => {
      process.exitCode = await runStatus(options);
    });
}

async function runStatus(options: StatusOptions): Promise<number> {
  const client = await findController(options);
  if (options.watch) {
    await follow(client, process.stdout, () => false);
    return EXIT.done;
  }
  if (options.fresh) await client.refresh();
  const status = await client.status();
  if (options.json) {
    console.log(JSON.stringify(status, null, 2));
    return EXIT.done;
  }
  const rows = status.slots.map((slot) => [
    String(slot.slot),
    `${slot.switch}/${slot.port}`,
    shortState(slot),
    slot.power === null ? '' : slot.power.detection,
    slot.power?.watts === undefined || slot.power === null ? '' : slot.power.watts.toFixed(1),
    slot.board.model ?? '',
    slot.board.serial ?? '',
    slot.board.mac ?? '',
    slot.progress,
  ]);
  console.log(formatTable(COLUMNS, rows, { width: terminalWidth() }).join('\n'));
  for (const line of attentionLines(status, 20)) console.log(line);
  console.log(summaryLine(status.summary));
  return EXIT.done;
}

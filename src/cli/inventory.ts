import { Command } from 'commander';
import { ansibleInventory } from './ansible-inventory.ts';
import { EXIT } from './exit.ts';
import { findController } from './places.ts';
import { type Column, formatTable, terminalWidth } from './table.ts';

interface InventoryOptions {
  state?: string;
  rack?: string;
  json?: boolean;
  ansible?: boolean;
}

const COLUMNS: readonly Column[] = [
  { title: 'slot', align: 'right' },
  { title: 'host' },
  { title: 'IPv6' },
  { title: 'IPv4' },
  { title: 'ssh port', align: 'right' },
  { title: 'model' },
  { title: 'image' },
  { title: 'condition' },
];

export function inventoryCommand(): Command {
  return new Command('inventory')
    .description('list the boards as hosts: names, addresses, models')
    .option('--ansible', 'print an inventory for Ansible: hosts with their variables, grouped')
    .option('--json', 'print the slots as JSON')
    .option('--rack <name>', 'the rack whose controller to ask (default: the only one that serves)')
    .option('--state <dir>', 'directory that holds the racks’ state')
    .addHelpText(
      'after',
      `
Ansible runs an inventory that is a program: make one of two lines, executable, and name it with -i.
  #!/bin/sh
  exec pirack inventory --ansible
Groups: pirack, model_4B, image_NAME, switch_NAME, condition_up and so on, in letters, digits and underscores.`,
    )
    .action(async (options: InventoryOptions) => {
      process.exitCode = await printInventory(options);
    });
}

async function printInventory(options: InventoryOptions): Promise<number> {
  const status = await (await findController(options)).status();
  if (options.ansible) console.log(JSON.stringify(ansibleInventory(status), null, 2));
  else if (options.json) console.log(JSON.stringify(status.slots, null, 2));
  else {
    const rows = status.slots.map((slot) => [
      String(slot.slot),
      slot.hostName,
      slot.ipv6,
      slot.ipv4,
      String(slot.sshPort),
      slot.board.model ?? '',
      slot.image ?? '',
      slot.condition,
    ]);
    for (const line of formatTable(COLUMNS, rows, { width: terminalWidth() })) console.log(line);
  }
  return EXIT.done;
}

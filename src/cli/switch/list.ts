import { Command } from 'commander';
import type { SwitchView } from '../../api/control/switch-protocol.ts';
import { EXIT } from '../exit.ts';
import { findController } from '../places.ts';
import { type Column, formatTable, terminalWidth } from '../table.ts';
import { findSwitch, type SwitchOptions, withSwitchOptions } from './common.ts';

const COLUMNS: readonly Column[] = [
  { title: 'switch' },
  { title: 'address' },
  { title: 'driver' },
  { title: 'ports', shrink: true },
  { title: 'slots', align: 'right' },
  { title: 'watts', align: 'right' },
  { title: 'isolation' },
  { title: 'doing', shrink: true },
];

export function listCommand(): Command {
  return withSwitchOptions(new Command('list').argument('[switch]', 'show one switch at length'))
    .alias('show')
    .description('show the switches: driver, port map, power, isolation, and what each is busy with')
    .action(async (name: string | undefined, options: SwitchOptions) => {
      const client = await findController(options);
      const views = name === undefined ? await client.switches() : [await findSwitch(client, name)];
      if (options.json) console.log(JSON.stringify(name === undefined ? views : views[0], null, 2));
      else if (name === undefined) printAll(views);
      else console.log(describe(views[0] as SwitchView).join('\n'));
      process.exitCode = EXIT.done;
    });
}

function printAll(views: readonly SwitchView[]): void {
  const rows = views.map((view) => [
    view.name,
    view.address,
    view.driver?.name ?? 'not reached',
    ports(view),
    view.slots,
    watts(view),
    view.isolation.state,
    view.queue.running?.what ?? '',
  ]);
  console.log(formatTable(COLUMNS, rows, { width: terminalWidth() }).join('\n'));
  for (const view of views) for (const trouble of view.troubles) console.log(`${view.name}: ${trouble}`);
}

function describe(view: SwitchView): string[] {
  const { driver, isolation, queue } = view;
  return [
    `${view.name} at ${view.address}, ${view.slots} slots`,
    `  driver     ${driver === null ? 'not reached yet' : `${driver.name}: ${driver.title}`}`,
    `  ports      ${ports(view)}`,
    `  power      ${watts(view)} W of ${view.power.capacity ?? '?'} W, budget ${view.power.budget} W`,
    `  isolation  ${isolation.state} (${isolation.kept})${isolation.detail === null ? '' : `: ${isolation.detail}`}${isolation.at === null ? '' : `, read ${time(isolation.at)}`}`,
    `  doing      ${queue.running === null ? 'nothing' : `${queue.running.what}, for ${Math.round(queue.running.since)} ms`}`,
    ...queue.waiting.map(
      (job) => `             then ${job.what}, waiting for ${Math.round(job.since)} ms behind "${job.behind}"`,
    ),
    ...isolation.violations.map(({ text }) => `  not so     ${text}`),
    ...view.troubles.map((trouble) => `  trouble    ${trouble}`),
    ...(driver?.quirks ?? []).map((quirk) => `  note       ${quirk}`),
  ];
}

function ports({ ports: map }: SwitchView): string {
  if (map === null) return 'not read yet';
  return 'refused' in map ? `refused: ${map.refused.join('; ')}` : `${map.count} with PoE, ${map.rule}`;
}

function watts({ power }: SwitchView): string {
  return power.consumption === null ? '?' : power.consumption.toFixed(0);
}

function time(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').slice(0, 19);
}

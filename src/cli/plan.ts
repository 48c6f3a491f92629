import { Command } from 'commander';
import type { Plan } from '../rack/plan.ts';
import { formatProblem } from '../rack/rack-file.ts';
import { consoleOutput, type Output, readRackFile } from './check.ts';
import { EXIT } from './exit.ts';
import { type Column, formatTable, terminalWidth } from './table.ts';

export function planCommand(): Command {
  return new Command('plan')
    .argument('<file>', 'the rack file')
    .description('show what a rack file gives every slot: port, VLAN, addresses, relay port and image')
    .option('--json', 'print the whole plan as JSON')
    .addHelpText(
      'after',
      `
Touches nothing: no switch, no network, no file. In each /30 and /64 the controller has the first address, the board the second.
Exit codes: 0 shown, 1 the file has problems (told on standard error), 2 wrong usage.`,
    )
    .action((path: string, options: { json?: boolean }) => {
      process.exitCode = runPlan(path, options);
    });
}

/** Prints the plan of a rack file; the exit code. Problems and warnings go to standard error. */
export function runPlan(path: string, options: { json?: boolean }, output: Output = consoleOutput): number {
  const { plan, problems } = readRackFile(path);
  for (const problem of problems) output.err(formatProblem(problem));
  if (plan === undefined) return EXIT.failed;
  if (options.json) output.out(JSON.stringify(plan, undefined, 2));
  else for (const line of planLines(plan, terminalWidth())) output.out(line);
  return EXIT.done;
}

const BOOTS_BY = Object.freeze({ ipv4: 'IPv4', ipv6: 'IPv6, IPv4' });

/** The plan as a table; columns that say nothing for this rack are left out. */
export function planLines(plan: Plan, width: number | undefined): string[] {
  const routed = plan.slots.some((slot) => slot.routed !== undefined);
  const netboot6 = plan.slots.some((slot) => slot.netboot === 'ipv6');
  const columns: (Column & { of: (slot: Plan['slots'][number]) => string | number | undefined })[] = [
    { title: 'slot', align: 'right', of: (slot) => slot.slot },
    { title: 'switch', shrink: true, of: (slot) => slot.switch },
    { title: 'port', of: (slot) => slot.port },
    { title: 'vlan', align: 'right', of: (slot) => slot.vlan },
    { title: 'leg', of: (slot) => slot.leg },
    { title: 'IPv4 /30', of: (slot) => slot.ipv4.network },
    { title: 'IPv6 /64', of: (slot) => slot.ipv6.network },
    ...(routed ? [{ title: 'routed', of: (slot: Plan['slots'][number]) => slot.routed }] : []),
    { title: 'ssh', align: 'right', of: (slot) => slot.sshPort },
    { title: 'image', shrink: true, of: (slot) => slot.image ?? 'none' },
    ...(netboot6 ? [{ title: 'boots by', of: (slot: Plan['slots'][number]) => BOOTS_BY[slot.netboot] }] : []),
    ...(plan.kind === 'virtual' ? [{ title: 'simulates', of: (slot: Plan['slots'][number]) => slot.simulate }] : []),
  ];
  const rows = plan.slots.map((slot) => columns.map((column) => column.of(slot)));
  const head = `rack ${plan.rack}, ${plan.kind}, zone ${plan.zone}${plan.trunk ? `, trunk ${plan.trunk}` : ''}`;
  return [head, ...formatTable(columns, rows, { width })];
}

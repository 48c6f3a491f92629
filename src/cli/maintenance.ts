import { Command } from 'commander';
import type { StatusView } from '../api/control/protocol.ts';
import { formatRange } from '../rack/range.ts';
import { CliError, EXIT } from './exit.ts';
import { findController } from './places.ts';
import { SLOTS_HELP, slotsArgument, slotsOf } from './slots-argument.ts';
import { formatTable, terminalWidth } from './table.ts';
import { asked, minute, moment, myself, type TenancyOptions } from './tenancy/common.ts';

interface CareOptions extends TenancyOptions {
  reason?: string;
  until?: string;
}

export function maintenanceCommand(): Command {
  return asked(
    new Command('maintenance')
      .argument('[slots]', SLOTS_HELP, slotsArgument)
      .argument('[on|off]', 'take the slots out of service, or put them back')
      .option('--reason <text>', 'on: why, for whoever looks')
      .option('--until <time>', 'on: when it ends by itself, such as 8h or 2030-01-31 (default: when it is ended)')
      .description('slots that staff work on: no customer gets one, recovery leaves them alone'),
  )
    .addHelpText('after', '\nWithout arguments it shows which slots are in maintenance, since when and why.')
    .action(async (text: string | undefined, what: string | undefined, options: CareOptions) => {
      const client = await findController(options);
      const status = await client.status();
      if (text === undefined) return show(maintained(status), options);
      const slots = slotsOf(text, status);
      const until = options.until === undefined ? undefined : moment(options.until, Date.now());
      const { on, reason } = wanted(what, options);
      if (!on && until !== undefined) throw new CliError(EXIT.usage, '--until is for on, not for off');
      const by = myself();
      await client.maintenance(on ? { slots, reason, by, ...(until === undefined ? {} : { until }) } : { slots, by });
      const which = `slots ${formatRange(new Set(slots))}`;
      console.log(on ? `${which} are in maintenance: ${reason}` : `${which} are in service`);
    });
}

export function quarantineCommand(): Command {
  return asked(
    new Command('quarantine')
      .argument('[slots]', SLOTS_HELP, slotsArgument)
      .argument('[on|off]', 'leave the slots alone, or use them again')
      .option('--reason <text>', 'on: why, for whoever looks')
      .description('slots that are left alone: recovery gave up, or staff said so'),
  )
    .addHelpText('after', '\nWithout arguments it shows which slots are in quarantine, since when and why.')
    .action(async (text: string | undefined, what: string | undefined, options: CareOptions) => {
      const client = await findController(options);
      const status = await client.status();
      if (text === undefined) return show(quarantined(status), options);
      const slots = slotsOf(text, status);
      const { on, reason } = wanted(what, options);
      await client.quarantine(on ? { slots, reason, by: myself() } : { slots, by: myself() });
      const which = `slots ${formatRange(new Set(slots))}`;
      console.log(on ? `${which} are left alone: ${reason}` : `${which} are in use again`);
    });
}

function wanted(what: string | undefined, { reason }: CareOptions): { readonly on: boolean; readonly reason: string } {
  if (what !== 'on' && what !== 'off')
    throw new CliError(EXIT.usage, `expected on or off, got ${JSON.stringify(what ?? '')}`);
  if (what === 'on' && reason === undefined) throw new CliError(EXIT.usage, 'on: expected --reason <text>');
  if (what === 'off' && reason !== undefined) throw new CliError(EXIT.usage, '--reason is for on, not for off');
  return { on: what === 'on', reason: reason ?? '' };
}

interface Kept {
  readonly slot: number;
  readonly reason: string;
  readonly who: string | null;
  readonly since: number;
  readonly until?: number | null;
}

const maintained = ({ slots }: StatusView): Kept[] =>
  slots.flatMap(({ slot, maintenance }) => (maintenance == null ? [] : [{ slot, ...maintenance }]));

const quarantined = ({ slots }: StatusView): Kept[] =>
  slots.flatMap(({ slot, quarantine }) =>
    quarantine == null ? [] : [{ slot, reason: quarantine.cause, who: quarantine.by, since: quarantine.at }],
  );

function show(kept: readonly Kept[], options: CareOptions): void {
  if (options.json) {
    console.log(JSON.stringify(kept));
    return;
  }
  const columns = [
    { title: 'slot', align: 'right' as const },
    { title: 'since' },
    { title: 'until' },
    { title: 'by' },
    { title: 'why', shrink: true },
  ];
  const rows = kept.map(({ slot, since, until, who, reason }) => [
    slot,
    minute(since),
    minute(until ?? undefined),
    who ?? 'recovery',
    reason,
  ]);
  for (const line of formatTable(columns, rows, { width: terminalWidth() })) console.log(line);
}

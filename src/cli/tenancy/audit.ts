import { Command } from 'commander';
import { CliError, EXIT } from '../exit.ts';
import { findController } from '../places.ts';
import { formatTable, terminalWidth } from '../table.ts';
import { asked, minute, type TenancyOptions } from './common.ts';

const MOST = 1_000;

export function auditCommand(): Command {
  return asked(
    new Command('audit')
      .option('--tenant <name>', 'only what was done by keys of this tenant')
      .option('--limit <rows>', `how many of the newest, up to ${MOST}`, '50')
      .description('show who changed what, newest first'),
  ).action(async (options: TenancyOptions & { tenant?: string; limit: string }) => {
    const limit = Number(options.limit);
    if (!(Number.isInteger(limit) && limit >= 1 && limit <= MOST))
      throw new CliError(
        EXIT.usage,
        `--limit: expected a number from 1 to ${MOST}, got ${JSON.stringify(options.limit)}`,
      );
    const { tenant } = options;
    const rows = await (await findController(options)).audit({ limit, ...(tenant === undefined ? {} : { tenant }) });
    if (options.json) return console.log(JSON.stringify(rows));
    const columns = [
      { title: 'when' },
      { title: 'who' },
      { title: 'from' },
      { title: 'did' },
      { title: 'to' },
      { title: 'now', shrink: true },
    ];
    const cells = rows.map((row) => [
      minute(row.at),
      row.who,
      row.address ?? '',
      row.action,
      row.target,
      JSON.stringify(row.after),
    ]);
    for (const line of formatTable(columns, cells, { width: terminalWidth() })) console.log(line);
  });
}

import { Command } from 'commander';
import { DRIVERS } from '../../switches/drivers/index.ts';
import { EXIT } from '../exit.ts';
import { formatTable, terminalWidth } from '../table.ts';

export function driversCommand(): Command {
  return new Command('drivers')
    .description('list the families of switches that are known, and how each is read and written')
    .option('--json', 'print them as JSON, with everything that is known of each')
    .action((options: { json?: boolean }) => {
      process.exitCode = EXIT.done;
      if (options.json) {
        console.log(JSON.stringify(DRIVERS, null, 2));
        return;
      }
      const rows = DRIVERS.map((driver) => [
        driver.name,
        driver.title,
        driver.power === undefined ? 'none known' : (driver.power.watts?.kind ?? 'on and off'),
        driver.vlans?.dialect ?? 'by hand',
        typeof driver.writes === 'string' ? driver.writes : `read only: ${driver.writes.readOnly}`,
      ]);
      const columns = [
        { title: 'driver' },
        { title: 'switches', shrink: true },
        { title: 'power' },
        { title: 'VLANs' },
        { title: 'written', shrink: true },
      ];
      console.log(formatTable(columns, rows, { width: terminalWidth() }).join('\n'));
    });
}

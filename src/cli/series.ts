import { Command } from 'commander';
import { CliError, EXIT } from './exit.ts';
import { findController } from './places.ts';
import { seriesLines } from './series-view.ts';

interface Options {
  readonly hours: string;
  readonly json?: boolean;
  readonly rack?: string;
  readonly state?: string;
}

const HOUR = 3_600_000;
/** A week, which is what is kept. */
const MOST_HOURS = 168;

export function seriesCommand(): Command {
  return new Command('series')
    .argument('<slot>', 'slot number')
    .description('show power and health of a slot over time: least, median and most, and hour by hour')
    .option('--hours <n>', `how many hours back, at most ${MOST_HOURS}`, '24')
    .option('--json', 'print the points of both as JSON, five minutes each')
    .option('--rack <name>', 'the rack whose controller to ask (default: the only one that serves)')
    .option('--state <dir>', 'directory that holds the racks’ state')
    .addHelpText(
      'after',
      `
W is measured by the switch. powered and answered are parts of the time: power on the port, SSH over IPv6. load, °C, memory
and throttled are what the board says of itself, with an image that has the step \`health\`; "-" is not known, and never 0.
throttled: what was so at a look; in brackets what has been so since the board started. Hours begin at the full hour, UTC.`,
    )
    .action(async (slot: string, options: Options) => {
      if (!/^[1-9]\d{0,5}$/.test(slot))
        throw new CliError(EXIT.usage, `expected a slot number such as 17, got ${JSON.stringify(slot)}`);
      const hours = Number(options.hours);
      if (!Number.isInteger(hours) || hours < 1 || hours > MOST_HOURS)
        throw new CliError(
          EXIT.usage,
          `expected --hours from 1 to ${MOST_HOURS}, got ${JSON.stringify(options.hours)}`,
        );
      const client = await findController(options);
      const to = Date.now();
      const fine = { of: { slot: Number(slot) }, from: to - hours * HOUR, to };
      const [power, health] = await Promise.all([client.powerSeries(fine), client.healthSeries(fine)]);
      if (options.json) return console.log(JSON.stringify({ power, health }, null, 2));
      const coarse = { ...fine, step: HOUR };
      const hourly = {
        power: await client.powerSeries(coarse),
        health: await client.healthSeries(coarse),
      };
      console.log(seriesLines({ power, health }, hourly).join('\n'));
    });
}

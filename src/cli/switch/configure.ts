import { userInfo } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { parseWatts, WATTS_EXPECTED } from '../../rack/quantity.ts';
import type { Watts } from '../../rack/units.ts';
import { CliError, EXIT } from '../exit.ts';
import { findController } from '../places.ts';
import { SLOTS_HELP, slotsArgument, slotsOf } from '../slots-argument.ts';
import { type SwitchOptions, withSwitchOptions } from './common.ts';

interface ConfigureOptions extends SwitchOptions {
  priority?: string;
  limit?: Watts;
}

const PRIORITIES = ['critical', 'high', 'low'] as const;

export function configureCommand(): Command {
  return withSwitchOptions(new Command('configure').argument('<slots>', SLOTS_HELP, slotsArgument))
    .description('set PoE priority and power limit of slots’ ports, where their switch lets them be set')
    .option('--priority <priority>', 'critical, high or low: who keeps power when there is too little')
    .option('--limit <watts>', 'most that the port may draw, such as 12 W', limitArgument)
    .addHelpText('after', '\nExit codes: 0 every port reads as asked, 1 at least one does not; the reason is printed.')
    .action(async (text: string, options: ConfigureOptions) => {
      const { limit } = options;
      const priority = PRIORITIES.find((each) => each === options.priority);
      if (options.priority !== undefined && priority === undefined)
        throw new CliError(
          EXIT.usage,
          `--priority: expected ${PRIORITIES.join(', ')}, got ${JSON.stringify(options.priority)}`,
        );
      if (priority === undefined && limit === undefined)
        throw new CliError(EXIT.usage, 'expected --priority or --limit, or both');
      const client = await findController(options);
      const slots = slotsOf(text, await client.status());
      const results = await client.configurePorts({
        slots,
        who: userInfo().username,
        ...(priority && { priority }),
        ...(limit === undefined ? {} : { limit }),
      });
      process.exitCode = results.every(({ ok }) => ok) ? EXIT.done : EXIT.failed;
      if (options.json) console.log(JSON.stringify(results, null, 2));
      else for (const { slot, text: line } of results) console.log(`slot ${slot}: ${line}`);
    });
}

function limitArgument(text: string): Watts {
  const value = parseWatts(text);
  if (value === undefined) throw new InvalidArgumentError(`Expected ${WATTS_EXPECTED}.`);
  return value;
}

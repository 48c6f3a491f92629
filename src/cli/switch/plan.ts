import { Command } from 'commander';
import { formatRange } from '../../rack/range.ts';
import { EXIT } from '../exit.ts';
import { findController } from '../places.ts';
import { findSwitch, type SwitchOptions, withSwitchOptions } from './common.ts';

export function planCommand(): Command {
  return withSwitchOptions(new Command('plan').argument('<switch>', 'name of the switch, as in the rack file'))
    .description('show what would be written so that every slot is alone on its VLAN; writes nothing')
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing to write or it can be written, 1 it may not be begun; the reason is printed.',
    )
    .action(async (name: string, options: SwitchOptions) => {
      const client = await findController(options);
      await findSwitch(client, name);
      const plan = await client.switchPlan(name);
      process.exitCode = plan.obstacles.length === 0 ? EXIT.done : EXIT.failed;
      if (options.json) {
        console.log(JSON.stringify(plan, null, 2));
        return;
      }
      for (const { phase, steps } of plan.batches) {
        console.log(`${phase}:`);
        for (const step of steps) console.log(`  ${step}`);
      }
      for (const line of plan.advice) console.log(`advice: ${line}`);
      for (const line of plan.obstacles) console.log(`in the way: ${line}`);
      const steps = plan.batches.flatMap((batch) => batch.steps).length;
      if (steps === 0) console.log(`${name}: nothing to write, every slot is alone on its VLAN`);
      else {
        const who = plan.slots.length === 0 ? 'no board' : `slots ${formatRange(plan.slots)}`;
        console.log(`${name}: ${steps} steps; ${who} would lose power meanwhile`);
      }
    });
}

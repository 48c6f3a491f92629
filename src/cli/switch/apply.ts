import { Command } from 'commander';
import { EXIT } from '../exit.ts';
import { findController } from '../places.ts';
import { findSwitch, type SwitchOptions, teller, withSwitchOptions } from './common.ts';

export function applyCommand(): Command {
  return withSwitchOptions(new Command('apply').argument('<switch>', 'name of the switch, as in the rack file'))
    .description('put every slot alone on its VLAN, verify it over every VLAN, and save; or leave all as it was')
    .addHelpText(
      'after',
      `
Boards whose ports are changed lose power first and get it back when their port is verified. Uplinks and ports that no
slot lists are not changed, but for the slots' VLANs that uplinks are made to carry. What does not read back as wanted is
rolled back to what was there before.
Exit codes: 0 isolated, and read back; 1 not so, with the reason.`,
    )
    .action(async (name: string, options: SwitchOptions) => {
      const client = await findController(options);
      await findSwitch(client, name);
      const result = await client.switchApply(name, teller(options.json));
      process.exitCode = result.ok ? EXIT.done : EXIT.failed;
      if (options.json) console.log(JSON.stringify(result));
      else {
        for (const line of result.advice) console.log(`advice: ${line}`);
        console.log(`${name}: ${result.text}`);
      }
    });
}

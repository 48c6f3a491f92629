import { Command } from 'commander';
import { CliError, EXIT } from '../exit.ts';
import { findController } from '../places.ts';
import { findSwitch, printViolations, type SwitchOptions, teller, withSwitchOptions } from './common.ts';

interface VerifyOptions extends SwitchOptions {
  cycle?: string;
}

export function verifyCommand(): Command {
  return withSwitchOptions(new Command('verify').argument('<switch>', 'name of the switch, as in the rack file'))
    .description('read every VLAN of the switch and tell what does not isolate its slots; writes nothing')
    .option(
      '--cycle <slot>',
      'prove the port map: power-cycle this slot’s board, and see that its link and MAC alone leave',
    )
    .addHelpText(
      'after',
      '\nExit codes: 0 all as it should be (with --cycle: and proven), 1 not so. --cycle takes the power from the board for some seconds.',
    )
    .action(async (name: string, options: VerifyOptions) => {
      if (options.cycle !== undefined && !/^[1-9]\d{0,5}$/.test(options.cycle))
        throw new CliError(
          EXIT.usage,
          `--cycle: expected a slot number such as 17, got ${JSON.stringify(options.cycle)}`,
        );
      const client = await findController(options);
      const { isolation } = await findSwitch(client, name);
      // A switch whose VLANs are taken on trust can still be proven by a cycle.
      const trusted = options.cycle !== undefined && isolation.state === 'trusted';
      const violations = trusted ? [] : await client.switchVerify(name);
      const proof =
        options.cycle === undefined
          ? undefined
          : await client.switchProve(name, Number(options.cycle), teller(options.json));
      process.exitCode = violations.length === 0 && proof?.proven !== false ? EXIT.done : EXIT.failed;
      if (options.json) {
        console.log(JSON.stringify({ violations, ...(proof && { proof }) }, null, 2));
        return;
      }
      if (trusted) console.log(`${name}: its VLANs are taken on trust (isolation: manual)`);
      else printViolations(name, violations);
      if (proof !== undefined) console.log(proof.text);
    });
}

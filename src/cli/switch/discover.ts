import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { SnmpPlan } from '../../rack/plan.ts';
import { CliError, EXIT } from '../exit.ts';
import { findController } from '../places.ts';
import { findSwitch, type SwitchOptions, withSwitchOptions } from './common.ts';

interface DiscoverOptions extends SwitchOptions {
  community?: string;
  user?: string;
  auth?: string;
  priv?: string;
  port: number;
  name: string;
  firstSlot: number;
}

export function discoverCommand(): Command {
  return withSwitchOptions(
    new Command('discover').argument(
      '<switch-or-address>',
      'a switch of the rack, or the address of one that is in none',
    ),
  )
    .description('look at a switch and propose what to write about it in a rack file; writes nothing')
    .option('--community <file>', 'file with the SNMPv2c community of a switch that is in no rack')
    .option('--user <name>', 'or its SNMPv3 user, with --auth and --priv: sha256 and aes128')
    .option('--auth <file>', 'file with the authentication key')
    .option('--priv <file>', 'file with the privacy key')
    .option('--port <number>', 'its UDP port', numberArgument, 161)
    .option('--name <name>', 'what to call it', 'sw1')
    .option('--first-slot <number>', 'number of the first slot to propose', numberArgument, 1)
    .addHelpText(
      'after',
      `
Every guess is told with its reason and how sure it is; what is ambiguous is a comment and no choice.
Exit codes: 0 it can be pasted into a rack file, 1 a person has something to fill in first.
Example: pirack switch discover 192.0.2.11 --community /etc/pirack/secrets/community`,
    )
    .action(async (target: string, options: DiscoverOptions) => {
      const { yaml, incomplete } =
        isIP(target) === 0 ? await ofRack(target, options) : await ofAddress(target, options);
      process.exitCode = incomplete.length === 0 ? EXIT.done : EXIT.failed;
      if (options.json) console.log(JSON.stringify({ yaml, incomplete }, null, 2));
      else {
        console.log(yaml.trimEnd());
        for (const line of incomplete) console.error(`to fill in: ${line}`);
      }
    });
}

async function ofRack(name: string, options: DiscoverOptions) {
  const client = await findController(options);
  await findSwitch(client, name);
  return client.switchDiscover(name);
}

/** Without a controller: the switch is in no rack, so nobody else speaks to it. */
async function ofAddress(address: string, options: DiscoverOptions) {
  const snmp = accessOf(options);
  const { discoverAt } = await import('./discover-at.ts');
  return discoverAt({ address, port: options.port, name: options.name, snmp, firstSlot: options.firstSlot });
}

function accessOf({ community, user, auth, priv }: DiscoverOptions): SnmpPlan {
  if (community !== undefined && user === undefined) return { version: '2c', community: { file: resolve(community) } };
  if (user !== undefined && auth !== undefined && priv !== undefined && community === undefined) {
    return {
      version: '3',
      user,
      auth: { protocol: 'sha256', key: { file: resolve(auth) } },
      priv: { protocol: 'aes128', key: { file: resolve(priv) } },
    };
  }
  throw new CliError(EXIT.usage, 'an address needs --community FILE, or --user NAME --auth FILE --priv FILE');
}

function numberArgument(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('Expected a number from 1 to 65535.');
  return Number(text);
}

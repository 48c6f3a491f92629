import { Command } from 'commander';
import { applyCommand } from './apply.ts';
import { configureCommand } from './configure.ts';
import { discoverCommand } from './discover.ts';
import { driversCommand } from './drivers.ts';
import { listCommand } from './list.ts';
import { planCommand } from './plan.ts';
import { verifyCommand } from './verify.ts';

export function switchCommand(): Command {
  const command = new Command('switch').description('the PoE switches: what they are, and the VLANs of their ports');
  for (const each of [
    listCommand(),
    planCommand(),
    applyCommand(),
    verifyCommand(),
    discoverCommand(),
    configureCommand(),
    driversCommand(),
  ]) {
    command.addCommand(each.exitOverride());
  }
  return command;
}

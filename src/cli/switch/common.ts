/** What the commands on one switch share. */
import type { Command } from 'commander';
import type { ControlClient } from '../../api/control/client.ts';
import type { ApplyProgress, SwitchView, ViolationView } from '../../api/control/switch-protocol.ts';
import { didYouMean } from '../../rack/nearest.ts';
import { CliError, EXIT } from '../exit.ts';

export interface SwitchOptions {
  json?: boolean;
  rack?: string;
  state?: string;
}

export function withSwitchOptions(command: Command): Command {
  return command
    .option('--json', 'print the result as JSON')
    .option('--rack <name>', 'the rack whose controller to ask (default: the only one that serves)')
    .option('--state <dir>', 'directory that holds the racks’ state');
}

/** The switch of that name; CliError (wrong usage) that says which there are. */
export async function findSwitch(client: ControlClient, name: string): Promise<SwitchView> {
  const all = await client.switches();
  const found = all.find((each) => each.name === name);
  if (found !== undefined) return found;
  const names = all.map((each) => each.name);
  const hint = didYouMean(name, names) || `; expected ${names.join(', ')}`;
  throw new CliError(EXIT.usage, `this rack has no switch ${JSON.stringify(name)}${hint}`);
}

export function printViolations(name: string, violations: readonly ViolationView[]): void {
  for (const { text } of violations) console.log(text);
  console.log(
    violations.length === 0
      ? `${name}: every slot is alone on its VLAN`
      : `${name}: ${violations.length} ${violations.length === 1 ? 'thing is' : 'things are'} not as isolation wants`,
  );
}

/** Progress goes to standard error, so that standard output has the result and nothing else. */
export function teller(json: boolean | undefined): (progress: ApplyProgress) => void {
  const began = Date.now();
  return (progress) => {
    if (json) console.error(JSON.stringify({ progress }));
    else console.error(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${progress.text}`);
  };
}

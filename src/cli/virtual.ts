import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { startTicks } from '../sim/bundle/launch.ts';
import { CliError, EXIT } from './exit.ts';
import { stateRoot } from './places.ts';

/** Where a command may be run: the controller's side, the switches' side, or beside a board. */
const PLACE = /^(controller|switch|slot:[1-9]\d{0,5})$/;

export function virtualCommand(): Command {
  const command = new Command('virtual').description('work inside a virtual rack that is being served');
  const exec = new Command('exec')
    .argument('<command...>', 'program and arguments')
    .description('run a program inside the virtual rack’s namespaces: snmpwalk, tcpdump, udhcpc, ssh …')
    .requiredOption('--rack <name>', 'which rack')
    .option('--in <place>', 'controller, switch, or slot:N for the network namespace of a board', 'controller')
    .option('--state <dir>', 'directory that holds the racks’ state')
    .passThroughOptions()
    .addHelpText(
      'after',
      '\nExample: pirack virtual exec --rack virtual-108 --in slot:7 -- tcpdump -ni eth0\nThe exit code is the program’s own.',
    )
    .action((words: string[], options: { rack: string; in: string; state?: string }) => {
      process.exitCode = execInside(words, options);
    });
  command.enablePositionalOptions();
  command.addCommand(exec.exitOverride());
  return command;
}

function execInside(words: readonly string[], options: { rack: string; in: string; state?: string }): number {
  if (!PLACE.test(options.in))
    throw new CliError(EXIT.usage, `--in: expected controller, switch or slot:N, got ${JSON.stringify(options.in)}`);
  const directory = join(stateRoot(options.state), options.rack);
  const pid = bundlePid(directory);
  if (pid === undefined) throw new CliError(EXIT.missing, `no virtual rack ${options.rack} is being served`);
  const own = process.getuid?.() === 0 ? [] : ['--user', '--preserve-credentials'];
  const enter = ['--target', String(pid), ...own, '--mount', '--net', '--pid', '--'];
  const result = spawnSync('nsenter', [...enter, ...inPlace(options.in), ...words], { stdio: 'inherit' });
  if (result.error !== undefined) throw new CliError(EXIT.missing, `nsenter cannot be run: ${result.error.message}`);
  return result.status ?? EXIT.failed;
}

function inPlace(place: string): readonly string[] {
  if (place === 'controller') return [];
  const name = place === 'switch' ? 'sw' : `b${place.slice('slot:'.length).padStart(3, '0')}`;
  return ['nsenter', `--net=/run/netns/${name}`, '--'];
}

/** First process of the rack's bundle, as this side numbers it; undefined when it is not running. */
function bundlePid(directory: string): number | undefined {
  const path = join(directory, 'bundle.json');
  if (!existsSync(path)) return undefined;
  const { pid, startTicks: began } = JSON.parse(readFileSync(path, 'utf8')) as { pid: number; startTicks?: string };
  // The file of a rack that was killed may name a number that another process has by now.
  return began !== undefined && startTicks(pid) === began ? pid : undefined;
}

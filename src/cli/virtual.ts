import { spawnSync } from 'node:child_process';
import { Command } from 'commander';
import { CliError, EXIT } from './exit.ts';
import { findVirtualRack, RACK_OPTION, STATE_OPTION, type VirtualRackOptions } from './virtual-rack.ts';
import { virtualSwitchCommand } from './virtual-switch.ts';

/** Where a command may be run: the controller's side, the switches' side, or beside a board. */
const PLACE = /^(controller|switch|slot:[1-9]\d{0,5})$/;

export function virtualCommand(): Command {
  const command = new Command('virtual').description('work inside a virtual rack that is being served');
  const exec = new Command('exec')
    .argument('<command...>', 'program and arguments')
    .description('run a program inside the virtual rack’s namespaces: snmpwalk, tcpdump, udhcpc, ssh …')
    .option(...RACK_OPTION)
    .option('--in <place>', 'controller, switch, or slot:N for the network namespace of a board', 'controller')
    .option(...STATE_OPTION)
    .passThroughOptions()
    .addHelpText(
      'after',
      '\nExample: pirack virtual exec --in slot:7 -- tcpdump -ni eth0\nThe exit code is the program’s own.',
    )
    .action((words: string[], options: ExecOptions) => {
      process.exitCode = execInside(words, options);
    });
  command.enablePositionalOptions();
  command.addCommand(exec.exitOverride());
  command.addCommand(virtualSwitchCommand().exitOverride());
  return command;
}

interface ExecOptions extends VirtualRackOptions {
  in: string;
}

function execInside(words: readonly string[], options: ExecOptions): number {
  if (!PLACE.test(options.in))
    throw new CliError(EXIT.usage, `--in: expected controller, switch or slot:N, got ${JSON.stringify(options.in)}`);
  const { pid } = findVirtualRack(options);
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

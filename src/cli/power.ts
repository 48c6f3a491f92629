import { userInfo } from 'node:os';
import { Command, Option } from 'commander';
import type { PowerAction, PowerProgress } from '../jobs/power.ts';
import { type HowToReboot, REBOOTS } from '../rack/reboot.ts';
import { CliError, EXIT } from './exit.ts';
import { askJobs } from './job/ask.ts';
import { findController } from './places.ts';
import { SLOTS_HELP, slotsArgument, slotsOf } from './slots-argument.ts';

interface PowerOptions {
  json?: boolean;
  how?: HowToReboot;
  /** Commander's form of --no-wait. */
  wait: boolean;
  rack?: string;
  state?: string;
}

export function powerCommand(): Command {
  return new Command('power')
    .argument('<action>', 'on, off, cycle or reboot')
    .argument('<slots>', SLOTS_HELP, slotsArgument)
    .description('switch the PoE of slots; answers when the switch reads as asked')
    .addOption(
      new Option('--how <way>', 'reboot: ask the board over SSH, cut its power, or ask first').choices([...REBOOTS]),
    )
    .option('--no-wait', 'reboot: do not follow it')
    .option('--json', 'print progress and result as JSON, one object a line')
    .option('--rack <name>', 'the rack whose controller to ask (default: the only one that serves)')
    .option('--state <dir>', 'directory that holds the racks’ state')
    .addHelpText(
      'after',
      `
Exit code 0: every port reads as asked. 1: at least one does not; the reason is printed.
reboot is done when the boards are up again, and says of each whether it restarted when asked or had its power cut:
--how auto (as without --how) asks, and cuts where the board refuses or does not go down in its time.`,
    )
    .action(async (action: string, slots: string, options: PowerOptions) => {
      process.exitCode = await runPower(action, slots, options);
    });
}

async function runPower(action: string, text: string, options: PowerOptions): Promise<number> {
  if (!['on', 'off', 'cycle', 'reboot'].includes(action))
    throw new CliError(EXIT.usage, `expected on, off, cycle or reboot, got ${JSON.stringify(action)}`);
  if (action !== 'reboot' && (options.how !== undefined || !options.wait))
    throw new CliError(EXIT.usage, `--how and --no-wait are for reboot, not for ${action}`);
  const client = await findController(options);
  const slots = slotsOf(text, await client.status());
  if (action === 'reboot') {
    const parameters = { how: options.how ?? 'auto' };
    return askJobs(client, { kind: 'reboot', slots, parameters, warning: '' }, { ...options, yes: true });
  }
  const show = options.json
    ? (progress: PowerProgress) => console.log(JSON.stringify({ progress }))
    : (progress: PowerProgress) => console.error(line(progress));
  const result = await client.power({ slots, action: action as PowerAction, who: userInfo().username }, show);
  const failed = result.filter((outcome) => outcome.state === 'failed');
  if (options.json) console.log(JSON.stringify({ result }));
  else {
    for (const outcome of result) console.log(line(outcome));
    if (result.length > 1)
      console.log(
        `${result.length - failed.length} of ${result.length} slots ${action === 'off' ? 'off' : 'on'}, ${failed.length} failed`,
      );
  }
  return failed.length === 0 ? EXIT.done : EXIT.failed;
}

function line({ slot, state, after, detail }: PowerProgress): string {
  return `slot ${slot}: ${state} (${Math.round(after)} ms) ${detail}`;
}

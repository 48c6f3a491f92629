import { Command } from 'commander';
import { parseWatts, WATTS_EXPECTED } from '../rack/quantity.ts';
import { BadDial, type DialValue, dialFromText, restDials, spelled, typedDial } from '../sim/process/dials.ts';
import type { SwitchView } from '../sim/process/switch-control.ts';
import { CliError, EXIT } from './exit.ts';
import { SimClient } from './sim-client.ts';
import { formatTable, terminalWidth } from './table.ts';
import { findVirtualRack, RACK_OPTION, STATE_OPTION, type VirtualRackOptions } from './virtual-rack.ts';

interface Options extends VirtualRackOptions {
  json?: boolean;
}

export interface Asked {
  readonly name: string;
  /** What stands behind the name. */
  readonly words: readonly string[];
  readonly json: boolean;
  readonly width?: number | undefined;
}

/** pethPsePortDetectionStatus. */
const DETECTION: Readonly<Record<number, string>> = { 1: 'disabled', 2: 'searching', 3: 'delivering', 4: 'fault' };

export function virtualSwitchCommand(): Command {
  return new Command('switch')
    .argument('<name>', 'name of the switch in the rack file')
    .argument('[action...]', 'reboot, move PORT VLAN, fault [NAME=VALUE…], budget WATTS; nothing: show it')
    .description('do to a simulated switch what a person in front of it could, and what goes wrong with real ones')
    .option(...RACK_OPTION)
    .option(...STATE_OPTION)
    .option('--json', 'print the switch, or its faults, as JSON')
    .addHelpText(
      'after',
      `
  reboot            no power and no VLAN on any port until it is back with its saved configuration
  move PORT VLAN    the port leaves all its VLANs for this one, untagged: its board is really there from then on
  fault             where the dials of its faults stand
  fault NAME=VALUE… turns dials, of those that \`fault\` shows
  fault none        all of them back to where a switch without faults has them
  budget WATTS      what its boards may draw together from now on; who has power keeps it

Examples: pirack virtual switch sw1
          pirack virtual switch sw1 move 7 300
          pirack virtual switch sw2 fault slow=350 lose-set-answer=0.2 denied=3,5-7
          pirack virtual switch sw3 budget "120 W"`,
    )
    .action(async (name: string, words: string[], options: Options) => {
      const client = new SimClient(findVirtualRack(options).socket);
      const asked = { name, words, json: options.json === true, width: terminalWidth() };
      for (const line of await askSwitch(client, asked)) console.log(line);
    });
}

/** The lines to print. @throws CliError */
export async function askSwitch(client: SimClient, { name, words, json, width }: Asked): Promise<readonly string[]> {
  const [action, ...rest] = words;
  const shown = (value: object, lines: () => readonly string[]) => (json ? [JSON.stringify(value)] : lines());
  switch (action) {
    case undefined: {
      const view = await client.show(name);
      return shown(view, () => switchLines(view, width));
    }
    case 'reboot': {
      if (rest.length > 0) throw usage(`expected nothing after reboot, got ${JSON.stringify(rest.join(' '))}`);
      const view = await client.reboot(name);
      return shown(view, () => [`${name} restarts: its ports have neither power nor a VLAN until it is back`]);
    }
    case 'move': {
      const [port, vlan] = portAndVlan(rest);
      const view = await client.move(name, port, vlan);
      return shown(view, () => [movedLine(view, port, vlan)]);
    }
    case 'fault': {
      const dials = await client.faults(name, settings(rest));
      return shown(dials, () => dialLines(dials));
    }
    case 'budget': {
      const watts = parseWatts(rest.join(' '));
      if (watts === undefined) throw usage(`budget: expected ${WATTS_EXPECTED}, got ${JSON.stringify(rest.join(' '))}`);
      const view = await client.budget(name, watts);
      return shown(view, () => [`${name} has ${view.budget} W to give; its boards draw ${round(view.watts)} W now`]);
    }
    default:
      throw usage(`expected reboot, move, fault, budget or nothing, got ${JSON.stringify(action)}`);
  }
}

function portAndVlan(words: readonly string[]): readonly [port: number, vlan: number] {
  const [port = '', vlan = '', ...more] = words;
  if (more.length > 0 || !/^\d{1,6}$/.test(port) || !/^\d{1,4}$/.test(vlan))
    throw usage(`move: expected PORT VLAN, two numbers such as 7 300, got ${JSON.stringify(words.join(' '))}`);
  return [Number(port), Number(vlan)];
}

function settings(words: readonly string[]): Record<string, DialValue> {
  if (words.length === 1 && words[0] === 'none') return restDials();
  try {
    return Object.fromEntries(words.map(dialFromText));
  } catch (cause) {
    if (cause instanceof BadDial) throw usage(cause.message);
    throw cause;
  }
}

function movedLine({ name, ports }: SwitchView, wanted: number, vlan: number): string {
  const port = ports.find((each) => each.port === wanted);
  if (port?.vlan !== vlan) {
    const now = port?.vlan === undefined ? 'in none' : `in VLAN ${port.vlan}`;
    return `${name} port ${wanted} is on its way to VLAN ${vlan}, and ${now} so far`;
  }
  const heard = port.trunk ? '' : ', which no uplink carries: the controller does not hear it';
  return `${name} port ${wanted} is in VLAN ${vlan}${heard}`;
}

function switchLines(view: SwitchView, width: number | undefined): string[] {
  const { name, up, watts, budget, unsaved, counts } = view;
  const state = up ? 'up' : 'restarting';
  const lost = unsaved ? ', with changes that a restart would lose' : '';
  return [
    `${name} is ${state}${lost}: ${round(watts)} of ${budget} W, ${counts.answered} of ${counts.received} requests answered`,
    ...formatTable(
      [
        { title: 'port', align: 'right' },
        { title: 'admin' },
        { title: 'power' },
        { title: 'denied', align: 'right' },
        { title: 'vlan', align: 'right' },
        { title: 'uplink' },
      ],
      view.ports.map(({ port, admin, detection, denied, vlan, trunk }) => [
        port,
        admin ? 'on' : 'off',
        DETECTION[detection] ?? detection,
        denied,
        vlan ?? 'none',
        trunk === undefined ? '' : trunk ? 'carries it' : 'does not',
      ]),
      { width },
    ),
  ];
}

/** What is not as in a switch without faults has a star. */
function dialLines(dials: Readonly<Record<string, DialValue>>): string[] {
  const rest = restDials();
  return Object.entries(dials).map(([name, value]) => {
    const turned = JSON.stringify(value) !== JSON.stringify(rest[name]);
    return `${turned ? '*' : ' '} ${spelled(name)}=${typedDial(value)}`;
  });
}

function round(watts: number): number {
  return Math.round(watts * 10) / 10;
}

function usage(message: string): CliError {
  return new CliError(EXIT.usage, message);
}

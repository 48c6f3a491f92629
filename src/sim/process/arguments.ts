/** Command line of the virtual rack's process. It is started by the bundle's supervisor, not by people. */
import { parseArgs } from 'node:util';
import type { Namespaces } from '../bundle/launch.ts';

export interface SimArguments {
  /** File with the plan as JSON. */
  readonly plan: string;
  /** Path of the control socket; undefined for none. */
  readonly control: string | undefined;
  /** Namespaces of whoever launched the bundle. */
  readonly outside: Namespaces;
  /** Where logs and consoles go. */
  readonly state: string;
  /** Divides the time that boards spend on computing. */
  readonly speed: number;
  /** Of all random numbers. */
  readonly seed: number;
  readonly isolatedPortBug: boolean;
  readonly digest: boolean;
  /** Whether the saved configuration of the switches has PoE on: boards then start before anybody asks. */
  readonly portsOn: boolean;
  /**
   * What the saved configuration of the switches has for VLANs: every slot in its own, as planned, or nothing, as out of
   * the box, where all ports are in VLAN 1.
   */
  readonly vlans: 'planned' | 'blank';
  /** `build` makes the fabric and goes on as `serve` inside the switch namespace. */
  readonly phase: 'build' | 'serve';
}

const DEFAULT_SPEED = '20';

export class BadArguments extends Error {
  override readonly name = 'BadArguments';
}

export function parseArguments(args: readonly string[]): SimArguments {
  const { values } = parse(args);
  const needed = (name: 'plan' | 'ns-proof' | 'state') => {
    const value = values[name];
    if (value === undefined || value === '') throw new BadArguments(`expected --${name}`);
    return value;
  };
  const { phase, vlans } = values;
  if (phase !== 'build' && phase !== 'serve') throw new BadArguments(`--phase: expected build or serve, got ${phase}`);
  if (vlans !== 'planned' && vlans !== 'blank')
    throw new BadArguments(`--vlans: expected planned or blank, got ${vlans}`);
  return {
    plan: needed('plan'),
    control: values.control === 'none' ? undefined : values.control,
    outside: namespaces(needed('ns-proof')),
    state: needed('state'),
    speed: positive('speed', values.speed),
    seed: positive('seed', values.seed),
    isolatedPortBug: values['isolated-port-bug'],
    digest: !values['no-digest'],
    portsOn: values['ports-on'],
    vlans,
    phase,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        plan: { type: 'string' },
        control: { type: 'string', default: 'none' },
        'ns-proof': { type: 'string' },
        state: { type: 'string' },
        speed: { type: 'string', default: DEFAULT_SPEED },
        seed: { type: 'string', default: '1' },
        'isolated-port-bug': { type: 'boolean', default: false },
        'no-digest': { type: 'boolean', default: false },
        'ports-on': { type: 'boolean', default: false },
        vlans: { type: 'string', default: 'planned' },
        phase: { type: 'string', default: 'build' },
      },
    });
  } catch (cause) {
    throw new BadArguments((cause as Error).message, { cause });
  }
}

/** `{"net":"net:[…]","mnt":"mnt:[…]","pid":"pid:[…]"}` */
function namespaces(text: string): Namespaces {
  let value: Partial<Record<keyof Namespaces, unknown>> | null = null;
  try {
    value = JSON.parse(text);
  } catch {
    // Reported below, with what was expected.
  }
  const good = (kind: keyof Namespaces) => new RegExp(`^${kind}:\\[\\d+\\]$`).test(String(value?.[kind]));
  if (!good('net') || !good('mnt') || !good('pid')) {
    throw new BadArguments(
      `--ns-proof: expected {"net":"net:[…]","mnt":"mnt:[…]","pid":"pid:[…]"}, got ${text.slice(0, 200)}`,
    );
  }
  return value as Namespaces;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) {
    throw new BadArguments(`--${name}: expected a number above 0, got ${JSON.stringify(text)}`);
  }
  return value;
}

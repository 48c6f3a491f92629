/** What can be asked of the simulated switches, and done to them as a person in front of them could. */
import { formatRange } from '../../rack/range.ts';
import { watts } from '../../rack/units.ts';
import type { VirtualSwitch } from '../switch/virtual-switch.ts';
import { type Answer, done, failed } from './answer.ts';
import { BadDial, readDials, turnDials } from './dials.ts';

export interface SwitchTarget {
  readonly switches: ReadonlyMap<string, VirtualSwitch>;
  /** PoE ports of each switch that have a slot. */
  readonly ports: ReadonlyMap<string, readonly number[]>;
}

const MOST_VLAN = 4094;
const MOST_WATTS = 100_000;

/** `path` begins with `/switches`; `body` is the request's JSON, undefined where it has none. */
export function answerSwitches(method: string, path: string, body: unknown, target: SwitchTarget): Answer {
  const asked = `${method} ${path}`;
  if (asked === 'GET /switches') return done([...target.switches.values()].map((each) => view(each, target)));
  const [, name = '', rest = ''] = /^\/switches\/([^/]{1,64})(\/.*)?$/.exec(path) ?? [];
  const device = target.switches.get(name);
  if (!device) {
    const names = [...target.switches.keys()].join(', ');
    return failed(404, `expected a switch among ${names}, got ${JSON.stringify(name)}`);
  }
  const port = /^\/ports\/(\d{1,6})\/vlan$/.exec(rest)?.[1];
  switch (port === undefined ? `${method} ${rest}` : `${method} vlan`) {
    case 'GET ':
      return done(view(device, target));
    case 'POST /reboot':
      if (!device.up) return failed(409, `${name} is restarting already`);
      device.reboot();
      return done(view(device, target));
    case 'GET /faults':
      return done(readDials(device.faults));
    case 'POST /faults':
      return turn(device, body);
    case 'POST /budget':
      return budget(device, body, target);
    case 'POST vlan':
      return move(device, Number(port), body, target);
    default:
      return failed(405, `no ${asked} here`);
  }
}

function turn(device: VirtualSwitch, body: unknown): Answer {
  const settings = object(body);
  if (!settings) return failed(400, 'expected an object of faults such as {"loseRequest":0.1}');
  try {
    turnDials(device.faults, settings);
  } catch (cause) {
    if (cause instanceof BadDial) return failed(400, cause.message);
    throw cause;
  }
  return done(readDials(device.faults));
}

function budget(device: VirtualSwitch, body: unknown, target: SwitchTarget): Answer {
  const wanted = object(body)?.watts;
  if (typeof wanted !== 'number' || !(wanted >= 0 && wanted <= MOST_WATTS))
    return failed(400, `expected watts from 0 to ${MOST_WATTS}, as in {"watts":120}`);
  device.pse.budget = watts(wanted);
  return done(view(device, target));
}

/** A person's hand: whatever the port was in before, it is now in this VLAN alone, untagged. */
function move(device: VirtualSwitch, port: number, body: unknown, target: SwitchTarget): Answer {
  const vlan = object(body)?.vlan;
  if (!Number.isInteger(vlan) || !(Number(vlan) >= 1 && Number(vlan) <= MOST_VLAN))
    return failed(400, `expected a VLAN from 1 to ${MOST_VLAN}, as in {"vlan":300}`);
  const cabled = target.ports.get(device.name) ?? [];
  if (!cabled.includes(port))
    return failed(404, `expected a port of ${device.name} with a slot on it (${formatRange(cabled)}), got ${port}`);
  if (!device.up) return failed(409, `${device.name} is restarting: a change now would be lost`);
  device.move(port, Number(vlan));
  return done(view(device, target));
}

export interface SwitchView {
  readonly name: string;
  readonly up: boolean;
  readonly watts: number;
  readonly budget: number;
  /** Whether a restart would lose something. */
  readonly unsaved: boolean;
  readonly counts: VirtualSwitch['counts'];
  readonly ports: readonly PortView[];
}

export interface PortView {
  readonly port: number;
  readonly admin: boolean;
  readonly detection: number;
  readonly denied: number;
  /** Undefined where its untagged frames go nowhere. */
  readonly vlan?: number;
  /** Whether an uplink carries that VLAN. */
  readonly trunk?: boolean;
}

function view(device: VirtualSwitch, { ports }: SwitchTarget): SwitchView {
  return {
    name: device.name,
    up: device.up,
    watts: device.pse.consumption(),
    budget: device.pse.budget,
    unsaved: device.configuration.unsaved,
    counts: device.counts,
    ports: (ports.get(device.name) ?? []).map((port) => {
      const { admin, detection, denied } = device.pse.port(port);
      const segment = device.segment(port);
      return { port, admin, detection, denied, ...(segment === 'none' ? {} : segment) };
    }),
  };
}

function object(body: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof body === 'object' && body !== null && !Array.isArray(body)
    ? (body as Record<string, unknown>)
    : undefined;
}

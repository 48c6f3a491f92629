/**
 * The virtual rack as a process. Started in the network namespace of a fresh bundle it makes the fabric, becomes itself
 * again inside the switch namespace, and serves boards and switches there until it is told to stop. Prints `ready` on
 * standard output when boards can be switched on.
 */
import { mkdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { destination, type Logger, pino } from 'pino';
import { realClock } from '../net/real-clock.ts';
import type { Plan } from '../rack/plan.ts';
import { seededRandom } from './board/random.ts';
import { assertSealed, NotSealed } from './bundle/sealed.ts';
import { buildFabric } from './fabric/build.ts';
import { bridgeLink, netnsPath, portLink, SWITCH_NETNS } from './fabric/layout.ts';
import { PortLinks } from './fabric/links.ts';
import { followSwitch, PortBridges } from './fabric/segments.ts';
import { BadArguments, parseArguments, type SimArguments } from './process/arguments.ts';
import { serveControl } from './process/control.ts';
import { makeDevices } from './process/devices.ts';
import { tapsAllowed, withoutImpossible } from './process/guests.ts';
import { makeSwitches, portNumber } from './process/switches.ts';

const ENV = '/usr/bin/env';

async function main(args: readonly string[]): Promise<void> {
  const settings = parseArguments(args);
  const complain = settings.phase === 'serve' ? () => {} : (message: string) => console.error(message);
  const planned = JSON.parse(readFileSync(settings.plan, 'utf8')) as Plan;
  const plan = withoutImpossible(planned, tapsAllowed(), complain);
  if (plan.kind !== 'virtual')
    throw new BadArguments(`rack ${plan.rack} is ${plan.kind}: only a virtual rack is simulated`);
  if (settings.phase === 'serve') return serve(plan, settings);
  await buildFabric(plan, settings.outside);
  // Every socket that is not a board's belongs to the switches: it is easier to live where they are.
  const self = [process.execPath, ...process.execArgv, fileURLToPath(import.meta.url), ...args, '--phase', 'serve'];
  process.execve?.(
    ENV,
    [ENV, 'nsenter', `--net=${netnsPath(SWITCH_NETNS)}`, '--', ...self],
    process.env as Record<string, string>,
  );
  throw new Error('expected a Node with process.execve (22.15 or newer) on Linux');
}

async function serve(plan: Plan, settings: SimArguments): Promise<void> {
  assertSealed(settings.outside);
  assertInSwitch();
  mkdirSync(settings.state, { recursive: true });
  const log = pino({ level: 'info' }, destination({ dest: join(settings.state, 'sim.log'), sync: false, mkdir: true }));
  const fatal = fatalTo(log);
  process.on('uncaughtException', fatal);
  process.on('unhandledRejection', fatal);

  const clock = realClock;
  const links = new PortLinks(clock, (message) => log.error(message));
  const devices = makeDevices(plan, { links, clock, log, settings });
  const random = seededRandom(settings.seed);
  const { portsOn, vlans } = settings;
  const switches = makeSwitches(plan, { clock, random, log, env: process.env, portsOn, vlans });
  const cables = new Map(plan.switches.map(({ name }) => [name, new Map<number, string>()]));
  for (const { slot, switch: name, port } of plan.slots) {
    const device = devices.get(slot);
    if (device) switches.get(name)?.attach(portNumber(port), device);
    cables.get(name)?.set(portNumber(port), portLink(slot));
  }
  const bridges = new PortBridges(
    links,
    plan.slots.map(({ vlan }) => bridgeLink(vlan)),
  );
  for (const [place, { name }] of plan.switches.entries()) {
    const device = switches.get(name);
    if (device) followSwitch(device, place + 1, cables.get(name) ?? new Map(), bridges);
  }
  await links.done();
  for (const { name, address, port } of plan.switches) await switches.get(name)?.bind(address, port);
  const ports = new Map([...cables].map(([name, each]) => [name, [...each.keys()]]));
  const control =
    settings.control === undefined ? undefined : await serveControl(settings.control, { devices, switches, ports });
  log.info({ boards: devices.size, switches: switches.size, speed: settings.speed }, 'virtual rack is ready');
  process.stdout.write('ready\n');

  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    control?.close();
    control?.closeAllConnections();
    // Cuts the power of every board.
    await Promise.all([...switches.values()].map((each) => each.close()));
    await links.done();
    links.close();
    log.flush();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
}

/** The agents bind the switches' addresses, and taps are opened by name: both exist only there. */
function assertInSwitch(): void {
  const path = netnsPath(SWITCH_NETNS);
  const own = readlinkSync('/proc/self/ns/net');
  const wanted = `net:[${statSync(path).ino}]`;
  if (own !== wanted) throw new NotSealed(`expected to run in ${path} (${wanted}), found ${own}`);
}

function fatalTo(log: Logger): (error: unknown) => void {
  return (error) => {
    log.fatal({ err: error }, 'the virtual rack ends');
    log.flush();
    console.error('the virtual rack ends:', error);
    process.exit(70);
  };
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const plain = error instanceof BadArguments || error instanceof NotSealed;
  console.error(plain ? `sim: ${error.message}` : error);
  process.exit(error instanceof BadArguments ? 2 : 1);
});

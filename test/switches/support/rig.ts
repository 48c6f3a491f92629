/** A virtual switch with boards, and the PoeSwitch that drives it: over loopback UDP, or on a virtual clock without sockets. */
import { pino } from 'pino';
import { realClock } from '../../../src/net/real-clock.ts';
import type { Clock } from '../../../src/rack/clock.ts';
import type { SnmpPlan, SwitchPlan } from '../../../src/rack/plan.ts';
import { millis, watts } from '../../../src/rack/units.ts';
import type { AgentAccess } from '../../../src/sim/switch/agent.ts';
import type { VirtualSwitch, VirtualSwitchOptions } from '../../../src/sim/switch/virtual-switch.ts';
import { createVirtualSwitch } from '../../../src/sim/switch/virtual-switch.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import type { SwitchDriver } from '../../../src/switches/drivers/driver.ts';
import { RFC3621_DRIVER } from '../../../src/switches/drivers/rfc3621.ts';
import type { PoeSwitch, SwitchDeps } from '../../../src/switches/poe.ts';
import { openSwitch } from '../../../src/switches/poe.ts';
import type { SecretReader } from '../../../src/switches/snmp/secrets.ts';
import { createSecretReader } from '../../../src/switches/snmp/secrets.ts';
import { SWITCH_DEFAULTS } from '../../support/plan.ts';
import { TestBoard } from './board.ts';
import type { DirectOptions } from './direct-session.ts';
import { directSession } from './direct-session.ts';
import { seededRandom } from './random.ts';

export const log = pino({ level: 'silent' });

export const SECRETS = {
  WRITE_COMMUNITY: 'rack-write',
  READ_COMMUNITY: 'rack-read',
  AUTH_KEY: 'an authentication key',
  PRIV_KEY: 'a privacy key',
  WRONG: 'not the right one',
};

export const secrets: SecretReader = createSecretReader({
  env: SECRETS,
  readFile: () => Promise.reject(new Error('no files here')),
});

export const ACCESS: AgentAccess = {
  communities: [
    { name: SECRETS.WRITE_COMMUNITY, write: true },
    { name: SECRETS.READ_COMMUNITY, write: false },
  ],
  users: [
    {
      name: 'pirack',
      auth: { protocol: 'sha256', key: SECRETS.AUTH_KEY },
      priv: { protocol: 'aes128', key: SECRETS.PRIV_KEY },
      write: true,
    },
  ],
};

export const V2C: SnmpPlan = { version: '2c', community: { env: 'WRITE_COMMUNITY' } };
export const V3: SnmpPlan = {
  version: '3',
  user: 'pirack',
  auth: { protocol: 'sha256', key: { env: 'AUTH_KEY' } },
  priv: { protocol: 'aes128', key: { env: 'PRIV_KEY' } },
};

/** Quick, so that tests on real time are; the shape is that of a real switch. */
export const QUICK = { off: millis(40), detect: millis(60), retry: millis(20), boot: millis(100), jitter: 0 };

export function makeSwitch(clock: Clock, options: Partial<VirtualSwitchOptions> = {}): VirtualSwitch {
  return createVirtualSwitch({
    name: 'psw1',
    ports: 8,
    budget: watts(370),
    access: ACCESS,
    clock,
    random: seededRandom(1),
    log,
    delays: QUICK,
    ...options,
  });
}

/** Boards on the given ports. */
export function plugIn(device: VirtualSwitch, ports: readonly number[]): Map<number, TestBoard> {
  const boards = new Map(ports.map((port) => [port, new TestBoard()]));
  for (const [port, board] of boards) device.attach(port, board);
  return boards;
}

export function planFor(port: number, snmp: SnmpPlan = V2C, uplinks: readonly string[] = []): SwitchPlan {
  return { name: 'psw1', address: '127.0.0.1', port, snmp, uplinks, budget: watts(370), ...SWITCH_DEFAULTS };
}

/** Numbered as a test likes, it is no switch of any family. */
export const asRfc3621 = (): Promise<SwitchDriver> => Promise.resolve(RFC3621_DRIVER);

export const names = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, place) => String(from + place));

/** Short limits, so that a test of silence is short. */
export const SHORT = {
  read: { timeout: millis(150), retries: 1 },
  write: { timeout: millis(250), retries: 0 },
};

export interface Rig {
  readonly device: VirtualSwitch;
  readonly poe: PoeSwitch;
  readonly port: number;
  close(): Promise<void>;
}

/** On loopback, in real time. */
export async function udpRig(
  options: Partial<VirtualSwitchOptions> = {},
  deps: Partial<SwitchDeps> & { readonly snmp?: SnmpPlan; readonly uplinks?: readonly string[] } = {},
): Promise<Rig> {
  const device = makeSwitch(realClock, options);
  const { port } = await device.bind('127.0.0.1', 0);
  const ports = deps.ports ?? names(1, options.ports ?? 8);
  const parts = { clock: realClock, log, secrets, chooseDriver: asRfc3621, ...deps, ports };
  const poe = openSwitch(planFor(port, deps.snmp, deps.uplinks), parts);
  const close = async () => {
    poe.close();
    await device.close();
  };
  return { device, poe, port, close };
}

export interface VirtualRig extends Rig {
  readonly clock: VirtualClock;
  /** Lets virtual time pass until the promise settles. */
  settle<T>(promise: Promise<T>): Promise<T>;
}

/** On a virtual clock, without sockets. */
export function virtualRig(
  options: Partial<VirtualSwitchOptions> = {},
  deps: Partial<SwitchDeps> & { readonly uplinks?: readonly string[] } & Omit<DirectOptions, 'clock'> = {},
): VirtualRig {
  const clock = new VirtualClock();
  const device = makeSwitch(clock, options);
  const ports = deps.ports ?? names(1, options.ports ?? 8);
  const openSession = () => Promise.resolve(directSession(device, { ...deps, clock }));
  const parts = { clock, log, secrets, chooseDriver: asRfc3621, openSession, ...deps, ports };
  const poe = openSwitch(planFor(161, V2C, deps.uplinks), parts);
  const settle = async <T>(promise: Promise<T>): Promise<T> => {
    let done = false;
    const noted = promise.finally(() => {
      done = true;
    });
    noted.catch(() => {});
    for (let step = 0; step < 100_000 && !done; step += 1) await clock.advanceAsync(5);
    if (!done) throw new Error('not settled in 500 s of virtual time');
    return noted;
  };
  return { clock, device, poe, port: 161, settle, close: () => device.close() };
}

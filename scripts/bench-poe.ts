/**
 * Prints what switching and reading PoE costs: three virtual switches with 108 ports in a process of their own, this
 * process as the manager, over loopback. Figures, no verdict. The pinned Node is needed:
 * `. scripts/toolchain.sh && node scripts/bench-poe.ts [rounds]`.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { realClock } from '../src/net/real-clock.ts';
import type { SnmpPlan } from '../src/rack/plan.ts';
import { millis, watts } from '../src/rack/units.ts';
import { createVirtualSwitch } from '../src/sim/switch/virtual-switch.ts';
import type { PoeSwitch } from '../src/switches/poe.ts';
import { openSwitch } from '../src/switches/poe.ts';
import { createSecretReader } from '../src/switches/snmp/secrets.ts';
import { SWITCH_DEFAULTS } from '../test/support/plan.ts';
import { cycleByHand } from '../test/switches/support/by-hand.ts';

const SWITCHES = 3;
const PORTS = 36;
const HOLD = 1_000;
const OFF = 600;
const DETECT = 1_200;
const POLL_EVERY = 10_000;

const log = pino({ level: 'silent' });
const env = { COMMUNITY: 'bench-write', AUTH: 'authentication key', PRIV: 'privacy key' };
const V2C: SnmpPlan = { version: '2c', community: { env: 'COMMUNITY' } };
const V3: SnmpPlan = {
  version: '3',
  user: 'bench',
  auth: { protocol: 'sha256', key: { env: 'AUTH' } },
  priv: { protocol: 'aes128', key: { env: 'PRIV' } },
};
const ports = Array.from({ length: PORTS }, (_, place) => String(place + 1));

if (process.send) await serve();
else await measure(Number(process.argv[2] ?? 20));

async function serve(): Promise<void> {
  const bound: number[] = [];
  for (let number = 1; number <= SWITCHES; number += 1) {
    const device = createVirtualSwitch({
      name: `psw${number}`,
      ports: PORTS,
      budget: watts(740),
      access: {
        communities: [{ name: env.COMMUNITY, write: true }],
        users: [
          {
            name: 'bench',
            auth: { protocol: 'sha256', key: env.AUTH },
            priv: { protocol: 'aes128', key: env.PRIV },
            write: true,
          },
        ],
      },
      clock: realClock,
      random: () => 0.5,
      log,
      delays: { off: millis(OFF), detect: millis(DETECT), jitter: 0 },
    });
    for (let port = 1; port <= PORTS; port += 1) {
      let powered = false;
      device.attach(port, {
        powerOn: () => {
          powered = true;
        },
        powerOff: () => {
          powered = false;
        },
        watts: () => (powered ? 5 : 0),
        linkUp: () => powered,
      });
    }
    bound.push((await device.bind('127.0.0.1', 0)).port);
  }
  process.on('disconnect', () => process.exit());
  process.send?.(bound);
}

async function measure(rounds: number): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url));
  const bound = await new Promise<number[]>((resolve) =>
    child.once('message', (message) => resolve(message as number[])),
  );
  await sleep(2 * DETECT);
  for (const [title, snmp] of [
    ['SNMPv2c', V2C],
    ['SNMPv3 SHA-256 AES-128', V3],
  ] as const) {
    const switches = bound.map((port, place) => open(`psw${place + 1}`, port, snmp));
    console.log(`${title}, ${SWITCHES} switches of ${PORTS} ports`);
    await reading(switches, rounds);
    await cycling(switches[0]!, Math.ceil(rounds / 4));
    await everything(switches);
    for (const one of switches) one.close();
  }
  child.disconnect();
}

function open(name: string, port: number, snmp: SnmpPlan): PoeSwitch {
  const plan = { name, address: '127.0.0.1', port, snmp, uplinks: [], budget: watts(740), ...SWITCH_DEFAULTS };
  const secrets = createSecretReader({ env, readFile: () => Promise.reject(new Error('no files')) });
  return openSwitch(plan, { clock: realClock, log, secrets, ports });
}

async function reading(switches: readonly PoeSwitch[], rounds: number): Promise<void> {
  const first = await timed(() => Promise.all(switches.map((one) => one.read())));
  const walls: number[] = [];
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) {
    walls.push(await timed(() => Promise.all(switches.map((one) => one.read()))));
  }
  const { user, system } = process.cpuUsage(before);
  const each = (user + system) / 1_000 / rounds;
  console.log(`  first reading, with the port maps: ${first.toFixed(0)} ms`);
  console.log(`  full reading: ${spread(walls)}; CPU ${each.toFixed(1)} ms each`);
  console.log(`  at one reading in ${POLL_EVERY / 1_000} s: ${((100 * each) / POLL_EVERY).toFixed(2)} % of one core`);
}

async function cycling(one: PoeSwitch, rounds: number): Promise<void> {
  const extra: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const wall = await timed(() => cycleByHand(one, realClock, ['1'], millis(HOLD)));
    extra.push(wall - HOLD - OFF - DETECT);
  }
  console.log(`  power cycle of one port, beyond hold and the switch's own delays: ${spread(extra)}`);
}

async function everything(switches: readonly PoeSwitch[]): Promise<void> {
  for (const on of [false, true]) {
    const wall = await timed(() =>
      Promise.all(
        switches.map(async (one) => {
          for (const result of await one.set(ports, on)) if (!result.ok) throw result.error;
        }),
      ),
    );
    console.log(`  ${SWITCHES * PORTS} ports ${on ? 'on' : 'off'}, written and read back: ${wall.toFixed(0)} ms`);
    await sleep(2 * DETECT);
  }
  const before = process.cpuUsage();
  const wall = await timed(() => Promise.all(switches.map((one) => cycleByHand(one, realClock, ports, millis(HOLD)))));
  const { user, system } = process.cpuUsage(before);
  const extra = wall - HOLD - OFF - DETECT;
  console.log(
    `  ${SWITCHES * PORTS} ports cycled, beyond hold and the switches' own delays: ${extra.toFixed(0)} ms; CPU ${((user + system) / 1_000).toFixed(0)} ms`,
  );
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function spread(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  return `median ${median.toFixed(0)} ms, worst ${(sorted.at(-1) ?? Number.NaN).toFixed(0)} ms of ${sorted.length}`;
}

function sleep(delay: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delay));
}

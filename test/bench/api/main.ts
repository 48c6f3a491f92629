/** What customers wait for: the answer to a reboot, and a listing of a whole rack as `hostedpi table --full` reads it. */
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { WeekRack } from '../../rig/week/week-rack.ts';

const { values } = parseArgs({
  options: {
    reboots: { type: 'string', default: '40' },
    listings: { type: 'string', default: '5' },
    storm: { type: 'boolean', default: false },
  },
});
const count = (option: 'reboots' | 'listings', most: number): number => {
  const number = Number(values[option]);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new RangeError(`--${option}: expected 1 to ${most}, got ${values[option]}`);
};
// A key may ask 1,500 times a minute, and a listing is over in a second.
const [reboots, listings] = [count('reboots', 1_000), count('listings', 6)];

const LIVE_LIMIT = 240_000;
/** As many as the whole rack has Pi 4 boards, or two. */
const SERVERS = Array.from({ length: values.storm ? 36 : 2 }, (_, index) => `web-${index + 1}`);
/** A list, and two requests for each of 108 servers; the token is there already (customer-api §5). */
const READS = 217;

const rack = await WeekRack.serve(`bench-${process.pid}`, SERVERS.length);
const { customer } = rack;
const live = (name: string) =>
  customer.until(
    `/beta/pi/servers/${name}`,
    ({ body }) => body.status === 'live' && body.is_booting === false,
    LIVE_LIMIT,
    'a server that is live',
  );

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

const rounded = (time: number) => Math.round(time * 10) / 10;

function spread(times: readonly number[]) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => rounded(sorted[Math.ceil(share * sorted.length) - 1] as number);
  return { times: times.length, p50: at(0.5), p99: at(0.99), longest: at(1) };
}

async function listing(): Promise<void> {
  await customer.ask(200, 'GET', '/beta/pi/servers');
  for (let read = 1; read < READS; read++)
    await customer.ask(200, 'GET', `/beta/pi/servers/${SERVERS[read % SERVERS.length]}`);
}

/** All other boards are cut from power and boot; each server is rebooted once meanwhile, one after the other. */
async function storm() {
  await Promise.all(SERVERS.map(live));
  const control = rack.rig.client;
  const others = (await control.status()).slots.filter(({ simulated }) => simulated !== '4B');
  const slots = others.map(({ slot }) => slot);
  const cycled = control.power({ slots, action: 'cycle', who: 'bench' }, () => undefined);
  // Seen below, unless the bench fails before.
  cycled.catch(() => undefined);
  const booting = async () => (await control.status()).summary.conditions.booting ?? 0;
  while ((await booting()) < slots.length / 3) await pause(200);
  const accepted: number[] = [];
  const meanwhile: number[] = [];
  for (const name of SERVERS) {
    accepted.push(await timed(() => customer.ask(202, 'POST', `/beta/pi/servers/${name}/reboot`)));
    meanwhile.push(await booting());
    await pause(100);
  }
  await cycled;
  return { ...spread(accepted), boardsBooting: { first: meanwhile[0], last: meanwhile.at(-1) } };
}

try {
  for (const name of SERVERS) await customer.ask(202, 'POST', `/beta/pi/servers/${name}`, { body: { model: 4 } });
  await Promise.all(SERVERS.map(live));
  const read: number[] = [];
  for (let round = 0; round < listings; round++) read.push(await timed(listing));
  const accepted: number[] = [];
  for (let round = 0; round < reboots; round++) {
    const name = SERVERS[round % SERVERS.length] as string;
    await live(name);
    accepted.push(await timed(() => customer.ask(202, 'POST', `/beta/pi/servers/${name}/reboot`)));
  }
  const quiet = { listing: spread(read), rebootAccepted: spread(accepted) };
  const stormy = values.storm ? { rebootAcceptedInStorm: await storm() } : {};
  console.log(JSON.stringify({ unit: 'ms', reads: READS, ...quiet, ...stormy }));
} finally {
  await rack.stop();
}

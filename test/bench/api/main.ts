/** What customers wait for: the answer to a reboot, and a listing of a whole rack as `hostedpi table --full` reads it. */
import { parseArgs } from 'node:util';
import { WeekRack } from '../../rig/week/week-rack.ts';

const { values } = parseArgs({
  options: { reboots: { type: 'string', default: '40' }, listings: { type: 'string', default: '5' } },
});
const count = (option: 'reboots' | 'listings', most: number): number => {
  const number = Number(values[option]);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new RangeError(`--${option}: expected 1 to ${most}, got ${values[option]}`);
};
// A key may ask 1,500 times a minute, and a listing is over in a second.
const [reboots, listings] = [count('reboots', 1_000), count('listings', 6)];

const LIVE_LIMIT = 240_000;
const SERVERS = ['web-1', 'web-2'];
/** A list, and two requests for each of 108 servers; the token is there already (customer-api §5). */
const READS = 217;

const rack = await WeekRack.serve(`bench-${process.pid}`);
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
  console.log(JSON.stringify({ unit: 'ms', reads: READS, listing: spread(read), rebootAccepted: spread(accepted) }));
} finally {
  await rack.stop();
}

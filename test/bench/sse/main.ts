import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { slotNumber } from '../../../src/rack/units.ts';
import { ApiRack, type TestKey } from '../../api/support/api-rack.ts';

const { values } = parseArgs({
  options: { clients: { type: 'string', default: '2000' }, events: { type: 'string', default: '20' } },
});
const [clients, events] = [Number(values.clients), Number(values.events)];
if (!(Number.isInteger(clients) && clients >= 1 && clients <= 4_500))
  throw new RangeError(`--clients: expected 1 to 4500, got ${values.clients}`);
if (!(Number.isInteger(events) && events >= 1 && events <= 1_000))
  throw new RangeError(`--events: expected 1 to 1000, got ${values.events}`);

interface Usage {
  readonly rss: number;
  readonly heapUsed: number;
  /** Milliseconds. */
  readonly cpu: number;
  readonly streams: number;
}

const LIMIT = 120_000;
const AT_ONCE = 50;
const SETTLE = 3_000;
const MB = 1024 * 1024;
const pause = (time: number) => new Promise((resolve) => setTimeout(resolve, time));

/** A client that counts the events that it is sent. */
class Client {
  readonly socket: Socket;
  seen = 0;
  opened = false;

  constructor(port: number, { basic }: TestKey) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('error', () => undefined);
    this.socket.write(`GET /api/v1/events/stream HTTP/1.1\r\nHost: a\r\nAuthorization: ${basic}\r\n\r\n`);
    this.socket.on('data', (part: Buffer) => {
      const text = part.toString('latin1');
      if (text.startsWith('HTTP/1.1 200')) this.opened = true;
      if (text.includes('event: boot.up')) this.seen++;
    });
  }
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const began = performance.now();
  while (!holds()) {
    if (performance.now() - began > LIMIT) throw new Error(`expected ${what} within ${LIMIT / 1000} s`);
    await pause(1);
  }
}

async function usage(api: ChildProcess, what: 'memory' | 'time' = 'time'): Promise<Usage> {
  const answered = once(api, 'message');
  api.send(what);
  return ((await answered) as [Usage])[0];
}

const rack = await ApiRack.start(2, { limits: { requests: 1e9, failures: 1e9, connections: 1e9 } });
const key = await rack.key('provision');
await rack.live(key, 'web-1');
const api = fork(
  fileURLToPath(new URL('./serve.ts', import.meta.url)),
  [join(rack.directory, 'control.sock'), join(rack.directory, 'alone')],
  { execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'] },
);
try {
  const [{ port }] = (await once(api, 'message')) as [{ port: number }];
  // The first requests compile what all later ones use.
  const first = Array.from({ length: 20 }, () => new Client(port, key));
  await until('the first to be open', () => first.every(({ opened }) => opened));
  for (const { socket } of first) socket.destroy();
  await pause(SETTLE);
  const before = await usage(api, 'memory');

  const all: Client[] = [];
  while (all.length < clients) {
    const some = Array.from({ length: Math.min(AT_ONCE, clients - all.length) }, () => new Client(port, key));
    all.push(...some);
    await until('streams to open', () => some.every(({ opened }) => opened));
  }
  await pause(SETTLE);
  const idle = await usage(api, 'memory');
  const quietFrom = performance.now();
  await pause(SETTLE);
  const quiet = await usage(api);
  const quietCpu = (quiet.cpu - idle.cpu) / (performance.now() - quietFrom);

  const costs: { readonly cpu: number; readonly wall: number }[] = [];
  for (let n = 1; n <= events; n++) {
    const [from, began] = [await usage(api), performance.now()];
    await rack.state.events.write({
      slot: slotNumber(1),
      kind: 'boot.up',
      text: 'the server is up',
      data: { seconds: 31.9 },
    });
    await until('the event at every client', () => all.every(({ seen }) => seen === n));
    const wall = performance.now() - began;
    await pause(100);
    costs.push({ cpu: (await usage(api)).cpu - from.cpu, wall });
  }
  const end = await usage(api, 'memory');
  const median = (of: 'cpu' | 'wall') =>
    costs.map((cost) => cost[of]).sort((a, b) => a - b)[costs.length >> 1] as number;
  const grown = (idle.rss - before.rss) / MB;
  console.log(
    JSON.stringify({
      clients: idle.streams,
      rssBeforeMB: Math.round(before.rss / MB),
      rssIdleMB: Math.round(idle.rss / MB),
      grownMB: Math.round(grown * 10) / 10,
      kBEach: Math.round((grown * 1024 * 10) / clients) / 10,
      heapGrownMB: Math.round(((idle.heapUsed - before.heapUsed) / MB) * 10) / 10,
      rssAfterEventsMB: Math.round(end.rss / MB),
      idleCpuPercent: Math.round(quietCpu * 1000) / 10,
      events,
      fanOutCpuMs: Math.round(median('cpu') * 10) / 10,
      fanOutWallMs: Math.round(median('wall') * 10) / 10,
    }),
  );
  for (const { socket } of all) socket.destroy();
  if (grown > 150) process.exitCode = 1;
} finally {
  api.disconnect();
  await rack.stop();
}

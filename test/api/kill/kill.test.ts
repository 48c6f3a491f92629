import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Receiver } from '../webhooks/receiver.ts';
import { Follower } from './follower.ts';
import { Processes } from './processes.ts';

/** What clients are promised, with real processes that are killed while streams are open and webhooks under way. */

const TYPES = ['power.off', 'power.on', 'boot.up'];
/** Of each process: it starts again in a second, or in ten on a machine that has much to do. */
const KILLS = 1;
const CYCLES = 5;
/** A hang, not a pace. */
const LIMIT = 240_000;

interface Event {
  readonly id: number;
  readonly type: string;
}

let processes: Processes;
let receiver: Receiver;
let follower: Follower;
let authorization: string;
let webhook: string;
/** The newest event before anybody listened. */
let start: number;

async function call<Body>(method: string, path: string, body?: unknown): Promise<Body> {
  const headers = { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  const answer = await fetch(processes.origin + path, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Body;
}

/** As the controller's database has them. */
async function recorded(): Promise<Event[]> {
  const all: Event[] = [];
  for (let after = start, more = true; more; ) {
    const page = await call<{ events: Event[]; next: number; more: boolean }>('GET', `/api/v1/events?after=${after}`);
    all.push(...page.events);
    ({ next: after, more } = page);
  }
  return all;
}

beforeEach(async () => {
  [processes, receiver] = await Promise.all([Processes.start(), Receiver.start()]);
  authorization = await processes.key();
  for (const name of ['web-1', 'web-2']) {
    await expect.poll(() => call('POST', `/beta/pi/servers/${name}`, {}).catch(String)).toBeTypeOf('object');
    await expect.poll(() => call('GET', `/api/v1/servers/${name}`)).toMatchObject({ status: 'live', busy: false });
  }
  const made = await call<{ id: string }>('POST', '/api/v1/webhooks', { url: receiver.url, types: TYPES });
  webhook = made.id;
  start = 0;
  start = (await call<{ next: number }>('GET', '/api/v1/events?limit=200')).next;
  follower = new Follower(processes.port, authorization);
  await follower.start();
}, LIMIT);
afterEach(async () => {
  follower.stop();
  receiver.stop();
  await processes.stop();
});

it('no event is lost and every webhook is delivered, whichever process is killed', { timeout: LIMIT }, async () => {
  for (let kill = 0; kill < KILLS; kill++) {
    // When a message has come and before its answer does: only the receiver knows that it was delivered.
    const struck = new Promise<void>((done) => {
      receiver.answer = () => {
        receiver.answer = () => 204;
        void processes.killApi().then(done);
        return 204;
      };
    });
    for (let cycle = 0; cycle < CYCLES; cycle++) processes.cycle();
    await struck;
    processes.cycle();
    await processes.startApi();
  }
  for (let kill = 0; kill < KILLS; kill++) {
    const before = follower.events.length;
    for (let cycle = 0; cycle < CYCLES; cycle++) processes.cycle();
    while (follower.events.length === before) await pause(1);
    await processes.killController();
    await processes.startController();
    processes.cycle();
  }

  let all: Event[] = [];
  await expect
    .poll(async () => {
      all = await recorded();
      const [seen, got] = [follower.events, receiver.got.map(({ event }) => event)];
      const told = (events: readonly { id?: unknown }[], wanted: readonly Event[]) =>
        wanted.filter(({ id }) => !events.some((event) => event.id === id)).map(({ id }) => id);
      return [
        told(seen, all),
        told(
          got,
          all.filter(({ type }) => TYPES.includes(type)),
        ),
      ];
    })
    .toEqual([[], []]);
  const byId = new Map(all.map((event) => [event.id, event]));
  expect(byId.size).toBeGreaterThan(KILLS * CYCLES * 9);

  // Each once, in order, and none that the database does not have: what is told is on disk.
  const upto = all.at(-1)?.id ?? 0;
  expect(follower.events.filter(({ id }) => Number(id) <= upto)).toEqual(all);
  expect(follower.times).toBeGreaterThan(KILLS);

  const bodies = new Map<string, string>();
  for (const { id, body, event } of receiver.got) {
    expect([id, body]).toEqual([`evt_${event.id}`, bodies.get(id) ?? body]);
    bodies.set(id, body);
    if (event.id <= upto) expect(event).toEqual(byId.get(event.id));
  }
  // Those that were under way when the API was killed, which are two at most, and no others.
  const again = receiver.got.length - bodies.size;
  expect([again >= KILLS, again <= 2 * KILLS]).toEqual([true, true]);
  const undelivered = async () => {
    type Page = { deliveries: { state: string }[] };
    const { deliveries } = await call<Page>('GET', `/api/v1/webhooks/${webhook}/deliveries?limit=200`);
    return deliveries.filter(({ state }) => state !== 'delivered');
  };
  await expect.poll(undelivered).toEqual([]);
});

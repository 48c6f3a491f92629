import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApiEvent } from '../../../src/api/control/event-routes.ts';
import { Dispatcher } from '../../../src/api/webhooks/dispatcher.ts';
import type { Send, Tried } from '../../../src/api/webhooks/send.ts';
import type { Webhook } from '../../../src/api/webhooks/webhook-table.ts';
import { Webhooks } from '../../../src/api/webhooks/webhooks.ts';
import { type Millis, minutes, seconds } from '../../../src/rack/units.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';

/** Deliveries on a clock of the test's, and a network that does what the test says. */

const by = { who: 'test', address: undefined, tenant: 'acme' };
let directory: string;
let clock: VirtualClock;
let webhooks: Webhooks;
let dispatcher: Dispatcher;
let webhook: Webhook;
let sent: string[];
let told: ApiEvent[];
let answer: (body: string) => Promise<Tried>;
const ok: Tried = { status: 200, error: undefined };
const down: Tried = { status: undefined, error: 'the connection failed (ECONNREFUSED)' };

const send: Send = (_url, headers, body) => {
  sent.push(`${headers['webhook-id']}`);
  return answer(body);
};

function open(): void {
  webhooks = new Webhooks(directory, clock, { recordChange: async () => undefined });
  dispatcher = new Dispatcher({
    webhooks,
    send,
    control: { tellEvent: async (event) => void told.push(event) },
    mirror: {
      present: false,
      rack: () => {
        throw new Error('away');
      },
    },
    clock,
    random: () => 0.5,
    log: pino({ level: 'silent' }),
  });
  dispatcher.start();
}
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'pirack-webhooks-'));
  clock = new VirtualClock();
  [sent, told] = [[], []];
  answer = async () => ok;
  open();
  const wanted = { tenant: 'acme', url: 'https://a.example/', description: '', types: undefined, requestKey: 'r1' };
  webhook = (await webhooks.create(wanted, by)) as Webhook;
});
afterEach(async () => {
  void dispatcher.stop();
  webhooks.close();
  rmSync(directory, { recursive: true });
});

const add = (message: string, lane: string) =>
  webhooks.commit.write(() => {
    webhooks.deliveries.add({ webhook: webhook.id, message, type: 'boot.up', lane, body: message, at: clock.now() });
  });
const settle = async () => {
  for (let n = 0; n < 30; n++) await new Promise(setImmediate);
};
async function pass(time: Millis, step: Millis = seconds(1)): Promise<void> {
  for (let passed = 0; passed < time; passed += step) {
    clock.advance(step);
    await settle();
  }
}

describe('deliveries', () => {
  it('keep the order of a server while one is tried again, and let it come late when it fails on', async () => {
    for (const message of ['a1', 'a2', 'b1']) await add(message, message[0] as string);
    answer = async (body) => (body === 'a1' ? down : ok);
    await pass(seconds(1));
    expect(sent).toEqual(['a1', 'b1']);
    await pass(seconds(21));
    expect(sent).toEqual(['a1', 'b1', 'a1', 'a1', 'a2']);
    answer = async () => ok;
    await pass(seconds(46));
    expect(sent).toEqual(['a1', 'b1', 'a1', 'a1', 'a2', 'a1']);
    expect(webhooks.deliveries.newest(webhook.id, 5).map(({ state, attempts }) => [state, attempts])).toEqual([
      ['delivered', 1],
      ['delivered', 1],
      ['delivered', 4],
    ]);
  });

  it('that are under way when the process is killed are sent again under the same id', async () => {
    await add('a1', 'a');
    answer = () => new Promise(() => undefined);
    await pass(seconds(1));
    // Killed: nothing of it was written down.
    webhooks.close();
    answer = async () => ok;
    open();
    await pass(seconds(1));
    expect(sent).toEqual(['a1', 'a1']);
    expect(webhooks.deliveries.newest(webhook.id, 1)[0]).toMatchObject({ state: 'delivered', attempts: 1 });
  });

  it('to a receiver that never answers hold up no other, and are two at a time', async () => {
    answer = () => new Promise(() => undefined);
    for (const lane of ['a', 'b', 'c', 'd']) await add(`${lane}1`, lane);
    await pass(seconds(3));
    expect(sent).toEqual(['a1', 'b1']);
    const second = {
      tenant: 'other',
      url: 'https://b.example/',
      description: '',
      types: undefined,
      requestKey: undefined,
    };
    webhook = (await webhooks.create(second, by)) as Webhook;
    await add('x1', 'x');
    await pass(seconds(1));
    expect(sent).toEqual(['a1', 'b1', 'x1']);
  });

  it('end after a day, and switch off a webhook that had no success in one, with one event on it', async () => {
    await add('a1', 'a');
    answer = async () => down;
    await pass(minutes(60 * 22), minutes(20));
    expect(webhooks.get(webhook.id)).toMatchObject({ enabled: true, failures: expect.any(Number) });
    expect(sent.length).toBeGreaterThan(10);
    expect(sent.length).toBeLessThan(25);
    for (let more = 0; more < 3; more++) {
      await add(`b${more}`, 'b');
      await pass(minutes(60), minutes(20));
    }
    expect(webhooks.deliveries.newest(webhook.id, 10).every(({ state }) => state === 'failed')).toBe(true);
    expect(webhooks.get(webhook.id)).toMatchObject({ enabled: false, untold: false });
    expect(told).toMatchObject([{ kind: 'webhook.disabled', tenant: 'acme', data: { webhook: webhook.id } }]);
  });

  it('are kept in number, the newest of those that have ended', async () => {
    await webhooks.commit.write(() => {
      for (let n = 0; n < 2_100; n++)
        webhooks.deliveries.add({
          webhook: webhook.id,
          message: `m${n}`,
          type: 'boot.up',
          lane: 'a',
          body: '',
          at: clock.now(),
        });
    });
    const states = webhooks.deliveries.newest(webhook.id, 3_000).map(({ state }) => state);
    expect(states.filter((state) => state === 'pending')).toHaveLength(2_000);
    expect(webhooks.deliveries.newest(webhook.id, 3_000).at(-1)).toMatchObject({ error: 'more came than was taken' });
  });

  it('go with their webhook, and the same request makes no second webhook', async () => {
    await add('a1', 'a');
    expect(await webhooks.create({ ...webhook, requestKey: 'r1' }, by)).toEqual(webhook);
    await webhooks.remove(webhook, by);
    await pass(seconds(2));
    expect([sent, webhooks.all(), webhooks.deliveries.newest(webhook.id, 1)]).toEqual([[], [], []]);
  });
});

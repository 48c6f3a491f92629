import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServerName } from '../../../src/rack/tenancy/server-name.ts';
import { ApiRack, type TestKey } from '../support/api-rack.ts';
import { isSigned, Receiver } from './receiver.ts';

/** The served API, a real rack's events, and a receiver on a real socket. */

let rack: ApiRack;
let key: TestKey;
let receiver: Receiver;
interface Made {
  id: string;
  secret: string;
}

beforeEach(async () => {
  [rack, receiver] = await Promise.all([ApiRack.start(4), Receiver.start()]);
  key = await rack.key('provision');
});
afterEach(async () => {
  await rack.stop();
  receiver.stop();
});

async function make(body: Record<string, unknown> = {}): Promise<Made> {
  const made = await rack.call(key, 'POST', '/api/v1/webhooks', { url: receiver.url, ...body });
  expect(made.status).toBe(201);
  return made.body as unknown as Made;
}
const cycle = (name: string) => {
  const { slot } = rack.servers.get(name as ServerName);
  rack.powered(slot, false);
  rack.boardUp(slot);
};
const types = () => receiver.got.map(({ event }) => event.type);
const deliveries = async ({ id }: Made) =>
  (await rack.call(key, 'GET', `/api/v1/webhooks/${id}/deliveries`)).body as unknown as {
    deliveries: {
      id: number;
      message: string;
      state: string;
      attempts: number;
      status: number | null;
      error: string;
    }[];
  };

describe('a webhook', () => {
  it('is sent what was chosen, signed, in order, once; and nothing of others', async () => {
    const made = await make({ types: ['boot.milestone', 'boot.up'] });
    await rack.live(key, 'web-1');
    await rack.live(await rack.key('provision', 'other'), 'other-1');
    cycle('other-1');
    cycle('web-1');
    await rack.until(() => types().includes('boot.up'));
    expect(types()).toEqual([...Array.from({ length: 6 }, () => 'boot.milestone'), 'boot.up']);
    expect(new Set(receiver.got.map(({ event }) => event.server))).toEqual(new Set(['web-1']));
    for (const got of receiver.got) {
      expect(isSigned(got, made.secret)).toBe(true);
      expect(got.id).toBe(`evt_${got.event.id}`);
      expect(Math.abs(got.timestamp - Date.now() / 1000)).toBeLessThan(60);
    }
    await expect
      .poll(async () => (await deliveries(made)).deliveries.every(({ state }) => state === 'delivered'))
      .toBe(true);
  });

  it('tells its secret once; after a rotation both are valid until the old one is not', async () => {
    const made = await make({ types: ['boot.up'] });
    const shown = await rack.call(key, 'GET', `/api/v1/webhooks/${made.id}`);
    expect(shown.text).not.toContain('whsec_');
    const path = `/api/v1/webhooks/${made.id}`;
    const second = (await rack.call(key, 'POST', `${path}/rotate`, { keep_hours: 1 })).body as unknown as Made;
    await rack.call(key, 'POST', `${path}/test`);
    await rack.until(() => receiver.got.length === 1);
    const [first] = receiver.got;
    expect(first && [isSigned(first, made.secret), isSigned(first, second.secret)]).toEqual([true, true]);
    await rack.call(key, 'POST', `${path}/rotate`, { keep_hours: 0 });
    await rack.call(key, 'POST', `${path}/test`);
    await rack.until(() => receiver.got.length === 2);
    expect(receiver.got[1] && isSigned(receiver.got[1], second.secret)).toBe(false);
    const audit = rack.store.audit.newest(10).map(({ action, who }) => [action, who === key.id]);
    expect(audit.slice(0, 3).map(([action]) => action)).toEqual(['webhook.rotate', 'webhook.rotate', 'webhook.create']);
    expect(JSON.stringify(rack.store.audit.newest(10))).not.toContain('whsec_');
  });

  it('that answers 410 is switched off, with an event, and goes on when it is switched on again', async () => {
    const made = await make({ types: ['boot.up'] });
    await rack.live(key, 'web-1');
    receiver.answer = () => 410;
    const stream = rack.stream(key, '/api/v1/events/stream?type=webhook.*');
    await stream.status();
    cycle('web-1');
    expect((await stream.nextOf('webhook.disabled')).data).toMatchObject({ data: { webhook: made.id } });
    const path = `/api/v1/webhooks/${made.id}`;
    expect((await rack.call(key, 'GET', path)).body).toMatchObject({
      enabled: false,
      disabled_why: expect.stringContaining('410'),
    });
    const [failed] = (await deliveries(made)).deliveries;
    expect(failed).toMatchObject({ state: 'failed', status: 410 });
    expect((await rack.call(key, 'POST', `${path}/deliveries/${failed?.id}/redeliver`)).status).toBe(409);
    receiver.answer = () => 200;
    await rack.call(key, 'PATCH', path, { enabled: true });
    expect((await rack.call(key, 'POST', `${path}/deliveries/${failed?.id}/redeliver`)).status).toBe(202);
    await rack.until(() => receiver.got.length === 2);
    expect(receiver.got[1]?.id).toBe(receiver.got[0]?.id);
  });

  it('that redirects is not followed, and one whose address is refused is not connected to', async () => {
    const made = await make({ types: ['boot.up'] });
    receiver.answer = () => 302;
    await rack.call(key, 'POST', `/api/v1/webhooks/${made.id}/test`);
    await expect
      .poll(async () => (await deliveries(made)).deliveries[0])
      .toMatchObject({ attempts: 1, status: 302, state: 'pending' });
    for (const url of [
      'http://10.20.0.2/',
      'https://[fd00::1]/',
      'http://169.254.169.254/latest/meta-data',
      'gopher://a/',
    ])
      expect([url, (await rack.call(key, 'POST', '/api/v1/webhooks', { url })).status]).toEqual([url, 400]);
    const some = await rack.key('provision', 'acme', { servers: ['web-1'] });
    expect((await rack.call(some, 'GET', '/api/v1/webhooks')).status).toBe(403);
  });

  it('misses nothing of what happens while the API is not there, nor what was under way when it was killed', async () => {
    const made = await make({ types: ['boot.up', 'server.live'] });
    await rack.live(key, 'web-1');
    await rack.until(() => types().includes('server.live'));
    await expect.poll(async () => (await deliveries(made)).deliveries[0]?.state).toBe('delivered');
    await rack.api.stop();
    cycle('web-1');
    await rack.startApi();
    await rack.until(() => types().includes('boot.up'));
    await rack.stopController();
    await rack.startController();
    cycle('web-1');
    await rack.until(() => types().filter((type) => type === 'boot.up').length === 2);
    const ids = receiver.got.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
  });
});

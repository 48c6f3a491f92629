import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServerName } from '../../../../src/rack/tenancy/server-name.ts';
import { millis, slotNumber } from '../../../../src/rack/units.ts';
import { ApiRack, type TestKey } from '../../support/api-rack.ts';

/** Streams of events over real sockets, from the rack's own state, jobs and servers. */

let rack: ApiRack;
let key: TestKey;
const by = { who: 'test', address: undefined, tenant: undefined };

beforeEach(async () => {
  rack = await ApiRack.start(4);
  key = await rack.key('provision');
  await rack.live(key, 'web-1');
});
afterEach(() => rack.stop());

const slotOf = (name: string) => rack.servers.get(name as ServerName).slot;
const cycle = (name: string) => {
  rack.powered(slotOf(name), false);
  rack.boardUp(slotOf(name));
};
/** Numbers in order, without one twice. */
const rising = (ids: readonly unknown[]) =>
  expect(ids).toEqual([...new Set(ids)].sort((a, b) => Number(a) - Number(b)));

describe('a stream', () => {
  it('tells a boot as it happens, with numbers to resume after and a word on when to come back', async () => {
    const stream = rack.stream(key);
    expect(await stream.status()).toBe(200);
    expect(stream.head).toMatch(/content-type: text\/event-stream; charset=utf-8/i);
    expect(stream.head).toMatch(/connection: close/i);
    await stream.until(() => stream.retry !== undefined);
    expect(stream.retry).toBeGreaterThanOrEqual(2_000);
    expect(Number(stream.lastId)).toBeGreaterThan(0);
    cycle('web-1');
    const up = await stream.nextOf('boot.up');
    expect(up.data).toMatchObject({
      type: 'boot.up',
      server: 'web-1',
      id: Number(up.id),
      data: { seconds: expect.any(Number) },
    });
    expect(up.data).not.toHaveProperty('slot');
    const began = stream.events.findIndex(({ event }) => event === 'power.off');
    expect(stream.events.slice(began).map(({ event }) => event)).toEqual([
      'power.off',
      'power.on',
      'boot.began',
      ...Array.from({ length: 6 }, () => 'boot.milestone'),
      'boot.up',
    ]);
    rising(stream.events.map(({ id }) => id));
  });

  it('tells of jobs, keys and the end of a server, and in passing how a step goes', async () => {
    const stream = rack.stream(key, '/api/v1/servers/WEB-1/events/stream?type=job.*,server.*');
    await stream.status();
    const keys = `ssh-ed25519 ${Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from('ssh-ed25519'), Buffer.alloc(36, 7)]).toString('base64')}`;
    const { status } = await rack.call(key, 'PUT', '/beta/pi/servers/web-1/ssh-key', { ssh_key: keys });
    expect(status).toBe(200);
    await rack.call(key, 'DELETE', '/beta/pi/servers/web-1');
    await stream.nextOf('server.deleted');
    const began = stream.events.findIndex(({ event }) => event === 'server.keys_changed');
    expect(stream.events.slice(began).map(({ event }) => event)).toEqual([
      'server.keys_changed',
      'job.queued',
      'job.began',
      'job.done',
      'server.deleted',
    ]);
  });

  it.each(['header', 'query'])(
    'goes on where the last one ended, by the %s, with nothing lost or doubled',
    async (way) => {
      const first = rack.stream(key);
      await first.status();
      cycle('web-1');
      await first.nextOf('boot.up');
      const last = first.lastId as string;
      first.close();
      cycle('web-1');
      cycle('web-1');
      const again =
        way === 'query'
          ? rack.stream(key, `/api/v1/events/stream?after=${last}`)
          : rack.stream(key, '/api/v1/events/stream?after=1', { 'Last-Event-ID': last });
      await again.nextOf('boot.up');
      await again.nextOf('boot.up');
      cycle('web-1');
      await again.nextOf('boot.up');
      const ids = [...first.events, ...again.events].map(({ id }) => id);
      rising(ids);
      const all = rack.store.events.after(Number(first.events[0]?.id) - 1, 1_000, { tenant: 'acme' });
      expect(ids).toEqual(all.map(({ id }) => String(id)));
    },
  );

  it('goes on over restarts of the controller and of the API', async () => {
    const stream = rack.stream(key);
    await stream.status();
    cycle('web-1');
    await stream.nextOf('boot.up');
    await rack.stopController();
    await rack.startController();
    // Before the API has come back to it: only the database knows of these.
    cycle('web-1');
    await stream.nextOf('boot.up');
    const { lastId } = stream;
    await rack.api.stop();
    await stream.untilClosed();
    expect(stream.events.at(-1)).toMatchObject({ event: 'end', data: { code: 'shutdown' } });
    cycle('web-1');
    await rack.startApi();
    const again = rack.stream(key, undefined, { 'Last-Event-ID': lastId as string });
    await again.nextOf('boot.up');
    const ids = [...stream.events, ...again.events].filter(({ event }) => event !== 'end').map(({ id }) => id);
    rising(ids);
    const all = rack.store.events.after(Number(ids[0]) - 1, 1_000, { tenant: 'acme' });
    expect(ids).toEqual(all.map(({ id }) => String(id)));
  });

  it('says where events are not kept any more, and where the place is none', async () => {
    const slot = slotOf('web-1');
    await rack.store.commit.write(() => {
      for (let n = 0; n < 1_300; n++)
        rack.store.events.add({ at: millis(n), slot, kind: 'boot.up', text: `boot ${n}` });
    });
    const { swept } = rack.store.events.page(0, 0, { tenant: 'acme' });
    // An API that was there as they happened has them still.
    await rack.api.stop();
    await rack.startApi();
    const stream = rack.stream(key, '/api/v1/events/stream?after=1');
    expect((await stream.next()).data).toMatchObject({ type: 'gap', after: 1, upto: swept });
    const first = (await stream.next()).data;
    const unknown = rack.stream(key, undefined, { 'Last-Event-ID': '99999999' });
    expect((await unknown.next()).data).toMatchObject({ type: 'gap', after: 99_999_999, upto: null });
    expect((await unknown.next()).data).toEqual(first);
    const list = await rack.call(key, 'GET', '/api/v1/events?after=1');
    expect(list.body).toMatchObject({ missing_upto: swept, more: true, events: expect.arrayContaining([first]) });
  });

  it('that cannot be is refused, and HEAD opens none', async () => {
    const ask = async (method: string, path: string, headers: Record<string, string> = {}) =>
      (await rack.send({ method, path, headers: { Authorization: key.basic, ...headers } })).status;
    expect(await ask('GET', '/api/v1/events/stream?after=-1')).toBe(400);
    expect(await ask('GET', '/api/v1/events/stream?type=boot.nothing')).toBe(400);
    expect(await ask('GET', '/api/v1/events/stream', { 'Last-Event-ID': 'x' })).toBe(400);
    expect(await ask('GET', '/api/v1/servers/none/events/stream')).toBe(404);
    expect(await ask('HEAD', '/api/v1/events/stream')).toBe(200);
    expect(rack.api.streams).toBe(0);
  });
});

describe('isolation', () => {
  it('is by who had the slot then: neither before nor after it changed hands', async () => {
    const other = await rack.key('provision', 'other');
    const staff = await rack.key('staff');
    const streams = { acme: rack.stream(key), other: rack.stream(other), staff: rack.stream(staff) };
    for (const stream of Object.values(streams)) await stream.status();
    const slot = slotOf('web-1');
    cycle('web-1');
    await rack.servers.remove('web-1' as ServerName, by);
    await rack.until(() => rack.jobs.activeOf(slot) === undefined);
    await rack.live(other, 'web-1');
    expect(slotOf('web-1')).toBe(slot);
    cycle('web-1');
    await streams.other.nextOf('server.live');
    await streams.other.nextOf('boot.up');
    await streams.staff.until(() => streams.staff.events.filter(({ event }) => event === 'boot.up').length === 2);
    expect(streams.acme.events.at(-1)?.event).toBe('server.deleted');
    expect(streams.other.events[0]?.event).toBe('server.created');
    const ofStaff = streams.staff.events.map(({ data }) => data.tenant);
    expect(ofStaff).toEqual(expect.arrayContaining(['acme', null, 'other']));
    // From the beginning, also by the name that is now another's.
    const all = rack.stream(other, '/api/v1/servers/web-1/events/stream?after=0');
    await all.nextOf('boot.up');
    expect(all.events[0]?.event).toBe('server.created');
    expect((await rack.call(key, 'GET', '/api/v1/events?after=0')).text).not.toContain('"other"');
    const ids = streams.other.events.map(({ id }) => id);
    expect(streams.acme.events.some(({ id }) => ids.includes(id))).toBe(false);
  });

  it('ends at the servers of a key, and at words of the rack’s own staff', async () => {
    const some = await rack.key('read', 'acme', { servers: ['db-1'] });
    await rack.live(key, 'db-1');
    const stream = rack.stream(some);
    await stream.status();
    rack.state.event(slotNumber(slotOf('db-1')), 'missing_file', 'slot 2 asked for /secret of slot 1');
    await rack.state.events.write({ kind: 'webhook.disabled', text: 'of the tenant', tenant: 'acme' });
    cycle('web-1');
    cycle('db-1');
    await stream.nextOf('boot.up');
    expect([...new Set(stream.events.map(({ data }) => data.server))]).toEqual(['db-1']);
    const list = await rack.call(key, 'GET', '/api/v1/events?after=0');
    const types = (list.body as unknown as { events: { type: string }[] }).events.map(({ type }) => type);
    expect(types).toContain('webhook.disabled');
    expect(types.filter((type) => !type.includes('.'))).toEqual([]);
  });

  it('is kept when a key is revoked or the tenant is disabled: the stream ends and does not come back', async () => {
    const second = await rack.key('read');
    const [revoked, disabled] = [rack.stream(second), rack.stream(key)];
    await Promise.all([revoked.status(), disabled.status()]);
    await rack.tenancy.revokeKey(second.id, by);
    await revoked.untilClosed();
    expect(revoked.events.at(-1)).toMatchObject({ event: 'end', data: { code: 'key_ended' } });
    expect(await rack.stream(second).status()).toBe(401);
    await rack.tenancy.disableTenant('acme', by);
    await disabled.untilClosed();
    expect(disabled.events.at(-1)?.data).toMatchObject({ code: 'key_ended' });
  });
});

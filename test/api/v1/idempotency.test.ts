import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Replays } from '../../../src/api/http/replays.ts';
import { realClock } from '../../../src/net/real-clock.ts';
import { type Millis, millis, slotNumber } from '../../../src/rack/units.ts';
import { openDatabase } from '../../../src/store/database.ts';
import { MOST_REPLAYS, REPLAY_LIFE, REPLAY_MIGRATIONS, ReplayTable } from '../../../src/store/replays.ts';
import { ApiRack, type TestKey } from '../support/api-rack.ts';

let rack: ApiRack;
let key: TestKey;

beforeAll(async () => {
  rack = await ApiRack.start(12);
  key = await rack.key('provision');
  await rack.live(key, 'web-1');
});
afterAll(() => rack.stop());

const send = (method: string, path: string, id: string, body?: unknown, by = key) =>
  rack.call(by, method, path, body, { 'Idempotency-Key': id });
const reboot = (id: string) => send('POST', '/beta/pi/servers/web-1/reboot', id);

/** The board of web-1 has come up again. */
async function settled(): Promise<void> {
  const slot = slotNumber(1);
  await rack.state.intend(slot, { cycling: false });
  rack.boardUp(1);
  rack.flush();
  rack.intended.length = 0;
}

describe('a request that is sent again under its key', () => {
  beforeEach(settled);

  it('does nothing, and is answered as before', async () => {
    const first = await reboot('one');
    await settled();
    const second = await reboot('one');
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.body).toEqual(first.body);
    expect(first.headers.has('idempotency-replayed')).toBe(false);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(rack.intended).toEqual([]);
  });

  it('has the headers of the first answer too', async () => {
    const body = { name: 'new-1', model: 3 };
    const first = await send('POST', '/api/v1/servers', 'order', body);
    const second = await send('POST', '/api/v1/servers', 'order', body);
    expect([second.status, second.body]).toEqual([202, first.body]);
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
  });

  it('with another body, path or method is refused', async () => {
    await send('PUT', '/beta/pi/servers/web-1/power', 'body', { power: true });
    for (const [method, path, body] of [
      ['PUT', '/beta/pi/servers/web-1/power', { power: false }],
      ['POST', '/beta/pi/servers/web-1/reboot', undefined],
      ['PUT', '/beta/pi/servers/WEB-1/power', { power: true }],
    ] as const) {
      const answer = await send(method, path, 'body', body);
      expect([answer.status, answer.body?.code]).toEqual([422, 'idempotency_key_reused']);
    }
  });

  it('is another one when it comes from another API key', async () => {
    await reboot('mine');
    await settled();
    const other = await rack.key('power');
    const answer = await send('POST', '/beta/pi/servers/web-1/reboot', 'mine', undefined, other);
    expect([answer.status, answer.headers.has('idempotency-replayed')]).toEqual([202, false]);
  });

  it('while the first is worked on is told so', async () => {
    rack.recording.close();
    const first = reboot('slow');
    await rack.until(() => rack.intended.length > 0);
    const second = await reboot('slow');
    expect([second.status, second.body?.code]).toEqual([409, 'request_in_flight']);
    rack.recording.open();
    expect((await first).status).toBe(202);
    expect(rack.intended).toHaveLength(1);
  });

  it('after it was refused is tried anew', async () => {
    await rack.state.intend(slotNumber(1), { cycling: true });
    rack.flush();
    expect((await reboot('again')).body?.code).toBe('already_rebooting');
    await settled();
    expect((await reboot('again')).status).toBe(202);
  });

  it('is known to the next process of the API, and to the next controller', async () => {
    await reboot('durable');
    await settled();
    await rack.restart();
    expect((await reboot('durable')).headers.get('idempotency-replayed')).toBe('true');
    expect(rack.intended).toEqual([]);
  });
});

describe('a request whose answer was never recorded', () => {
  const intend = () =>
    rack.command((control) =>
      control.intend({
        slots: [1],
        action: 'cycle',
        requestKey: 'lost',
        by: { who: 'x', address: undefined, tenant: undefined },
      }),
    );

  it('is carried out once by the controller, also by one that was killed in between', async () => {
    await settled();
    await intend();
    await settled();
    await rack.restart();
    await intend();
    expect(rack.intended).toEqual([]);
  });

  it('deletes no other server that has the name by now', async () => {
    await rack.live(key, 'gone-1');
    const remove = () =>
      rack.command((control) =>
        control.removeServer({
          name: 'gone-1',
          requestKey: 'remove',
          by: { who: 'x', address: undefined, tenant: undefined },
        }),
      );
    await remove();
    await rack.live(key, 'gone-1');
    await remove();
    expect((await rack.call(key, 'GET', '/api/v1/servers/gone-1')).status).toBe(200);
  });
});

describe('what is kept', () => {
  const kept = (now: () => Millis) => {
    const table = new ReplayTable(openDatabase(':memory:', 'NORMAL', REPLAY_MIGRATIONS));
    const replays = new Replays(table, { ...realClock, now });
    const answer = (id: string, by = 'k') =>
      replays.answer(`${by} ${id}`, by, { method: 'POST', url: '/', body: id }, () => ({ status: 202 }));
    return { table, answer, replayed: async (id: string) => (await answer(id)).headers?.['idempotency-replayed'] };
  };

  it('is kept for a day', async () => {
    let now = millis(1);
    const { table, answer, replayed } = kept(() => now);
    await answer('a');
    now = millis(1 + REPLAY_LIFE);
    expect(await replayed('a')).toBe('true');
    now = millis(2 + REPLAY_LIFE);
    expect(await replayed('a')).toBeUndefined();
    await answer('b');
    expect(table.size).toBe(2);
  });

  it('is bounded for each API key, and the oldest go first', async () => {
    let now = 0;
    const { table, answer, replayed } = kept(() => millis(++now));
    await answer('first', 'other');
    for (let n = 0; n < MOST_REPLAYS + 10; n++) await answer(String(n));
    expect(table.size).toBe(MOST_REPLAYS + 1);
    expect(await replayed(String(MOST_REPLAYS))).toBe('true');
    expect(await replayed('3')).toBeUndefined();
  });

  it('after a failure says of whom the key is, and no more', async () => {
    const { answer } = kept(() => millis(1));
    const table = new ReplayTable(openDatabase(':memory:', 'NORMAL', REPLAY_MIGRATIONS));
    const replays = new Replays(table, realClock);
    const asked = { method: 'POST', url: '/', body: 1 };
    const fails = replays.answer('k a', 'k', asked, () => Promise.reject(new Error('cut off')));
    await expect(fails).rejects.toThrow('cut off');
    await expect(replays.answer('k a', 'k', { ...asked, body: 2 }, () => ({ status: 200 }))).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
    expect(await replays.answer('k a', 'k', asked, () => ({ status: 200 }))).toEqual({ status: 200 });
    expect(await answer('a')).toEqual({ status: 202 });
  });
});

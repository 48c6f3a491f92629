import type { ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../../../src/api/http/auth/caller.ts';
import type { Changes } from '../../../../src/api/http/mirror.ts';
import { EventHistory } from '../../../../src/api/v1/events/history.ts';
import { OpenStreams } from '../../../../src/api/v1/events/open-streams.ts';
import { EventStreams } from '../../../../src/api/v1/events/streams.ts';
import { millis, seconds, slotNumber } from '../../../../src/rack/units.ts';
import { VirtualClock } from '../../../../src/sim/virtual-clock.ts';
import type { EventRow } from '../../../../src/store/events.ts';
import { ApiRack } from '../../support/api-rack.ts';

/** Readers that do not read, on a clock that waits for them, and how many there may be. */

const row = (id: number, tenant = 'acme', text = `event ${id}`): EventRow => ({
  id,
  at: millis(0),
  slot: slotNumber(1),
  kind: 'boot.up',
  text,
  data: {},
  tenant,
  server: 'web-1',
});
const caller: Caller = { key: 'k', tenant: 'acme', scope: 'read', servers: undefined, address: '192.0.2.1' };
const turns = async () => {
  for (let n = 0; n < 20; n++) await new Promise(setImmediate);
};

let clock: VirtualClock;
let stored: EventRow[];
let history: EventHistory;
let streams: EventStreams;
let tell: (change: Partial<Changes>) => void;
let works: boolean;

/** A response that takes `room` bytes before anybody reads. */
function reader(room = 65_536) {
  const body = new PassThrough({ readableHighWaterMark: 1, writableHighWaterMark: room });
  const text = () => String(body.read() ?? '');
  return { response: body as unknown as ServerResponse, body, text };
}
const ids = (text: string) => [...text.matchAll(/^data: \{"id":(\d+)/gm)].map(([, id]) => Number(id));

beforeEach(async () => {
  clock = new VirtualClock();
  stored = [row(1), row(2)];
  works = true;
  const listeners: ((changes: Changes) => void)[] = [];
  tell = (change) => {
    const none = { slots: [], servers: [], events: [], passing: [], began: false, access: false };
    for (const listener of listeners) listener({ ...none, ...change });
  };
  const control = {
    events: async ({ after = 0, limit }: { after?: number; limit: number }) => ({
      events: stored.filter(({ id }) => id > after).slice(0, limit),
      newest: stored.at(-1)?.id ?? 0,
      swept: 0,
    }),
  };
  const mirror = { present: true, onChange: (listener: (changes: Changes) => void) => () => listeners.push(listener) };
  history = new EventHistory({
    control,
    mirror: { ...mirror, onChange: (listener) => mirror.onChange(listener)() as never },
    clock,
    log: { warn: () => undefined } as never,
  });
  streams = new EventStreams({
    history,
    control,
    authenticator: { stillWorks: () => works },
    clock,
    random: () => 0.5,
    limits: { ofKey: 5, ofTenant: 6, ofNetwork: 6, all: 7 },
  });
  streams.start();
  tell({ began: true });
  await turns();
});
afterEach(() => streams.stop());

const happen = (...rows: EventRow[]) => {
  stored.push(...rows);
  tell({ events: rows });
};

describe('a reader that is slow', () => {
  it('is sent no more than its socket takes, costs others nothing, and gets the rest when it reads again', async () => {
    const [slow, quick] = [reader(4_000), reader()];
    streams.open({ caller, server: undefined, types: undefined }, 0, slow.response);
    streams.open({ caller, server: undefined, types: undefined }, undefined, quick.response);
    const many = Array.from({ length: 200 }, (_, n) => row(n + 3));
    let got = '';
    for (const event of many) {
      happen(event);
      await turns();
      got += quick.text();
    }
    expect(ids(got)).toEqual(many.map(({ id }) => id));
    expect(slow.response.writableLength).toBeLessThan(5_000);
    let late = '';
    for (let reads = 0; reads < 500; reads++) {
      late += slow.text();
      await turns();
    }
    expect(ids(late)).toEqual(stored.map(({ id }) => id));
  });

  it('is ended with a word on it after 30 s, and cut when it does not even read that', async () => {
    const slow = reader(100);
    streams.open({ caller, server: undefined, types: undefined }, undefined, slow.response);
    happen(...Array.from({ length: 50 }, (_, n) => row(n + 3)));
    await turns();
    clock.advance(seconds(29));
    expect(slow.body.writableEnded).toBe(false);
    clock.advance(seconds(2));
    expect(slow.body.writableEnded).toBe(true);
    expect(slow.body.destroyed).toBe(false);
    clock.advance(seconds(5));
    expect(slow.body.destroyed).toBe(true);
    await turns();
    expect(streams.size).toBe(0);
  });

  it('is told why it ended, and at which event it was, if it comes to read it', async () => {
    const slow = reader(100);
    streams.open({ caller, server: undefined, types: undefined }, undefined, slow.response);
    happen(...Array.from({ length: 50 }, (_, n) => row(n + 3)));
    await turns();
    clock.advance(seconds(31));
    let text = '';
    slow.body.on('data', (part: Buffer) => {
      text += part;
    });
    await turns();
    expect(text).toMatch(/id: (\d+)\nevent: boot.up\n[^\n]+\n\nevent: end\ndata: \{"type":"end","code":"too_slow"/);
    expect(ids(text).length).toBeLessThan(10);
  });
});

describe('a stream that is silent', () => {
  it('has a comment every 15 s, and the place to resume from when others’ events have passed', async () => {
    const quiet = reader();
    streams.open({ caller, server: undefined, types: undefined }, undefined, quiet.response);
    expect(quiet.text()).toBe('retry: 4000\nid: 2\n\n');
    clock.advance(seconds(15));
    expect(quiet.text()).toBe(':\n\n');
    happen(row(3, 'other'), row(4, 'other'));
    await turns();
    clock.advance(seconds(15));
    expect(quiet.text()).toBe(':\nid: 4\n\n');
  });

  it('ends within a second when the key works no more', async () => {
    const one = reader();
    streams.open({ caller, server: undefined, types: undefined }, undefined, one.response);
    works = false;
    clock.advance(seconds(1));
    expect(one.text()).toContain('"code":"key_ended"');
  });

  it('ends when the numbers begin anew, and whoever comes back is told that its number is none', async () => {
    const one = reader();
    streams.open({ caller, server: undefined, types: undefined }, undefined, one.response);
    stored = [row(1)];
    tell({ began: true });
    await turns();
    expect(one.text()).toContain('"code":"history_anew"');
    const again = reader();
    streams.open({ caller, server: undefined, types: undefined }, 2, again.response);
    let text = '';
    for (let reads = 0; reads < 5; reads++) {
      await turns();
      text += again.text();
    }
    expect(text).toContain('event: gap\ndata: {"type":"gap","after":2,"upto":null');
    expect(ids(text)).toEqual([1]);
  });
});

describe('limits', () => {
  it('are by tenant too, whatever keys and networks it has, and not of staff', () => {
    const open = new OpenStreams({ ofKey: 2, ofTenant: 3, ofNetwork: 2, all: 9 });
    const take = (key: string, address: string, tenant: string | undefined) => {
      const one = { ...caller, key, address, tenant };
      open.admit(one);
      open.opened(one);
      return one;
    };
    const first = take('a', '192.0.2.1', 'acme');
    take('b', '192.0.2.2', 'acme');
    take('c', '192.0.2.3', 'acme');
    expect(() => take('d', '192.0.2.4', 'acme')).toThrow('at most 3 open streams of a tenant');
    take('e', '192.0.2.4', 'other');
    for (const address of ['192.0.2.5', '192.0.2.6', '192.0.2.7', '192.0.2.8']) take(address, address, undefined);
    open.closed(first);
    take('d', '192.0.2.4', 'acme');
  });

  it('are by key, by network and in all, and free again what is closed', () => {
    const open = new OpenStreams({ ofKey: 2, ofTenant: 10, ofNetwork: 3, all: 5 });
    const of = (key: string, address: string) => ({ ...caller, key, address });
    const take = (one: Caller) => {
      open.admit(one);
      open.opened(one);
    };
    take(of('a', '2001:db8:0:1::1'));
    take(of('a', '2001:db8:0:2::1'));
    expect(() => take(of('a', '192.0.2.9'))).toThrow('at most 2 open streams of a key');
    // One /56 is one customer's network.
    take(of('b', '2001:db8:0:3::1'));
    expect(() => take(of('c', '2001:db8:0:4::1'))).toThrow('at most 3 open streams of a network');
    take(of('c', '192.0.2.1'));
    take(of('d', '192.0.2.2'));
    expect(() => take(of('e', '192.0.2.3'))).toThrow('at most 5 open streams in all');
    open.closed(of('a', '2001:db8:0:1::1'));
    take(of('a', '192.0.2.3'));
  });

  it('are answered as 429 by the served API, which counts what was closed no more', async () => {
    const rack = await ApiRack.start(1, { streamLimits: { ofKey: 2, ofTenant: 100, ofNetwork: 100, all: 100 } });
    try {
      const key = await rack.key('read');
      const [one, two] = [rack.stream(key), rack.stream(key)];
      expect(await Promise.all([one.status(), two.status()])).toEqual([200, 200]);
      const third = await rack.call(key, 'GET', '/api/v1/events/stream');
      expect([third.status, third.headers.get('retry-after')]).toEqual([429, '30']);
      one.close();
      await rack.until(() => rack.api.streams === 1);
      expect(await rack.stream(key).status()).toBe(200);
    } finally {
      await rack.stop();
    }
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HISTORY_STEP } from '../../../src/rack/series.ts';
import type { ServerName } from '../../../src/rack/tenancy/server-name.ts';
import { bytes, millis, minutes, slotNumber } from '../../../src/rack/units.ts';
import { ApiRack, type TestKey } from '../support/api-rack.ts';

/** A day of both histories of every slot: watts and load say which slot it was. */
let rack: ApiRack;
let key: TestKey;
let staff: TestKey;
let owner: TestKey;

const STAFF = { who: 'test', address: undefined, tenant: undefined };
const NOW = Date.now();
const BUCKET = NOW - (NOW % HISTORY_STEP);
/** So many rows before the one that goes on. */
const began = (rows: number) => millis(BUCKET - rows * HISTORY_STEP);
/** The rows that were never written: nobody looked. */
const GAP = [4, 5, 6];
const ROWS = 200;

beforeAll(async () => {
  rack = await ApiRack.start(4);
  owner = await rack.key('provision');
  key = await rack.key('read');
  staff = await rack.key('staff');
  const { ports, healthHistory } = rack.store;
  ports.sync(rack.plan.slots, millis(0));
  await rack.store.healthCommit.write(() => {
    for (let row = ROWS; row >= 0; row--) if (!GAP.includes(row)) written(row, ports, healthHistory);
  });
  await rack.live(owner, 'web-1');
});
afterAll(() => rack.stop());

function written(row: number, ports: ApiRack['store']['ports'], health: ApiRack['store']['healthHistory']): void {
  const none = undefined;
  const counted = {
    ...{ elapsed: minutes(5), inOctets: none, outOctets: none, receiveErrors: none, sendErrors: none },
    ...{ inDiscards: none, outDiscards: none, linkChanges: none, mpsAbsent: none, denied: none, overloads: none },
  };
  const blank = { link: none, speed: none, duplex: none, inBitsPerSecond: none, outBitsPerSecond: none };
  ports.save(
    rack.plan.slots.map(({ slot, switch: name, port }) => ({
      ...{ ...blank, switch: name, port, delivering: true, watts: slot, findings: [], counted },
    })),
    began(row),
  );
  for (const { slot } of rack.plan.slots) {
    const report = { load: slot, celsius: 40 + slot, memoryAvailable: bytes(slot * 1_048_576), throttled: 0x10001 };
    health.add({
      ...{ slot, at: began(row), powerKnown: minutes(5), powered: minutes(5), asked: minutes(4), answered: minutes(3) },
      ...{ condition: 'up', diskUsed: bytes(slot * 1_000), report },
    });
  }
}

interface Point {
  readonly at: string;
  readonly [field: string]: unknown;
}
interface Series {
  readonly points: readonly Point[];
  readonly [field: string]: unknown;
}

const get = async (path: string, by = key) => {
  const { status, body } = await rack.call(by, 'GET', path);
  return { status, body: body as never as Series };
};
const ofServer = (what: 'power' | 'health', query = '', by = key) =>
  get(`/api/v1/servers/web-1/${what}/series${query}`, by);
const ofSlot = (slot: number, what: 'power' | 'health', query = '') =>
  get(`/api/v1/staff/slots/${slot}/${what}/series${query}`, staff);

/** As if it had had its slot since then. */
async function hasSince(since: number): Promise<void> {
  const server = rack.servers.get('web-1' as ServerName);
  await rack.store.commit.write(() =>
    rack.servers.put({ ...server, slotSince: millis(since) }, server, 'server.move', STAFF),
  );
  rack.flush();
}
const ago = (rows: number, more = 0) => encodeURIComponent(new Date(began(rows) + more).toISOString());

describe('a server that has just been made', () => {
  it.each(['power', 'health'] as const)('has nothing of who had its slot before: %s', async (what) => {
    const { status, body } = await ofServer(what, `?from=${ago(2_015)}`);
    expect(status).toBe(200);
    expect(body.points.length).toBeGreaterThanOrEqual(2_016);
    for (const { at: _, ...values } of body.points) expect(new Set(Object.values(values))).toEqual(new Set([null]));
    expect(body).toMatchObject({ name: 'web-1', step_seconds: 300 });
    if (what === 'power') expect(body).toMatchObject({ watt_hours: null, measured_seconds: 0 });
  });

  it('has for staff what its slot has', async () => {
    const { body } = await ofSlot(1, 'power', `?from=${ago(ROWS)}`);
    expect(body.points[0]).toEqual({ at: new Date(began(ROWS)).toISOString(), watts_mean: 1, watts_max: 1 });
    expect(body).toMatchObject({ slot: 1, watt_hours: (ROWS + 1 - GAP.length) / 12 });
  });
});

describe('series', () => {
  beforeAll(() => hasSince(began(10) + 1));

  it('begin with the first five minutes that were the server’s as a whole, and have gaps where nobody looked', async () => {
    const { body } = await ofServer('power', `?from=${ago(12)}&to=${ago(0)}`);
    expect(body.points.map(({ watts_mean }) => watts_mean)).toEqual([
      ...[null, null, null],
      ...[1, 1, 1],
      ...[null, null, null],
      ...[1, 1, 1],
    ]);
    expect(body).toMatchObject({
      since: new Date(began(10) + 1).toISOString(),
      from: new Date(began(12)).toISOString(),
      to: new Date(began(0)).toISOString(),
      measured_seconds: 6 * 300,
      watt_hours: 0.5,
    });
  });

  it('tell of health what was seen, in units that their names say', async () => {
    const { body } = await ofServer('health', `?from=${ago(1)}&to=${ago(0)}`);
    expect(body.points).toEqual([
      {
        at: new Date(began(1)).toISOString(),
        condition: 'up',
        powered_ratio: 1,
        answered_ratio: 0.75,
        disk_used_bytes: 1_000,
        load_mean: 1,
        load_max: 1,
        celsius_mean: 41,
        celsius_max: 41,
        memory_available_bytes_min: 1_048_576,
        throttled: ['under_voltage'],
        throttled_since_boot: ['under_voltage'],
      },
    ]);
  });

  it('are summed up by longer steps, each of what was measured in it', async () => {
    const { body } = await ofSlot(3, 'power', `?from=${ago(ROWS)}&step=7200`);
    expect(body.points.length).toBeLessThanOrEqual(ROWS / 24 + 2);
    expect(body.points.every(({ watts_mean }) => watts_mean === 3)).toBe(true);
  });

  it('end now, whatever end was asked for, and are of the last day where nothing was', async () => {
    const { body } = await ofServer('health', '?to=9999-12-31T23:59:59Z');
    expect(body.points.length === 289 || body.points.length === 288).toBe(true);
    expect(Date.parse(body.points.at(-1)?.at ?? '')).toBeLessThanOrEqual(Date.now());
  });

  it('of a whole week are some two thousand points', async () => {
    const { body } = await ofSlot(2, 'health', `?from=${ago(2_015)}`);
    expect(body.points.length - 2_016).toBeLessThanOrEqual(1);
    expect(body.points.filter(({ load_mean }) => load_mean === 2)).toHaveLength(ROWS + 1 - GAP.length);
  });

  it.each([
    ['from=yesterday', /^query: from: expected a time such as /],
    ['to=1764072000', /^query: to: expected a time such as /],
    ['step=5m', /^query: step: expected seconds, a multiple of 300/],
    ['step=301', /^step: expected a multiple of 300 up to 604800, got 301/],
    ['step=9999999', /^step: expected a multiple of 300 up to 604800/],
    ['from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', /^from: expected a time before 2026-01-01T00:00:00.000Z/],
    ['from=9999-01-01T00:00:00Z', /^from: expected a time before /],
    [
      'from=2020-01-01T00:00:00Z',
      /^from: expected at most 2016 steps of 300 s, got \d+: begin later, or take a longer/,
    ],
    ['from=0000-01-01T00:00:00Z', /^from: expected a time since 1970/],
  ])('are refused for ?%s, with what was expected', async (query, message) => {
    for (const { status, body } of [await ofServer('power', `?${query}`), await ofSlot(1, 'health', `?${query}`)]) {
      expect([status, body.code]).toEqual([400, 'bad_request']);
      expect(body.error).toMatch(message);
    }
  });

  it('of a slot that is not there are none', async () => {
    expect((await ofSlot(99, 'power')).status).toBe(404);
  });
});

describe('a slot that goes to another tenant', () => {
  it('takes nothing of the server along, and a server that moves sees nothing of who was there', async () => {
    await hasSince(0);
    const other = await rack.key('provision', 'other');
    const moved = await rack.call(staff, 'PATCH', '/api/v1/staff/assignments/1', { slot: 3, fresh_root: true });
    expect(moved.status).toBe(202);
    await rack.until(() => [1, 3].every((slot) => rack.jobs.activeOf(slotNumber(slot)) === undefined));
    rack.flush();
    // Boots of slot 3 are older than the server's move to it, and younger than the server.
    expect(rack.store.boots.ofSlot(slotNumber(3), 10)).not.toEqual([]);
    expect((await get('/api/v1/servers/web-1/boots')).body.boots).toEqual([]);
    for (const what of ['power', 'health'] as const) {
      const { body } = await ofServer(what, `?from=${ago(2_015)}`);
      for (const { at: _, ...values } of body.points) expect(new Set(Object.values(values))).toEqual(new Set([null]));
    }
    await rack.live(other, 'web-9');
    expect(rack.servers.get('web-9' as ServerName).slot).toBe(1);
    const { body } = await get(`/api/v1/servers/web-9/power/series?from=${ago(2_015)}`, other);
    expect(body.points.every(({ watts_mean }) => watts_mean === null)).toBe(true);
    expect((await get('/api/v1/servers/web-9/power/series')).status).toBe(404);
  });

  it('also between the look-up of a name and the reading of its history', async () => {
    const of = { server: 'web-9', tenant: 'acme' };
    await expect(rack.command((control) => control.powerSeries({ of }))).rejects.toThrow('no server web-9');
    await expect(rack.command((control) => control.healthSeries({ of }))).rejects.toThrow('no server web-9');
  });
});

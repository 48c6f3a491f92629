import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inForce } from '../../../../src/jobs/maintenance.ts';
import type { ServerName } from '../../../../src/rack/tenancy/server-name.ts';
import { millis, slotNumber } from '../../../../src/rack/units.ts';
import { ApiRack, type TestKey } from '../../support/api-rack.ts';

/** The API looks for its controller once a second. */
const PATIENCE = { timeout: 15_000 };
const BASE = '/api/v1/staff';

let rack: ApiRack;
let staff: TestKey;
let owner: TestKey;
beforeEach(async () => {
  rack = await ApiRack.start(6);
  staff = await rack.key('staff');
  owner = await rack.key('provision');
});
afterEach(() => rack.stop());

const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
  const { status, body: answer } = await rack.call(staff, method, `${BASE}${path}`, body, headers);
  return { status, body: answer as unknown as Record<string, unknown> };
};
const slot = async (number: number) => (await ask('GET', `/slots/${number}`)).body;
const settled = () => rack.until(() => rack.plan.slots.every((each) => rack.jobs.activeOf(each.slot) === undefined));
const audit = async (action: string) => {
  const { body } = await ask('GET', '/audit?limit=50');
  return (body.changes as Record<string, unknown>[]).filter((each) => each.action === action);
};

describe('assignments', () => {
  it('give a tenant the very slot, and say why one cannot be given', async () => {
    const wanted = { tenant: 'acme', slot: 4, name: 'web-1' };
    expect(await ask('POST', '/assignments', wanted)).toMatchObject({ status: 202, body: { name: 'web-1' } });
    await settled();
    const { body } = await ask('GET', '/assignments');
    expect(body).toMatchObject({ assignments: [{ slot: 4, tenant: 'acme', server: 'web-1' }] });
    expect(await slot(4)).toMatchObject({ tenant: 'acme', server: 'web-1' });
    for (const [change, status, code] of [
      [{ name: 'web-2' }, 409, 'slot_taken'],
      [{ slot: 5 }, 409, 'name_taken'],
      [{ slot: 99, name: 'web-2' }, 404, 'not_found'],
      [{ slot: 5, name: 'web-2', tenant: 'nobody' }, 404, 'not_found'],
    ] as const)
      expect(await ask('POST', '/assignments', { ...wanted, ...change })).toMatchObject({ status, body: { code } });
    expect(await audit('server.create')).toMatchObject([{ who: staff.id, target: 'web-1', before: null }]);
  });

  it('once for one Idempotency-Key', async () => {
    const key = { 'Idempotency-Key': 'one' };
    const first = await ask('POST', '/assignments', { tenant: 'acme', slot: 4 }, key);
    expect(await ask('POST', '/assignments', { tenant: 'acme', slot: 4 }, key)).toEqual(first);
    expect(rack.servers.all()).toHaveLength(1);
  });

  it('move: the server keeps its name, and both slots are worked on', async () => {
    await rack.live(owner, 'web-1');
    const { createdAt, slot: from } = rack.servers.get('web-1' as ServerName);
    expect((await ask('PATCH', `/assignments/${from}`, { slot: 5 })).status).toBe(400);
    const moved = await ask('PATCH', `/assignments/${from}`, { slot: 5, fresh_root: true });
    expect(moved).toMatchObject({ status: 202, body: { name: 'web-1' } });
    await rack.until(() => rack.servers.get('web-1' as ServerName).liveAt !== undefined);
    expect(rack.servers.get('web-1' as ServerName)).toMatchObject({ slot: 5, createdAt, tenant: 'acme' });
    const jobs = rack.jobs.list(10).map((job) => `${job.kind} ${job.slot}`);
    expect(jobs.slice(0, 2).sort()).toEqual(['provision 5', `release ${from}`]);
    expect(await audit('server.move')).toMatchObject([{ before: { slot: from }, after: { slot: 5 } }]);
  });

  it('move to where it may not be: nothing is changed', async () => {
    await rack.live(owner, 'web-1');
    await rack.live(owner, 'web-2');
    const [one, two] = rack.servers.all().map((server) => server.slot);
    expect(await ask('PATCH', `/assignments/${one}`, { slot: two, fresh_root: true })).toMatchObject({
      status: 409,
      body: { code: 'slot_taken' },
    });
    expect(rack.servers.get('web-1' as ServerName).slot).toBe(one);
  });

  it('that a controller was killed in the middle of moving are moved by the next one', async () => {
    await rack.live(owner, 'web-1');
    const from = rack.servers.get('web-1' as ServerName).slot;
    const by = { who: 'ann', address: undefined, tenant: undefined };
    // The second half is never recorded.
    const ask2 = rack.jobs.ask.bind(rack.jobs);
    rack.jobs.ask = (request) => (request.kind === 'provision' ? new Promise(() => undefined) : ask2(request));
    void rack.assignments.move('web-1' as ServerName, slotNumber(5), by);
    await rack.until(() => rack.servers.get('web-1' as ServerName).slot === 5);
    await settled();
    expect(rack.servers.get('web-1' as ServerName).liveAt).toBeUndefined();
    await rack.stopController();
    await rack.startController();
    await rack.until(() => rack.servers.get('web-1' as ServerName).liveAt !== undefined);
    expect(rack.jobs.list(10).map((job) => `${job.kind} ${job.slot}`)).toEqual(
      expect.arrayContaining(['provision 5', `release ${from}`]),
    );
  });

  it('release: the name is free', async () => {
    await rack.live(owner, 'web-1');
    const { slot: at } = rack.servers.get('web-1' as ServerName);
    expect((await ask('DELETE', `/assignments/${at}`)).status).toBe(204);
    expect((await ask('DELETE', `/assignments/${at}`)).status).toBe(404);
    expect(await slot(at)).toMatchObject({ tenant: null, server: null });
  });
});

describe('maintenance', () => {
  it('keeps slots from customers, says why, and is in the log with before and after', async () => {
    const begun = await ask('PUT', '/maintenance/1-5', { reason: 'new fans' });
    expect(begun.status).toBe(200);
    expect((begun.body.slots as unknown[]).length).toBe(5);
    expect(await slot(3)).toMatchObject({ maintenance: { reason: 'new fans', who: staff.id, until: null } });
    // Slot 6 is the last one that is left.
    await rack.live(owner, 'web-1', { model: 4 });
    expect(rack.servers.get('web-1' as ServerName).slot).toBe(6);
    const late = await rack.call(owner, 'POST', '/beta/pi/servers/web-2', { model: 4 });
    expect(late.status).toBe(503);
    await ask('PUT', '/maintenance/5', { reason: 'two fans' });
    expect((await ask('DELETE', '/maintenance/1-5')).status).toBe(204);
    expect((await ask('GET', '/maintenance')).body).toEqual({ slots: [] });
    const rows = (await audit('slot.maintenance')).filter(({ target }) => target === 'slot 5');
    expect(rows).toMatchObject([
      { before: { reason: 'two fans' }, after: null },
      { before: { reason: 'new fans' }, after: { reason: 'two fans' } },
      { before: null, after: { reason: 'new fans', who: staff.id } },
    ]);
  });

  it('ends by itself when its time is over, which has to be to come', async () => {
    const until = '2099-01-01T00:00:00.000Z';
    const { body } = await ask('PUT', '/maintenance/2', { reason: 'a century', until });
    expect(body).toMatchObject({ slots: [{ slot: 2, until }] });
    const rows = rack.store.maintenance.all();
    expect([...inForce(rows, millis(Date.parse(until) - 1)).keys()]).toEqual([2]);
    expect(inForce(rows, millis(Date.parse(until))).size).toBe(0);
    const late = await ask('PUT', '/maintenance/2', { reason: 'late', until: '2001-01-01T00:00:00Z' });
    expect(late.body).toMatchObject({ code: 'bad_request' });
  });

  it('leaves the power to staff, and outlives the controller', async () => {
    await rack.live(owner, 'web-1');
    const { slot: at } = rack.servers.get('web-1' as ServerName);
    await ask('PUT', `/maintenance/${at}`, { reason: 'new fans' });
    await rack.stopController();
    await rack.startController();
    await rack.until(() => rack.api.ready);
    const off = () => rack.call(owner, 'PUT', '/beta/pi/servers/web-1/power', { power: false });
    await expect.poll(async () => (await off()).status, PATIENCE).toBe(409);
    expect((await off()).text).toContain('new fans');
    await ask('DELETE', `/maintenance/${at}`);
    expect((await off()).status).toBe(200);
  });
});

describe('quarantine', () => {
  it('is set and lifted with a reason, and keeps customers from the power', async () => {
    await rack.live(owner, 'web-1');
    const { slot: at } = rack.servers.get('web-1' as ServerName);
    const set = await ask('PUT', `/quarantine/${at}`, { reason: 'smells' });
    expect(set.body).toMatchObject({ slots: [{ slot: at, reason: 'smells', who: staff.id }] });
    expect(await slot(at)).toMatchObject({ condition: 'quarantined', why: 'Left alone: smells' });
    const reboot = () => rack.call(owner, 'POST', '/beta/pi/servers/web-1/reboot');
    expect((await reboot()).status).toBe(409);
    await rack.stopController();
    await rack.startController();
    await expect
      .poll(async () => (await ask('GET', '/quarantine')).body, PATIENCE)
      .toMatchObject({ slots: [{ slot: at, reason: 'smells', who: staff.id }] });
    expect((await ask('DELETE', `/quarantine/${at}`)).status).toBe(204);
    expect((await ask('GET', '/quarantine')).body).toEqual({ slots: [] });
    expect(await audit('slot.quarantine')).toMatchObject([
      { before: { cause: 'smells' }, after: null },
      { before: null, after: { cause: 'smells', by: staff.id } },
    ]);
  });

  it('of a slot that is no slot of the rack is refused', async () => {
    const { status, body } = await ask('PUT', '/quarantine/1-99', { reason: 'smells' });
    expect([status, body.error]).toEqual([400, expect.stringContaining('expected slots from 1-6')]);
  });
});

it('inventory and switches are told', async () => {
  const { body } = await ask('GET', '/boards');
  expect(body.boards).toHaveLength(6);
  expect((await ask('GET', '/boards/2')).body).toMatchObject({
    model: '4B',
    revision: 'c03114',
    boots: [{ cause: null }],
  });
  expect((await ask('GET', '/switches')).body).toMatchObject({
    switches: [
      { name: 'sw1', ports: { proven_by: 'ifName', count: 52, refused: [] }, watts: { drawn: 24 }, troubles: [] },
      { name: 'sw2', driver: null, isolation: { state: 'breached', violations: ['port 1 is tagged'] } },
    ],
  });
  expect((await ask('GET', '/slots?condition=off')).body).toEqual({ slots: [] });
  expect((await ask('GET', '/slots?slots=2-3')).body.slots).toMatchObject([{ slot: 2 }, { slot: 3 }]);
});

it('keys of the scope monitor see the numbers and nothing else', async () => {
  const made = (await ask('POST', '/keys', { scope: 'monitor', label: 'prometheus' })).body as Record<string, string>;
  expect(await ask('POST', '/keys', { scope: 'monitor', label: 'x', tenant: 'acme' })).toMatchObject({ status: 400 });
  const key = { id: made.id as string, basic: `Basic ${Buffer.from(`${made.id}:${made.secret}`).toString('base64')}` };
  await rack.until(() => rack.tenancy.keys().some(({ id }) => id === key.id));
  const get = async (path: string) =>
    (await rack.send({ method: 'GET', path, headers: { Authorization: key.basic } })).status;
  await expect.poll(() => get('/metrics')).toBe(200);
  expect([await get('/beta/pi/servers'), await get(`${BASE}/slots`), await get('/sd/boards')]).toEqual([403, 403, 403]);
  expect((await ask('DELETE', `/keys/${key.id}`)).status).toBe(204);
  await expect.poll(() => get('/metrics')).toBe(401);
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { slotNumber } from '../../../../src/rack/units.ts';
import { ApiRack, type TestKey } from '../../support/api-rack.ts';

/** The API looks for its controller once a second. */
const PATIENCE = { timeout: 15_000 };

interface Action {
  readonly id: string;
  readonly state: string;
  readonly ended: number;
  readonly total: number;
  readonly counts: Record<string, number>;
  readonly slots: readonly { slot: number; state: string; error: { code: string } | null }[];
}

let rack: ApiRack;
let staff: TestKey;
beforeEach(async () => {
  rack = await ApiRack.start(6);
  staff = await rack.key('staff');
});
afterEach(() => rack.stop());

const start = async (body: unknown, headers: Record<string, string> = {}) => {
  const answer = await rack.call(staff, 'POST', '/api/v1/staff/actions', body, headers);
  return { status: answer.status, location: answer.headers.get('location'), action: answer.body as unknown as Action };
};
const look = async (id: string) =>
  (await rack.call(staff, 'GET', `/api/v1/staff/actions/${id}`)).body as unknown as Action;
const ended = async (id: string) => {
  await expect.poll(async () => (await look(id)).state, PATIENCE).not.toBe('running');
  return look(id);
};

describe('an action on many slots', () => {
  it('is a job for each, with progress over all and a result for every one', async () => {
    rack.installing.close();
    const { status, location, action } = await start({ action: 'reimage', slots: '1-2,5' });
    expect([status, location]).toEqual([202, `https://api.rack.example/api/v1/staff/actions/${action.id}`]);
    expect(action).toMatchObject({ state: 'running', ended: 0, total: 3 });
    // One of them has a job already: it is refused, and the others go on.
    const second = await start({ action: 'cycle', slots: '2-3' });
    const mixed = await ended(second.action.id);
    expect(mixed).toMatchObject({ state: 'failed', counts: { refused: 1, done: 1 }, ended: 2 });
    expect(mixed.slots).toMatchObject([
      { slot: 2, error: { code: 'busy' } },
      { slot: 3, state: 'done' },
    ]);
    rack.installing.open();
    expect(await ended(action.id)).toMatchObject({ state: 'done', counts: { done: 3 }, ended: 3 });
    const { body } = await rack.call(staff, 'GET', '/api/v1/staff/actions?limit=1');
    expect(body).toMatchObject({ actions: [{ id: second.action.id }], next: expect.any(String) });
  });

  it('says of each slot how it failed', async () => {
    rack.installing.failure = 'no space left on device';
    const { action } = await start({ action: 'reimage', slots: '2' });
    expect(await ended(action.id)).toMatchObject({
      state: 'failed',
      slots: [{ slot: 2, state: 'failed', error: { code: 'failed', text: 'no space left on device' } }],
    });
  });

  it('is the same action for the same Idempotency-Key, and 422 for another', async () => {
    const key = { 'Idempotency-Key': 'tuesday' };
    const first = await start({ action: 'off', slots: '1-6' }, key);
    const again = await start({ action: 'off', slots: '1-6' }, key);
    expect(again.action.id).toBe(first.action.id);
    expect((await start({ action: 'off', slots: '1-5' }, key)).status).toBe(422);
    await ended(first.action.id);
    expect(rack.jobs.list(100)).toHaveLength(6);
  });

  it('of what can be done at once is done at once, and is in the log', async () => {
    const { action } = await start({ action: 'maintenance', slots: '1-6', reason: 'fans' });
    expect(action).toMatchObject({ state: 'done', counts: { done: 6 } });
    // What is read after the answer shows it.
    const { body: kept } = await rack.call(staff, 'GET', '/api/v1/staff/maintenance');
    expect(kept?.slots).toHaveLength(6);
    expect((await start({ action: 'end_maintenance', slots: 'all' })).action).toMatchObject({ state: 'done' });
    const { body } = await rack.call(staff, 'GET', '/api/v1/staff/audit?limit=50');
    const actions = (JSON.parse(JSON.stringify(body)) as { changes: { action: string; target: string }[] }).changes.map(
      ({ action: what, target }) => `${what} ${target}`,
    );
    expect(actions).toContain('slots.maintenance slots 1-6');
    expect(actions).toContain('slots.end_maintenance slots 1-6');
  });

  it('goes on after the controller was killed', async () => {
    rack.installing.close();
    const { action } = await start({ action: 'reimage', slots: '1-2' });
    await rack.stopController();
    rack.installing.open();
    await rack.startController();
    await expect.poll(async () => (await look(action.id)).state, PATIENCE).toBe('done');
  });

  it('is told of in totals of jobs', async () => {
    const { action } = await start({ action: 'cycle', slots: '1-4' });
    await ended(action.id);
    const six = slotNumber(6);
    rack.state.saw(six, 'power_on', '');
    // Its row has to be there.
    await rack.until(() => rack.state.get(six).bootId !== undefined);
    rack.state.saw(six, 'ssh_up', '');
    const metrics = async () =>
      (await rack.send({ method: 'GET', path: '/metrics', headers: { Authorization: staff.basic } })).text;
    await expect.poll(metrics, PATIENCE).toContain('pirack_jobs_total{kind="power",outcome="done"} 4');
    expect(await metrics()).toContain('pirack_boots_total{outcome="up"} 1');
    expect(await metrics()).toContain('pirack_boots_total{outcome="powered_off"} 0');
  });

  it('that nobody can mean is refused', async () => {
    for (const body of [
      { action: 'explode', slots: '1' },
      { action: 'on', slots: '1-99' },
      { action: 'maintenance', slots: '1' },
      { action: 'on', slots: '1', how: 'soft' },
    ])
      expect((await start(body)).status).toBe(400);
    for (const until of ['1970-01-01T00:00:00Z', '2001-01-01T00:00:00Z'])
      expect((await start({ action: 'maintenance', slots: '1', reason: 'late', until })).status).toBe(400);
    expect((await rack.call(staff, 'GET', '/api/v1/staff/actions')).body).toEqual({ actions: [], next: null });
    expect((await rack.call(staff, 'GET', '/api/v1/staff/actions/999')).status).toBe(404);
  });
});

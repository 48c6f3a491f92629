import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ServerTasks } from '../../../src/jobs/server-tasks.ts';
import type { ServerName } from '../../../src/rack/tenancy/server-name.ts';
import { slotNumber } from '../../../src/rack/units.ts';
import { ApiRack, type TestKey } from '../support/api-rack.ts';

let rack: ApiRack;
let key: TestKey;
let staff: TestKey;

beforeAll(async () => {
  rack = await ApiRack.start(12, { limits: { requests: 1e6, failures: 1e6 } });
  key = await rack.key('provision');
  staff = await rack.key('staff');
  await rack.live(key, 'web-1');
  await rack.live(key, 'web-2');
});
afterAll(() => rack.stop());

const server = (name = 'web-1') => rack.servers.get(name as ServerName);
/** As the API sees it: its mirror follows a little behind. */
const idle = async () => {
  rack.installing.open();
  rack.booting.failure = undefined;
  for (let tries = 0; tries < 500; tries++) {
    const { servers } = (await get('servers')) as { servers: { busy: boolean; status: string }[] };
    if (servers.every(({ busy, status }) => !busy && status === 'live')) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('the servers are never at rest');
};
beforeEach(idle);

const post = (what: string, body?: unknown, name = 'web-1') =>
  rack.call(key, 'POST', `/api/v1/servers/${name}/${what}`, body);
const get = async (path: string, by = key) => (await rack.call(by, 'GET', `/api/v1/${path}`)).body as never;
const ended = async (id: string) => {
  await rack.until(() => ['done', 'failed', 'cancelled'].includes(rack.jobs.get(Number(id))?.state ?? ''));
  return (await get(`tasks/${id}`)) as Record<string, unknown>;
};
const idOf = (answer: { status: number; text: string; body: unknown }) => {
  if (answer.status !== 202) throw new Error(`expected a 202, got ${answer.status} ${answer.text}`);
  return (answer.body as { task: string }).task;
};

describe('a task', () => {
  it('is where its answer leads, with its steps, and then done', async () => {
    rack.installing.close();
    const answer = await post('reimage', {});
    expect(answer.status).toBe(202);
    const id = idOf(answer);
    expect(answer.headers.get('location')).toBe(`https://api.rack.example/api/v1/tasks/${id}`);
    await rack.until(() => rack.jobs.get(Number(id))?.state === 'running');
    expect(await get(`tasks/${id}`)).toMatchObject({
      server: 'web-1',
      kind: 'reimage',
      state: 'running',
      step: { number: 1, of: 2, name: 'clone' },
      error: null,
      asked_by: key.id,
      cancellable: false,
    });
    expect(await get('servers/web-1')).toMatchObject({ status: 'reimaging', busy: true });
    const other = await post('rescue', {});
    expect([other.status, other.body?.code]).toEqual([409, 'not_live']);
    rack.installing.open();
    expect(await ended(id)).toMatchObject({ state: 'done', step: null, error: null });
  });

  it('that fails says why, in a word and a sentence', async () => {
    rack.booting.failure = 'it stands still';
    const id = idOf(await post('rescue', {}));
    expect(await ended(id)).toMatchObject({ state: 'failed', error: { code: 'failed', text: 'it stands still' } });
    rack.booting.failure = undefined;
  });

  it('can be cancelled before it began, by the tenant that asked, and not later', async () => {
    rack.installing.close();
    const asked: string[] = [];
    for (const name of ['a-1', 'a-2', 'a-3', 'a-4']) {
      const made = await rack.call(key, 'POST', '/api/v1/servers', { name, model: name < 'a-3' ? 3 : 4 });
      asked.push(idOf(made));
    }
    // Four places are taken.
    await rack.until(() => asked.every((id) => rack.jobs.get(Number(id))?.state === 'running'));
    const id = idOf(await post('rescue', {}));
    const cancelled = await rack.call(key, 'POST', `/api/v1/tasks/${id}/cancel`);
    expect([cancelled.status, cancelled.body]).toMatchObject([
      202,
      { state: 'cancelled', error: { code: 'cancelled' } },
    ]);
    const again = await rack.call(key, 'POST', `/api/v1/tasks/${id}/cancel`);
    expect([again.status, again.body?.code]).toEqual([409, 'too_late']);
    const running = await rack.call(key, 'POST', `/api/v1/tasks/${asked[0]}/cancel`);
    expect(running.body?.code).toBe('too_late');
    rack.installing.open();
  });

  it('of staff is seen as theirs, and not to be cancelled by a tenant', async () => {
    const answer = await rack.call(staff, 'POST', '/api/v1/servers/web-1/rescue', {});
    const id = idOf(answer);
    expect((await ended(id)).asked_by).toBe('staff');
    expect(await get(`tasks/${id}`, staff)).toMatchObject({ asked_by: staff.id });
    const cancelled = await rack.call(key, 'POST', `/api/v1/tasks/${id}/cancel`);
    expect([cancelled.status, cancelled.body?.code]).toEqual([403, 'forbidden']);
  });

  it.each(['0', 'x', '999999', '1e1', '-1'])('%s is none', async (id) => {
    expect(await get(`tasks/${id}`)).toMatchObject({ code: 'not_found' });
  });
});

describe('the list of tasks', () => {
  const ids = async (query: string) => {
    const { tasks, next } = (await get(`tasks${query}`)) as { tasks: { id: string; server: string }[]; next: string };
    return { ids: tasks.map(({ id }) => Number(id)), servers: new Set(tasks.map((each) => each.server)), next };
  };

  it('is newest first, page by page, of all or one server', async () => {
    const all = await ids('?limit=200');
    expect(all.ids).toEqual([...all.ids].sort((a, b) => b - a));
    expect(all.servers.has('web-2')).toBe(true);
    const first = await ids('?limit=2');
    const second = await ids(`?limit=2&cursor=${first.next}`);
    expect([...first.ids, ...second.ids]).toEqual(all.ids.slice(0, 4));
    expect(await ids('?server=WEB-2')).toMatchObject({ ids: [server('web-2').task], next: null });
    expect((await ids('?state=active')).ids).toEqual([]);
  });

  it('has nothing of who had the slot before', async () => {
    await rack.call(key, 'DELETE', '/api/v1/servers/web-2');
    await idle();
    const other = await rack.key('provision', 'other');
    await rack.live(other, 'web-2', { model: 3 });
    expect(server('web-2').slot).toBe(3);
    const { tasks } = (await get('tasks', other)) as { tasks: { id: string }[] };
    expect(tasks.map(({ id }) => id)).toEqual([String(server('web-2').task)]);
  });
});

describe('another root', () => {
  it('is of the image and keys that were asked for, and so is the record once it is there; an undo takes both back', async () => {
    const ssh = (n: number) =>
      `ssh-ed25519 ${Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from('ssh-ed25519'), Buffer.alloc(36, n)]).toString('base64')} k${n}`;
    await rack.call(key, 'PUT', '/api/v1/servers/web-1/ssh-key', { ssh_key: ssh(1) });
    await idle();
    rack.installing.close();
    const id = idOf(await post('reimage', { os_image: 'debian', ssh_key: ssh(2), user_data: '#cloud-config\n' }));
    expect(rack.jobs.get(Number(id))?.parameters).toMatchObject({ image: 'debian', authorizedKeys: [ssh(2)] });
    expect(server()).toMatchObject({ keys: ssh(1), userData: '#cloud-config\n' });
    rack.installing.open();
    await ended(id);
    expect(server().keys).toBe(ssh(2));
    expect(rack.store.servers.all().find(({ name }) => name === 'web-1')?.keys).toBe(ssh(2));
    await idle();
    await ended(idOf(await post('undo')));
    expect(server().keys).toBe(ssh(1));
    await idle();
    await ended(idOf(await post('undo')));
    expect(server().keys).toBe(ssh(2));
  });

  it('that could not be given leaves the record as it was', async () => {
    const { keys } = server();
    rack.booting.failure = 'it does not boot';
    await ended(idOf(await post('reimage', { ssh_key: '' })));
    expect(server().keys).toBe(keys);
    rack.booting.failure = undefined;
  });

  it('is refused where the server is protected, and a rescue is not', async () => {
    const protect = (rebuild: boolean) => rack.call(key, 'PATCH', '/api/v1/servers/web-1', { protection: { rebuild } });
    await protect(true);
    for (const what of ['reimage', 'undo']) {
      const { status, body } = await post(what, what === 'undo' ? undefined : {});
      expect([status, body?.code]).toEqual([409, 'protected']);
    }
    expect((await post('rescue', {})).status).toBe(202);
    await protect(false);
  });

  it('of an image that there is not is refused with those that there are', async () => {
    const { status, body } = await post('reimage', { os_image: 'beos' });
    expect([status, body?.error]).toEqual([400, expect.stringContaining('debian')]);
  });
});

describe('power', () => {
  const settled = async () => {
    await rack.state.intend(slotNumber(1), { wanted: 'on', cycling: false });
    rack.boardUp(1);
    rack.flush();
    rack.intended.length = 0;
  };
  beforeEach(settled);

  it.each([
    ['on', false],
    ['off', true],
    ['cycle', true],
  ])('%s of a server that is up', async (action, changes) => {
    const answer = await post('power', { action });
    expect([answer.status, answer.body]).toEqual([202, { name: 'web-1', action, changes }]);
    expect(rack.intended.map((wish) => wish.action)).toEqual(changes ? [action] : []);
    expect((await post('power', { action })).body).toMatchObject({ changes: false });
    expect(rack.store.audit.newest(1)[0]).toMatchObject(
      changes ? { action: `power.${action}`, who: key.id, target: 'slot 1' } : {},
    );
  });

  it.each(['soft', 'hard', 'auto'])('a %s reboot is a task', async (how) => {
    const id = idOf(await post('reboot', { how }));
    expect(rack.jobs.get(Number(id))).toMatchObject({ kind: 'reboot', parameters: { how } });
    await ended(id);
  });

  it('is not cut twice at once', async () => {
    await rack.state.intend(slotNumber(1), { cycling: true });
    rack.flush();
    expect((await post('reboot', {})).body?.code).toBe('already_rebooting');
  });
});

describe('a board that staff work on', () => {
  it('is left alone by its customer’s tasks, with the reason, and not by those of staff', async () => {
    const slot = server().slot;
    await rack.state.intend(slot, { wanted: 'on', cycling: false });
    rack.boardUp(slot);
    rack.flush();
    await idle();
    const by = { who: 'op', address: undefined, tenant: undefined };
    await rack.care.begin([slot], 'new fans', undefined, by);
    for (const [what, body] of [
      ['reboot', { how: 'hard' }],
      ['reimage', {}],
      ['rescue', {}],
      ['undo', {}],
    ] as const) {
      const { status, body: answer } = await post(what, body);
      expect([what, status, answer?.code, answer?.error]).toEqual([
        what,
        409,
        'not_live',
        'the board is in the hands of staff: it is in maintenance: new fans',
      ]);
    }
    const { servers } = rack;
    const tasks = new ServerTasks({ servers, jobs: rack.jobs, store: rack.store, care: rack.care });
    expect(await tasks.ask(server().name, { kind: 'reboot', how: 'hard' }, by, undefined)).toMatchObject({
      slot,
    });
    await idle();
    await rack.care.end([slot], by);
    await ended(idOf(await post('reboot', { how: 'hard' })));
  });
});

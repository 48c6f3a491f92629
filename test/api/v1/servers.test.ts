import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiRack, type TestKey } from '../support/api-rack.ts';

let rack: ApiRack;
let key: TestKey;

beforeAll(async () => {
  rack = await ApiRack.start(16);
  key = await rack.key('provision');
  await rack.live(key, 'web-1', { tags: { env: 'prod', role: 'web' } });
  await rack.live(key, 'web-2', { tags: { env: 'test' } });
  await rack.live(key, 'db-1', { tags: { env: 'prod' } });
  await rack.live(await rack.key('provision', 'other'), 'web-9');
});
afterAll(() => rack.stop());

const names = async (query: string, by = key) => {
  const { status, body } = await rack.call(by, 'GET', `/api/v1/servers${query}`);
  expect(status).toBe(200);
  const { servers, next } = body as unknown as { servers: { name: string }[]; next: string | null };
  return { names: servers.map(({ name }) => name), next };
};
const change = (body: unknown) => rack.call(key, 'PATCH', '/api/v1/servers/web-1', body);

describe('the list', () => {
  it('has all servers of the tenant and no other, by name', async () => {
    expect(await names('')).toEqual({ names: ['db-1', 'web-1', 'web-2'], next: null });
  });

  it('has those of a key for some servers', async () => {
    const some = await rack.key('read', 'acme', { servers: ['web-2'] });
    expect(await names('', some)).toEqual({ names: ['web-2'], next: null });
  });

  it.each([
    ['?tag=env', ['db-1', 'web-1', 'web-2']],
    ['?tag=env:prod', ['db-1', 'web-1']],
    ['?tag=env%3Aprod&tag=role', ['web-1']],
    ['?tag=env:', []],
    ['?tag=none', []],
    ['?tag=constructor', []],
  ])('filtered by %s', async (query, expected) => {
    expect((await names(query)).names).toEqual(expected);
  });

  it('comes page by page, also while servers before it go', async () => {
    const first = await names('?limit=1');
    expect(first.names).toEqual(['db-1']);
    await rack.live(key, 'aaa-1');
    const second = await names(`?limit=1&cursor=${first.next}`);
    expect(second.names).toEqual(['web-1']);
    expect(await names(`?limit=1&cursor=${second.next}`)).toEqual({ names: ['web-2'], next: null });
    expect((await rack.call(key, 'DELETE', '/api/v1/servers/aaa-1')).status).toBe(204);
  });

  it.each(['?limit=0', '?limit=201', '?limit=x', '?cursor=!', '?cursor=', '?tag=%20'])('refuses %s', async (query) => {
    const { status, body } = await rack.call(key, 'GET', `/api/v1/servers${query}`);
    expect([status, body?.code]).toEqual([400, 'bad_request']);
  });
});

describe('a server', () => {
  it('is told with what hosted-Pi clients have no field for, and without its user-data', async () => {
    await change({ user_data: '#cloud-config\npassword: secret\n' });
    const answer = await rack.call(key, 'GET', '/api/v1/servers/WEB-1');
    expect(answer.body).toMatchObject({
      name: 'web-1',
      status: 'live',
      busy: false,
      tenant: 'acme',
      tags: { env: 'prod', role: 'web' },
      protection: { delete: false, rebuild: false },
      has_user_data: true,
      failure: null,
    });
    expect(answer.text).not.toContain('secret');
    const audit = JSON.stringify(rack.store.audit.newest(10));
    expect(audit).toContain('server.change');
    expect(audit).not.toContain('secret');
  });

  it('is ordered under a name of its own, and its task is told', async () => {
    const answer = await rack.call(key, 'POST', '/api/v1/servers', { name: 'New-1', model: 3 });
    const { task } = answer.body as unknown as { task: string };
    expect([answer.status, answer.body]).toEqual([202, { name: 'new-1', task }]);
    expect(answer.headers.get('location')).toBe(`https://api.rack.example/api/v1/tasks/${task}`);
    const again = await rack.call(key, 'POST', '/api/v1/servers', { name: 'new-1', model: 3 });
    expect([again.status, again.body?.code]).toEqual([409, 'name_taken']);
  });
});

describe('a change', () => {
  it('leaves what it does not name, and is in the next answer', async () => {
    const first = await change({ tags: { a: 'b' } });
    expect([first.status, first.body]).toMatchObject([200, { tags: { a: 'b' }, protection: { delete: false } }]);
    await change({ protection: { rebuild: true } });
    const second = await change({ user_data: null });
    expect(second.body).toMatchObject({ tags: { a: 'b' }, protection: { delete: false, rebuild: true } });
    expect(second.body).toMatchObject({ has_user_data: false });
    await change({ protection: { rebuild: false }, tags: {} });
  });

  it('is not lost when two come at once', async () => {
    const both = [change({ protection: { delete: true } }), change({ tags: { at: 'once' } })];
    for (const { status } of await Promise.all(both)) expect(status).toBe(200);
    const { body } = await rack.call(key, 'GET', '/api/v1/servers/web-1');
    expect(body).toMatchObject({ tags: { at: 'once' }, protection: { delete: true } });
    await change({ protection: { delete: false } });
  });

  it.each([[{ tags: { 'a b': '' } }], [{ name: 'other' }], [{ protection: { delete: 'yes' } }], [[]]])(
    'of %j is refused',
    async (body) => {
      expect((await change(body)).status).toBe(400);
    },
  );

  it('of protection is heeded by both faces until it is taken away', async () => {
    await change({ protection: { delete: true } });
    for (const path of ['/api/v1/servers/web-1', '/beta/pi/servers/web-1']) {
      const { status, body } = await rack.call(key, 'DELETE', path);
      expect([status, body?.code]).toEqual([409, 'protected']);
    }
    await change({ protection: { delete: false } });
    expect((await rack.call(key, 'DELETE', '/api/v1/servers/web-1')).status).toBe(204);
    expect((await rack.call(key, 'DELETE', '/api/v1/servers/web-1')).body?.code).toBe('not_found');
  });
});

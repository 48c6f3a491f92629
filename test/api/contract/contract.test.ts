import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServerName } from '../../../src/rack/tenancy/server-name.ts';
import { bytes, millis, slotNumber } from '../../../src/rack/units.ts';
import { ApiRack, type TestKey } from '../support/api-rack.ts';
import type { RawRequest } from '../support/raw-http.ts';

/** Customer-api §8.3, group by group, against the server on a socket, with nothing in a request that is not written here. */

let rack: ApiRack;
let key: TestKey;
beforeEach(async () => {
  rack = await ApiRack.start();
  key = await rack.key('provision');
});
afterEach(() => rack.stop());

const PUBLIC = 'https://api.rack.example';
const ed25519 = (comment: string, fill = 1) => {
  const type = 'ssh-ed25519';
  const body = Buffer.concat([Buffer.from([0, 0, 0, type.length]), Buffer.from(type), Buffer.alloc(36, fill)]);
  return `${type} ${body.toString('base64')} ${comment}`;
};

async function token(): Promise<string> {
  const answer = await rack.send({
    method: 'POST',
    path: '/login',
    headers: { Authorization: key.basic, 'Content-Type': 'application/x-www-form-urlencoded' },
    body: 'grant_type=client_credentials',
  });
  expect(answer.status).toBe(200);
  return (JSON.parse(answer.text) as { access_token: string }).access_token;
}
const withToken = (path: string, bearer: string) =>
  rack.send({ method: 'GET', path, headers: { Authorization: `Bearer ${bearer}` } });

describe('1 login', () => {
  it('gives a token for Basic credentials and a form', async () => {
    const answer = await rack.send({
      method: 'POST',
      path: '/login',
      headers: { Authorization: key.basic, 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=client_credentials',
    });
    const body = JSON.parse(answer.text) as Record<string, unknown>;
    expect(body).toEqual({ access_token: expect.any(String), expires_in: 300, token_type: 'bearer' });
    expect((await withToken('/beta/pi/servers', body.access_token as string)).status).toBe(200);
  });

  it('refuses a bad secret with JSON that an OAuth client reads', async () => {
    const basic = `Basic ${Buffer.from(`${key.id}:wrong`).toString('base64')}`;
    const answer = await rack.send({
      method: 'POST',
      path: '/login',
      headers: { Authorization: basic, 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=client_credentials',
    });
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.text)).toMatchObject({ error: 'invalid_client', error_description: expect.any(String) });
  });

  it('gives a token that outlives a restart of the API and of the controller', async () => {
    const bearer = await token();
    await rack.api.stop();
    await rack.stopController();
    await rack.startController();
    await rack.startApi();
    expect((await withToken('/beta/pi/servers', bearer)).status).toBe(200);
  });

  it('takes Basic credentials on every call, as a .netrc makes clients send them', async () => {
    expect((await rack.call(key, 'GET', '/beta/pi/servers')).status).toBe(200);
  });
});

describe('2 requests without what libraries add', () => {
  it('need no Accept, and a reboot neither body nor Content-Type', async () => {
    await rack.live(key, 'web-1');
    const list = await rack.send({ method: 'GET', path: '/beta/pi/servers', headers: { Authorization: key.basic } });
    expect(list.headers.get('content-type')).toMatch(/^application\/json/);
    const headers = { Authorization: key.basic, 'Content-Length': '0' };
    expect((await rack.send({ method: 'POST', path: '/beta/pi/servers/web-1/reboot', headers })).status).toBe(202);
  });
});

describe('3 the list', () => {
  it('is an object by name with three numbers for every state, and empty for a new account', async () => {
    expect((await rack.call(key, 'GET', '/beta/pi/servers')).body).toEqual({ servers: {} });
    await rack.live(key, 'web-1');
    rack.installing.close();
    await rack.call(key, 'POST', '/beta/pi/servers/web-2', { model: 4 });
    expect((await rack.call(key, 'GET', '/beta/pi/servers')).body).toEqual({
      servers: {
        'web-1': { model: 3, memory: 1024, cpu_speed: 1200 },
        'web-2': { model: 4, memory: 4096, cpu_speed: 1500 },
      },
    });
  });
});

describe('4 the record', () => {
  const expected = {
    model: 3,
    model_full: '3B',
    hostname: 'pi1.rack.example',
    memory: 1024,
    cpu_speed: 1200,
    nic_speed: 100,
    disk_size: '20.00',
    ssh_port: 5001,
    ip: '2001:db8:0:1::2',
    ip_routed: expect.stringMatching(/^[0-9a-f:]+\/\d+$/),
    location: 'LAB',
  };
  const record = async () => (await rack.call(key, 'GET', '/beta/pi/servers/web-1')).body;

  it('is whole while it is provisioned', async () => {
    rack.installing.close();
    rack.booting.close();
    await rack.call(key, 'POST', '/beta/pi/servers/web-1', { disk: 20 });
    await rack.until(() => rack.jobs.list(1)[0]?.state === 'running');
    const made = { ...expected, initialised_keys: false, initialized_keys: false };
    expect(await record()).toMatchObject({
      ...made,
      status: 'installing',
      power: true,
      is_booting: false,
      boot_progress: null,
    });
    rack.installing.open();
    await rack.until(() => rack.jobs.list(1)[0]?.step === 1);
    await expect.poll(record).toMatchObject({ ...made, status: 'booting' });
  });

  it('is whole when it is live, boots, is off, failed and reimaged', async () => {
    await rack.live(key, 'web-1', { disk: 20 });
    const live = { ...expected, initialised_keys: true, initialized_keys: true, status: 'live' };
    expect(await record()).toMatchObject({ ...live, power: true, is_booting: false, boot_progress: null });
    await rack.call(key, 'POST', '/beta/pi/servers/web-1/reboot');
    expect(await record()).toMatchObject({ ...live, power: true, is_booting: true, boot_progress: expect.any(String) });
    await rack.call(key, 'PUT', '/beta/pi/servers/web-1/power', { power: false });
    rack.powered(1, false);
    expect(await record()).toMatchObject({ ...live, power: false, is_booting: false, boot_progress: null });
    await rack.state.intend(1 as never, { quarantine: { cause: 'no DISCOVER', at: millis(1) } });
    await expect
      .poll(record)
      .toMatchObject({ ...live, is_booting: false, boot_progress: expect.stringMatching(/^Boot failed/) });
    await rack.state.intend(1 as never, { quarantine: undefined });
    rack.installing.close();
    await rack.jobs.ask({ kind: 'reimage', slot: 1 as never, who: 'test', parameters: {}, key: undefined });
    rack.servers.onChange(() => undefined);
    await expect.poll(record).toMatchObject({ ...live, status: 'reimaging' });
  });

  it('says whether anything keeps the server to its disk', async () => {
    await rack.live(key, 'web-1', { disk: 20 });
    expect(await record()).toMatchObject({ disk_size: '20.00', disk_limited: false, disk_used: null });
    rack.disks.set(slotNumber(1), { used: bytes(1_234_000_000), limit: bytes(20e9) });
    await rack.servers.change(
      'web-1' as ServerName,
      { tags: {} },
      { who: 'test', address: undefined, tenant: undefined },
    );
    await expect.poll(record).toMatchObject({ disk_size: '20.00', disk_limited: true, disk_used: '1.23' });
  });
});

describe('5 create', () => {
  it('answers 202 with an absolute Location on the public origin', async () => {
    const answer = await rack.call(key, 'POST', '/beta/pi/servers/web-1', {
      model: 3,
      disk: 10,
      ssh_key: ed25519('me'),
    });
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toMatch(/^https:\/\/api\.rack\.example\/queue\/pi\/\d+$/);
  });

  it('takes a model in a string, a null image, any case of a name, and a slash at the end', async () => {
    expect((await rack.call(key, 'POST', '/beta/pi/servers/MyPi', { model: '3', os_image: null })).status).toBe(202);
    expect(Object.keys((await rack.call(key, 'GET', '/beta/pi/servers')).body?.servers ?? {})).toEqual(['mypi']);
    expect((await rack.call(key, 'POST', '/beta/pi/servers/', { model: 4 })).status).toBe(202);
    expect((await rack.call(key, 'GET', '/beta/pi/servers/MYPI')).status).toBe(200);
  });

  it.each([
    [{ model: 3, memory: 3072 }, /no Pi 3 is made so/],
    [{ model: 5 }, /model: expected 3 or 4/],
    [{ disk: 15 }, /disk: expected a multiple of 10/],
    [{ os_image: 'nonesuch' }, /os_image: expected one of debian/],
    [{ ssh_key: 'words' }, /ssh_key: expected an OpenSSH public key/],
  ])('refuses %j', async (body, text) => {
    const answer = await rack.call(key, 'POST', '/beta/pi/servers/web-1', body);
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringMatching(text), code: 'bad_request' } });
  });

  it('refuses bad names, taken names, what is not allowed, what is above the quota and what there is none of', async () => {
    expect((await rack.call(key, 'POST', '/beta/pi/servers/-x-', {})).status).toBe(400);
    await rack.call(key, 'POST', '/beta/pi/servers/web-1', {});
    expect(await rack.call(key, 'POST', '/beta/pi/servers/WEB-1', {})).toMatchObject({
      status: 409,
      body: { code: 'name_taken' },
    });
    const reader = await rack.key('power');
    expect(await rack.call(reader, 'POST', '/beta/pi/servers/web-2', {})).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
    for (const name of ['web-2', 'web-3'])
      expect((await rack.call(key, 'POST', `/beta/pi/servers/${name}`, {})).status).toBe(202);
    expect(await rack.call(key, 'POST', '/beta/pi/servers/web-4', {})).toMatchObject({
      status: 503,
      body: { code: 'no_board_free' },
    });
    await rack.tenancy.putTenant('acme', 3, { who: 'test', address: undefined, tenant: undefined });
    expect(await rack.call(key, 'POST', '/beta/pi/servers/web-5', { model: 4 })).toMatchObject({
      status: 403,
      body: { code: 'quota_reached' },
    });
  });

  it('makes one server of a request that is sent twice with one Idempotency-Key', async () => {
    const headers = { 'Idempotency-Key': 'one' };
    const first = await rack.call(key, 'POST', '/beta/pi/servers', {}, headers);
    const again = await rack.call(key, 'POST', '/beta/pi/servers', {}, headers);
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(rack.servers.all()).toHaveLength(1);
  });
});

describe('6 the task', () => {
  const task = async (location: string) => rack.call(key, 'GET', location.slice(PUBLIC.length));

  it('says a status and nothing like a record, and then leads to the server on the same origin', async () => {
    rack.installing.close();
    const created = await rack.call(key, 'POST', '/beta/pi/servers/web-1', {});
    const location = created.headers.get('location') ?? '';
    const going = await task(location);
    expect(going).toMatchObject({ status: 200 });
    expect(Object.keys(going.body ?? {})).toEqual(['status']);
    rack.installing.open();
    // Nobody polls: it ends by itself.
    await rack.until(() => rack.servers.all()[0]?.liveAt !== undefined);
    await expect.poll(async () => (await task(location)).status).toBe(303);
    const target = (await task(location)).headers.get('location') ?? '';
    expect(target).toBe(`${PUBLIC}/beta/pi/servers/web-1`);
    expect((await rack.call(key, 'GET', target.slice(PUBLIC.length))).body).toMatchObject({ status: 'live' });
  });

  it('ends in a 500 that says why, and the server can be deleted', async () => {
    rack.installing.failure = 'the file system is full';
    const created = await rack.call(key, 'POST', '/beta/pi/servers/web-1', {});
    const location = created.headers.get('location') ?? '';
    await expect.poll(async () => (await task(location)).status).toBe(500);
    expect((await task(location)).body).toMatchObject({ error: 'the file system is full', code: 'task_failed' });
    expect((await rack.call(key, 'GET', '/beta/pi/servers/web-1')).body).toMatchObject({ status: 'failed' });
    expect((await rack.call(key, 'DELETE', '/beta/pi/servers/web-1')).status).toBe(204);
  });

  it('still leads there after a restart, and is nothing to others', async () => {
    const created = await rack.call(key, 'POST', '/beta/pi/servers/web-1', {});
    const location = created.headers.get('location') ?? '';
    await rack.until(() => rack.servers.all()[0]?.liveAt !== undefined);
    await rack.api.stop();
    await rack.stopController();
    await rack.startController();
    await rack.startApi();
    expect((await task(location)).status).toBe(303);
    const other = await rack.key('provision', 'other');
    expect((await rack.call(other, 'GET', location.slice(PUBLIC.length))).status).toBe(404);
  });
});

describe('7 actions on a server that is not live', () => {
  it.each([
    ['GET', 'ssh-key', undefined],
    ['PUT', 'ssh-key', { ssh_key: '' }],
    ['PUT', 'power', { power: false }],
    ['POST', 'reboot', undefined],
    ['DELETE', '', undefined],
  ])('%s %s is a 409', async (method, action, body) => {
    rack.installing.close();
    await rack.call(key, 'POST', '/beta/pi/servers/web-1', {});
    const answer = await rack.call(key, method, `/beta/pi/servers/web-1${action && `/${action}`}`, body);
    expect(answer).toMatchObject({ status: 409, body: { code: 'not_live' } });
    expect((await rack.call(key, 'GET', '/beta/pi/servers/web-1')).status).toBe(200);
  });
});

describe('8 reboot', () => {
  it('is seen by the very next read, and a second one is a 409', async () => {
    await rack.live(key, 'web-1');
    expect((await rack.call(key, 'POST', '/beta/pi/servers/web-1/reboot')).status).toBe(202);
    expect((await rack.call(key, 'GET', '/beta/pi/servers/web-1')).body).toMatchObject({ is_booting: true });
    expect(await rack.call(key, 'POST', '/beta/pi/servers/web-1/reboot')).toMatchObject({
      status: 409,
      body: { code: 'already_rebooting' },
    });
    expect(rack.intended).toHaveLength(1);
    expect(rack.intended[0]).toMatchObject({
      slots: [1],
      action: 'cycle',
      by: { who: key.id, tenant: 'acme', address: '127.0.0.1' },
    });
  });

  it('switches on what is off', async () => {
    await rack.live(key, 'web-1');
    await rack.call(key, 'PUT', '/beta/pi/servers/web-1/power', { power: false });
    rack.powered(1, false);
    expect((await rack.call(key, 'POST', '/beta/pi/servers/web-1/reboot')).status).toBe(202);
    expect(rack.intended.map((each) => each.action)).toEqual(['off', 'on']);
  });
});

describe('9 keys', () => {
  const path = '/beta/pi/servers/web-1/ssh-key';
  const put = (text: string) => rack.call(key, 'PUT', path, { ssh_key: text });

  it('are kept with their comments, in any line ends, and given back', async () => {
    await rack.live(key, 'web-1');
    expect((await rack.call(key, 'GET', path)).body).toEqual({ ssh_key: '' });
    const [one, two] = [ed25519('me@host # ssh-import-id gh:me', 1), ed25519('other', 2)];
    expect(await put(`${one}\r\n${two}\r\n`)).toMatchObject({ status: 200, body: { ssh_key: `${one}\n${two}` } });
    expect((await rack.call(key, 'GET', path)).body).toEqual({ ssh_key: `${one}\n${two}` });
    const jobs = rack.jobs.list(10).length;
    expect((await put(`${two}\n${one}`)).status).toBe(200);
    expect(rack.jobs.list(10)).toHaveLength(jobs);
  });

  it.each(['', '\r\n'])('%j removes them all', async (text) => {
    await rack.live(key, 'web-1', { ssh_key: ed25519('me') });
    expect(await put(text)).toMatchObject({ status: 200, body: { ssh_key: '' } });
  });
});

describe('10 delete', () => {
  it('frees the name at once', async () => {
    await rack.live(key, 'web-1');
    expect((await rack.call(key, 'DELETE', '/beta/pi/servers/web-1')).status).toBe(204);
    expect((await rack.call(key, 'POST', '/beta/pi/servers/web-1', {})).status).toBe(202);
  });

  it('is a 404 for unknown and foreign servers alike, and everything else of them a 403', async () => {
    await rack.live(key, 'web-1');
    const other = await rack.key('provision', 'other');
    const answers = await Promise.all(
      ['web-1', 'nothing'].flatMap((name) => [
        rack.call(other, 'DELETE', `/beta/pi/servers/${name}`),
        rack.call(other, 'GET', `/beta/pi/servers/${name}`),
        rack.call(other, 'POST', `/beta/pi/servers/${name}/reboot`),
      ]),
    );
    expect(answers.map((answer) => answer.status)).toEqual([404, 403, 403, 404, 403, 403]);
    const texts = answers.map((answer) => String(answer.body?.error).replace(/web-1|nothing/, 'NAME'));
    expect(texts.slice(0, 3)).toEqual(texts.slice(3));
  });
});

describe('11 error bodies', () => {
  it.each([
    ['of the router', { method: 'GET', path: '/nowhere' }, 404],
    ['of a method', { method: 'PATCH', path: '/beta/pi/servers' }, 405],
    ['of authentication', { method: 'GET', path: '/beta/pi/servers' }, 401],
    ['of a path that cannot be decoded', { method: 'GET', path: '/beta/pi/servers/%E0%A4%A' }, 400],
    [
      'of the body parser',
      { method: 'POST', path: '/beta/pi/servers', body: '{"a":', headers: { 'Content-Type': 'application/json' } },
      400,
    ],
    [
      'of a body of another type',
      { method: 'POST', path: '/beta/pi/servers', body: 'a', headers: { 'Content-Type': 'text/plain' } },
      415,
    ],
    [
      'of a body that is too large',
      {
        method: 'POST',
        path: '/beta/pi/servers',
        body: `"${'a'.repeat(300_000)}"`,
        headers: { 'Content-Type': 'application/json' },
      },
      413,
    ],
    [
      'of a body that is no object',
      { method: 'POST', path: '/beta/pi/servers', body: '[]', headers: { 'Content-Type': 'application/json' } },
      400,
    ],
  ] as [string, RawRequest, number][])('%s are an object with a string', async (what, request, status) => {
    const authorization = what === 'of authentication' ? {} : { Authorization: key.basic };
    const answer = await rack.send({ ...request, headers: { ...request.headers, ...authorization } });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(JSON.parse(answer.text)).toEqual({
      error: expect.any(String),
      code: expect.any(String),
      request_id: answer.headers.get('x-request-id'),
    });
    expect(answer.text).not.toMatch(/\.ts\b|node_modules|\n *at /);
  });

  it('say that the controller is away, and the same server comes back with it', async () => {
    await rack.live(key, 'web-1');
    await rack.stopController();
    await expect.poll(async () => (await rack.call(key, 'GET', '/beta/pi/servers')).status).toBe(503);
    expect((await rack.call(key, 'GET', '/beta/pi/servers')).body).toMatchObject({ code: 'controller_away' });
    await rack.startController();
    await expect
      .poll(async () => (await rack.call(key, 'GET', '/beta/pi/servers/web-1')).status, { timeout: 5_000 })
      .toBe(200);
  });
});

describe('12 connections', () => {
  it('are kept for 65 seconds and more, and serve one request after the other', async () => {
    const connection = rack.connect();
    for (let n = 0; n < 3; n++) {
      const answer = await connection.send({
        method: 'GET',
        path: '/beta/pi/servers',
        headers: { Authorization: key.basic },
      });
      expect(answer.status).toBe(200);
      expect(Number(/timeout=(\d+)/.exec(answer.headers.get('keep-alive') ?? '')?.[1])).toBeGreaterThanOrEqual(65);
    }
  });
});

describe('13 types that clients insist on', () => {
  it('are a string for the disk, a number for the port, and both spellings', async () => {
    await rack.live(key, 'web-1');
    const { text } = await rack.call(key, 'GET', '/beta/pi/servers/web-1');
    expect(text).toMatch(/"disk_size":"10\.00"/);
    expect(text).toMatch(/"ssh_port":5001[,}]/);
    expect(text).toMatch(/"initialised_keys":true/);
    expect(text).toMatch(/"initialized_keys":true/);
  });
});

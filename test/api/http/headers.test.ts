import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES } from '../../../src/api/api.ts';
import { ApiRack, type TestKey } from '../support/api-rack.ts';
import { SAMPLES, type Sample } from '../support/samples.ts';

let rack: ApiRack;
let key: TestKey;
beforeAll(async () => {
  rack = await ApiRack.start(4);
  key = await rack.key('provision');
  await rack.live(key, 'own-1');
});
afterAll(() => rack.stop());

describe('headers of answers', () => {
  it.each([
    ['an answer', '/beta/pi/servers'],
    ['a refusal', '/beta/pi/servers/none'],
    ['nothing', '/nowhere'],
    ['the page', '/docs'],
  ])('of %s are not kept, framed or sniffed, and have an id of their own', async (_what, path) => {
    const [one, two] = await Promise.all([rack.call(key, 'HEAD', path), rack.call(key, 'HEAD', path)]);
    expect(Object.fromEntries(one.headers)).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("frame-ancestors '"),
      'strict-transport-security': expect.any(String),
    });
    expect([...one.headers.keys()].filter((name) => ['x-powered-by', 'server', 'etag'].includes(name))).toEqual([]);
    expect(one.headers.get('x-request-id')).not.toBe(two.headers.get('x-request-id'));
    expect([...one.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  it('say nothing that the request said of the host', async () => {
    const forged = {
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Proto': 'gopher',
      Forwarded: 'host=evil.example',
    };
    for (const { name, method } of ROUTES) {
      const { path, headers, body } = SAMPLES[name] as Sample;
      if (method === 'DELETE') continue;
      const connection = rack.connect();
      const lines = Object.entries({ ...headers, ...forged, Authorization: key.basic }).map((pair) => pair.join(': '));
      const length = body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
      const head = [`${method} ${path} HTTP/1.1`, 'Host: evil.example', ...lines, ...length];
      connection.write(`${head.join('\r\n')}\r\n\r\n${body ?? ''}`);
      const answer = await connection.read();
      expect([name, answer.text.includes('evil'), [...answer.headers.values()].join().includes('evil')]).toEqual([
        name,
        false,
        false,
      ]);
    }
  });

  it('of nobody else are believed: where a request comes from is in the log of changes as it is', async () => {
    await rack.call(key, 'PUT', '/beta/pi/servers/own-1/power', { power: true }, { 'X-Forwarded-For': '203.0.113.9' });
    await rack.call(key, 'PUT', '/beta/pi/servers/own-1/power', { power: false }, { 'X-Forwarded-For': '203.0.113.9' });
    expect(rack.intended.at(-1)?.by.address).toBe('127.0.0.1');
  });
});

describe('a page of another site', () => {
  it.each(['cross-site', 'same-site'])('does nothing with credentials that a browser keeps (%s)', async (site) => {
    const before = rack.intended.length;
    const paths = [
      ['POST', '/beta/pi/servers/own-1/reboot'],
      ['GET', '/power/control/off?hostname=own-1'],
    ] as const;
    for (const [method, path] of paths)
      expect(await rack.call(key, method, path, undefined, { 'Sec-Fetch-Site': site })).toMatchObject({
        status: 403,
        body: { code: 'forbidden' },
      });
    expect(rack.intended).toHaveLength(before);
  });

  it('is told from one of this site and from what is typed', async () => {
    for (const site of ['same-origin', 'none'])
      expect((await rack.call(key, 'GET', '/sd/boards', undefined, { 'Sec-Fetch-Site': site })).status).toBe(200);
  });
});

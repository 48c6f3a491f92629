import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES } from '../../../src/api/api.ts';
import { ERRORS } from '../../../src/api/http/errors.ts';
import { errorsOf } from '../../../src/api/http/route.ts';
import { type OpenApi, openApiOf } from '../../../src/api/openapi/document.ts';
import { pageOf } from '../../../src/api/openapi/page.ts';
import { ApiRack } from '../support/api-rack.ts';

/** Routes, schemas, the table of errors, OpenAPI and the pages for people tell one story. */

const PUBLIC = 'https://api.rack.example';
const document = openApiOf(ROUTES, PUBLIC);
const operationOf = (method: string, path: string) => {
  const operation = document.paths[path]?.[method.toLowerCase()];
  if (operation === undefined) throw new Error(`expected ${method} ${path} in the document`);
  return operation;
};

describe('the document', () => {
  it('has every route once, and a name for each', () => {
    const told = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(told.sort()).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`).sort());
    const names = ROUTES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))(
    'tells all of %s',
    (_name, route) => {
      const operation = operationOf(route.method, route.path);
      const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const parameters = (operation.parameters ?? []) as { name: string; in: string; required: boolean }[];
      expect(parameters.filter((each) => each.in === 'path').map(({ name }) => name)).toEqual(inPath);
      expect(parameters.every((each) => each.in !== 'path' || each.required)).toBe(true);
      expect(operation.requestBody === undefined).toBe(route.body === undefined);
      expect(parameters.some(({ name }) => name === 'Idempotency-Key')).toBe(route.idempotent === true);
      const statuses = [...Object.keys(route.answers), ...errorsOf(route).map((code) => String(ERRORS[code].status))];
      expect(Object.keys(operation.responses).sort()).toEqual([...new Set(statuses)].sort());
      for (const code of errorsOf(route)) {
        const response = operation.responses[ERRORS[code].status];
        expect(response?.description).toContain(`\`${code}\``);
      }
      expect(operation.security.length > 0).toBe(route.needs !== 'open' || route.errorStyle === 'oauth');
    },
  );

  it('has no two answers of one status, of which one would hide the other', () => {
    for (const route of ROUTES)
      for (const code of errorsOf(route))
        expect([route.name, route.answers[ERRORS[code].status]]).toEqual([route.name, undefined]);
  });

  it('refers to nothing that is not in it', () => {
    for (const [, pointer] of JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)) {
      const found = (pointer as string)
        .slice(2)
        .split('/')
        .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], document);
      expect([pointer, typeof found]).toEqual([pointer, 'object']);
    }
  });
});

describe('served', () => {
  let rack: ApiRack;
  beforeAll(async () => {
    rack = await ApiRack.start(1);
  });
  afterAll(() => rack.stop());

  it('is the document, to everyone, also while the controller is away', async () => {
    const answer = await rack.send({ method: 'GET', path: '/openapi.json' });
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(JSON.parse(answer.text) as OpenApi).toEqual(JSON.parse(JSON.stringify(document)));
  });

  it('is a page that loads nothing, under a policy that would not let it', async () => {
    const answer = await rack.send({ method: 'GET', path: '/docs' });
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(answer.text).not.toMatch(/<script|<link|<img|<iframe|\ssrc=|@import|url\(/i);
    const style = /<style>([\s\S]*?)<\/style>/.exec(answer.text)?.[1] ?? '';
    const hash = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(style))).toString('base64');
    expect(answer.headers.get('content-security-policy')).toContain(`'sha256-${hash}'`);
  });
});

describe('pages for people', () => {
  const unescaped = (html: string) =>
    html.replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&');
  const page = unescaped(pageOf(ROUTES, PUBLIC));
  const docs = ['api.md', 'api-v1.md', 'events.md', 'staff.md'].map(read).join('\n');

  it.each(ROUTES.map(({ method, path }) => `${method} ${path}`))('tell of %s', (title) => {
    expect(page).toContain(`<code>${title}</code>`);
    expect(docs).toContain(`\`${title}\``);
  });

  it('have the table of errors, to the letter', () => {
    for (const [code, { status, title }] of Object.entries(ERRORS)) {
      expect(page).toContain(`<tr><td>${status}<td><code>${code}</code><td>${title}`);
      expect(docs).toContain(`| ${status} | \`${code}\` | ${title} |`);
    }
    const told = [...docs.matchAll(/^\| \d{3} \| `(\w+)` \|/gm)].map(([, code]) => code);
    expect(told.sort()).toEqual(Object.keys(ERRORS).sort());
  });

  it('show a request by curl for every route', () => {
    const curls = docs.split('\n').filter((line) => line.includes('curl '));
    for (const { method, path, name } of ROUTES) {
      const address = new RegExp(
        `\\$API${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/\\s"?]+')}(?=["\\s?]|$)`,
      );
      const shown = curls.some(
        (line) => address.test(line) && (line.includes(`-X ${method} `) || (method === 'GET' && !line.includes('-X '))),
      );
      expect([name, shown]).toEqual([name, true]);
    }
  });
});

/** The page on /api/v1 comes with its routes. */
function read(name: string): string {
  try {
    return readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');
  } catch (cause) {
    if (name === 'api-v1.md' && (cause as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw cause;
  }
}

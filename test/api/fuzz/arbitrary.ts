/** Requests for a route, from its own schemas: most of them nearly right, because what is all wrong is refused at once. */
import fc from 'fast-check';
import type { z } from 'zod';
import type { Route } from '../../../src/api/http/route.ts';
import { type JsonSchema, jsonSchema } from '../../../src/api/openapi/document.ts';
import type { RawRequest } from '../support/raw-http.ts';

/** Words that mean something somewhere in a rack, so that handlers are reached. */
const WORDS = [
  'web-1',
  'WEB-2',
  'web-3',
  'sw1',
  'test',
  'pi2',
  '1',
  '2',
  '3',
  '4',
  '99',
  'on',
  'off',
  'reboot',
  'debian',
];
/** Stands for the id of a key that nobody uses. */
export const SPARE_KEY = 'key-of-nobody';
/** Stands for the number of a task that there is when the request is sent. */
export const TASK = 'task-of-web-1';
/** And of a boot of the server in the path. */
export const BOOT = 'boot-of-it';
/** Stand for a webhook of the tenant, and for a delivery of it. */
export const WEBHOOK = 'webhook-of-acme';
export const DELIVERY = 'delivery-of-acme';
const SERVERS = ['web-1', 'WEB-1', 'web-2', 'web-3'];
const KEY = `ssh-ed25519 ${Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from('ssh-ed25519'), Buffer.alloc(36, 7)]).toString('base64')}`;
/** What a field of this name is for, which its schema cannot say. */
const MEANT: Readonly<Record<string, readonly unknown[]>> = {
  name: [...SERVERS, ...SERVERS, 'new-1', 'new-2', 'new-3', 'new-4', 'new-5'],
  model: [3, 4, '3', '4', 3, 4, '3', '4', 5],
  disk: [10, 20, 30, 40, 50, 60, 70, 15],
  memory: [1024, 4096, null, null],
  cpu_speed: [1200, 1500, null, null],
  server: SERVERS,
  action: ['on', 'off', 'cycle'],
  how: ['soft', 'hard', 'auto'],
  tag: ['env', 'env:test', 'env:'],
  tags: [{ env: 'test' }, { role: 'web', env: '' }, {}],
  cursor: [Buffer.from('web-1').toString('base64url'), Buffer.from('3').toString('base64url')],
  limit: ['1', '2', '50', '201'],
  id: [WEBHOOK, WEBHOOK, WEBHOOK, WEBHOOK, 'w0123456789', '1'],
  key: [SPARE_KEY, SPARE_KEY, 'k0123456789'],
  delivery: [DELIVERY, DELIVERY, '0'],
  url: ['http://127.0.0.1:9/hook', 'https://127.0.0.1:9/', 'https://10.0.0.1/', 'https://u:p@127.0.0.1/', 'ftp://a/'],
  types: [['boot.up'], ['job.*', 'webhook.disabled'], null, ['boot.none']],
  keep_hours: [0, 24, 169],
  from: ['2000-01-01T00:00:00Z', '2000-01-01T01:00:00+01:00', '2000-01-01T05:59:59Z'],
  to: ['2000-01-01T06:00:00Z', '2000-01-01T12:00:00.001Z', '2000-01-01T12:00:00Z'],
  step: ['300', '900', '3600', '604800'],
  after: ['0', '1', '7', '99999999'],
  type: ['boot.up', 'job.*', 'power.on,boot.*,stuck', 'server.live', 'boot.*', 'stuck', 'boot.none'],
  user_data: ['#cloud-config\n', null],
  machine: [...SERVERS, '1', 'pi2'],
  hostname: [...SERVERS, 'sw1', 'test'],
  port: ['1', '2', '9100'],
  task: ['1', TASK],
  boot: [BOOT, BOOT, BOOT, BOOT, '1'],
  ssh_key: [KEY, KEY, `${KEY} me # you\r\n`, '', '\r\n', 'words'],
  os_image: ['debian', 'debian', 'debian', 'none'],
  slot: [1, 2, 3, 4, 5, 6, 7, 8],
  slots: ['1', '2', '1-3', '4-8', 'all', '5-2', '9'],
  tenant: ['acme', 'acme', 'acme', 'other', 'other', 'nobody'],
  reason: ['a new fan', 'it smells', 'two\nlines'],
  until: ['2099-01-01T00:00:00Z', '2001-01-01T00:00:00Z', 'tomorrow'],
  expires_at: ['2099-01-01T00:00:00Z', '2001-01-01T00:00:00Z'],
  quota: [null, 0, 100],
  fresh_root: [true],
  grant_type: ['client_credentials'],
};
const HOSTILE = [
  '__proto__',
  'constructor',
  'toString',
  '..',
  '%2e%2e%2fetc%2fpasswd',
  '%00',
  '%',
  '%E0%A4%A',
  '%ff',
  "'; DROP TABLE servers;--",
  '<script>',
  '\u202e',
  '-1',
  '1e309',
  'NaN',
  'x'.repeat(300),
];

const word = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 2, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }) },
);
const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(null, '', 0, -1, 1e308, [], {}),
  word,
);

/** Mostly what a field of this name is for. */
function fieldIn(name: string, schema: JsonSchema): fc.Arbitrary<unknown> {
  const meant = MEANT[name];
  if (meant === undefined) return valueIn(schema);
  return fc.oneof({ weight: 14, arbitrary: fc.constantFrom(...meant) }, { weight: 1, arbitrary: valueIn(schema) });
}

/** A value of the schema, as far as the schema says what that is. */
function valueIn(schema: JsonSchema): fc.Arbitrary<unknown> {
  const {
    const: only,
    enum: some,
    anyOf,
    oneOf,
    type,
  } = schema as {
    const?: unknown;
    enum?: unknown[];
    anyOf?: JsonSchema[];
    oneOf?: JsonSchema[];
    type?: string;
  };
  if (only !== undefined) return fc.constant(only);
  if (some !== undefined) return fc.constantFrom(...some);
  const either = anyOf ?? oneOf;
  if (either !== undefined) return fc.oneof(...either.map(valueIn));
  if (type === 'boolean') return fc.boolean();
  if (type === 'null') return fc.constant(null);
  if (type === 'integer' || type === 'number') return fc.oneof(fc.constantFrom(10, 20, 1024, 4096, 1500), fc.integer());
  if (type === 'array') return fc.array(valueIn((schema.items ?? {}) as JsonSchema), { maxLength: 4 });
  if (type === 'object') return objectOf(schema);
  return type === 'string' ? word : anything;
}

function objectOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  const {
    properties,
    required = [],
    additionalProperties,
  } = schema as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
    additionalProperties?: JsonSchema | boolean;
  };
  if (properties === undefined)
    return fc.dictionary(word, typeof additionalProperties === 'object' ? valueIn(additionalProperties) : anything, {
      maxKeys: 4,
    });
  const fields = Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, fieldIn(name, each)]));
  return fc.record(fields, { requiredKeys: required });
}

/** One field of it, or all of it, is something else. */
function spoilt(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const changed = fc.tuple(value, anything, fc.nat()).map(([whole, other, at]) => {
    if (typeof whole !== 'object' || whole === null) return other;
    const names = [...Object.keys(whole), '__proto__', 'extra'];
    return Object.fromEntries([...Object.entries(whole), [names[at % names.length] as string, other]]);
  });
  return fc.oneof(
    { weight: 7, arbitrary: value },
    { weight: 2, arbitrary: changed },
    { weight: 1, arbitrary: anything },
  );
}

const bytes = fc.oneof(
  fc.constantFrom('', '{', '{"a":', 'null', '"a"', '\u0000', '{"__proto__":{"scope":"staff"}}', '['.repeat(20_000)),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constant(`{"ssh_key":"${'a'.repeat(300_000)}"}`),
);

function bodyOf({ body }: Route): fc.Arbitrary<string | undefined> {
  if (body === undefined)
    return fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: bytes });
  const json = spoilt(valueIn(jsonSchema(body, 'input'))).map((value) => JSON.stringify(value));
  return fc.oneof(
    { weight: 16, arbitrary: json },
    { weight: 3, arbitrary: fc.constantFrom(undefined, '{}') },
    { weight: 1, arbitrary: bytes },
  );
}

const header = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  maxLength: 60,
});

const TYPES = [
  undefined,
  'application/x-www-form-urlencoded',
  'text/plain',
  'application/json; charset=utf-16',
  'APPLICATION/JSON; charset=nonsense',
  'multipart/form-data; boundary=x',
];

const headers = fc
  .record(
    {
      'Content-Type': fc.oneof(
        { weight: 30, arbitrary: fc.constant('application/json') },
        { weight: 4, arbitrary: fc.constantFrom(...TYPES) },
        { weight: 1, arbitrary: header },
      ),
      ...rarely({
        Accept: header,
        'Accept-Encoding': fc.constantFrom('gzip', 'identity;q=0', '*'),
        'Content-Encoding': fc.constantFrom('gzip', 'br', 'nonsense'),
        'Idempotency-Key': fc.oneof(fc.constantFrom('one', 'two', 'x'.repeat(256), '\u00e9'), header),
        'X-Forwarded-For': fc.constantFrom('203.0.113.9', '::1, 127.0.0.1', 'unknown', '"'),
        'X-HTTP-Method-Override': fc.constantFrom('DELETE', 'GET'),
        'Sec-Fetch-Site': fc.constantFrom('cross-site', 'same-origin', 'none'),
        Range: fc.constantFrom('bytes=0-0', 'bytes=9-1'),
        'If-None-Match': fc.constantFrom('*', '"a"'),
        Cookie: header,
        Upgrade: fc.constantFrom('websocket', 'h2c'),
        Expect: fc.constantFrom('100-continue', '200-maybe'),
      }),
    },
    { requiredKeys: ['Content-Type'] },
  )
  .map(
    (given) =>
      Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Record<string, string>,
  );

function rarely(all: Record<string, fc.Arbitrary<string>>): Record<string, fc.Arbitrary<string | undefined>> {
  const one = (value: fc.Arbitrary<string>) =>
    fc.oneof({ weight: 30, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, one(value)]));
}

/** What goes over the wire as it is: escapes that were meant as such stay, and nothing ends the segment or the line. */
const inPath = (text: string) =>
  /^[!$&-.0-9:;=@A-Z_a-z~%]+$/.test(text) ? text : encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8'));

function pathOf({ path, params }: Route): fc.Arbitrary<string> {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
  if (names.length === 0 || params === undefined) return fc.constant(path);
  const known = propertiesOf(params);
  const values = fc.tuple(...names.map((name) => mostly(name, known[name])));
  return values.map((given) =>
    names.reduce((at, name, index) => at.replace(`{${name}}`, () => inPath(given[index] as string)), path),
  );
}

const mostly = (name: string, schema: JsonSchema = {}) =>
  fc.oneof(
    {
      weight: 9,
      arbitrary: fieldIn(name, schema)
        .map(String)
        .filter((text) => text !== ''),
    },
    { weight: 1, arbitrary: word },
  );

function queryOf({ query }: Route): fc.Arbitrary<string> {
  const pair = (name: string) =>
    mostly(name, propertiesOf(query)[name]).map((value) => `${name}=${encodeURIComponent(value)}`);
  const known = Object.keys(propertiesOf(query)).map((name) =>
    fc.oneof(
      { weight: 8, arbitrary: pair(name) },
      { weight: 2, arbitrary: fc.constantFrom('', name, `${name}[]=a`, `${name}=%`) },
    ),
  );
  const more = fc.oneof(
    { weight: 9, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: fc.constantFrom('a=b', '__proto__=1', '&&') },
  );
  return fc.tuple(...known, more).map((pairs) => {
    const text = pairs.filter((each) => each !== '').join('&');
    return text === '' ? '' : `?${text}`;
  });
}

function propertiesOf(schema: z.ZodType | undefined): Record<string, JsonSchema> {
  if (schema === undefined) return {};
  return (jsonSchema(schema, 'input').properties ?? {}) as Record<string, JsonSchema>;
}

export function requestOf(route: Route, authorizations: readonly string[]): fc.Arbitrary<RawRequest> {
  const authorization = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...authorizations) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(undefined, 'Basic', 'Basic !!!', 'Bearer x', `Bearer ${'a'.repeat(2_000)}`),
    },
  );
  return fc
    .tuple(pathOf(route), queryOf(route), headers, authorization, bodyOf(route))
    .map(([path, query, given, credentials, body]) => ({
      method: route.method,
      path: path + query,
      headers: { ...given, ...(credentials === undefined ? {} : { Authorization: credentials }) },
      ...(body === undefined ? {} : { body }),
    }));
}

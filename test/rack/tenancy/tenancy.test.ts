import { describe, expect, it } from 'vitest';
import { authorizedKeys, sameKeys } from '../../../src/rack/tenancy/authorized-keys.ts';
import { type ApiKey, hashOf, matches, newSecret, unusable } from '../../../src/rack/tenancy/key.ts';
import { allows, SCOPES } from '../../../src/rack/tenancy/scope.ts';
import { generatedName, serverName } from '../../../src/rack/tenancy/server-name.ts';
import { answers, impossible, SPECS, specOf } from '../../../src/rack/tenancy/spec.ts';
import { millis } from '../../../src/rack/units.ts';

describe('names of servers', () => {
  it.each([
    ['web', 'web'],
    ['MyPi', 'mypi'],
    ['a-1', 'a-1'],
    ['a'.repeat(20), 'a'.repeat(20)],
    ['ab', undefined],
    ['a'.repeat(21), undefined],
    ['-abc', undefined],
    ['abc-', undefined],
    ['a_b', undefined],
    ['é12', undefined],
    ['abc\n', undefined],
    ['', undefined],
  ])('%j is %j', (text, name) => {
    expect(serverName(text)).toBe(name);
  });

  it('are made up as names that can be typed', () => {
    let seed = 1;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const names = Array.from({ length: 200 }, () => generatedName(random));
    for (const name of names) expect(serverName(name)).toBe(name);
    expect(new Set(names).size).toBe(200);
  });
});

describe('scopes', () => {
  it('include those before them, and monitor is beside them', () => {
    const table = SCOPES.map((has) => SCOPES.map((needs) => allows(has, needs)));
    expect(table).toEqual([
      [true, false, false, false, false],
      [true, true, false, false, false],
      [true, true, true, false, false],
      [true, true, true, true, true],
      [false, false, false, false, true],
    ]);
  });
});

describe('keys', () => {
  const secret = newSecret(new Uint8Array(32).fill(7));
  const key: ApiKey = {
    id: 'k1',
    tenant: 'acme',
    scope: 'read',
    servers: undefined,
    label: '',
    createdAt: millis(0),
    expiresAt: millis(100),
    revokedAt: undefined,
    hash: hashOf(secret),
  };

  it('match their own secret alone', () => {
    expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(matches(key, secret)).toBe(true);
    expect(matches(key, `${secret}x`)).toBe(false);
    expect(matches(undefined, '')).toBe(false);
  });

  it('end by time and by hand', () => {
    expect([99, 100].map((now) => unusable(key, millis(now)))).toEqual([undefined, 'expired']);
    expect(unusable({ ...key, revokedAt: millis(1) }, millis(2))).toBe('revoked');
  });
});

describe('what can be ordered', () => {
  const board = (model: string, revision?: number) => ({ mac: undefined, serial: undefined, model, revision });

  it('is told by what a board said of itself', () => {
    expect(specOf(board('3B'))).toMatchObject({ model: 3, memory: 1024, cpuSpeed: 1200, nicSpeed: 100 });
    expect(specOf(board('3B+'))).toMatchObject({ model: 3, modelFull: '3B+', nicSpeed: 1000 });
    // c03114: a Pi 4 of 4 GB, d03114: 8 GB.
    expect(specOf(board('4B', 0xc03114))).toMatchObject({ model: 4, memory: 4096, cpuSpeed: 1500 });
    expect(specOf(board('4B', 0xd03114))).toMatchObject({ memory: 8192 });
    expect(specOf(board('4B'))).toBeUndefined();
    expect(specOf(board('5', 0xd04170))).toBeUndefined();
  });

  it('answers an order by every number that it names', () => {
    const four = specOf(board('4B', 0xc03114));
    if (four === undefined) throw new Error('expected a kind');
    expect(answers(four, { model: 4 })).toBe(true);
    expect(answers(four, { model: 4, memory: 4096, cpuSpeed: 1500 })).toBe(true);
    expect(answers(four, { model: 4, memory: 8192 })).toBe(false);
    expect(answers(four, { model: 3 })).toBe(false);
    expect(SPECS.map(({ model, memory }) => `${model}/${memory}`)).toEqual([
      '3/1024',
      '3/1024',
      '4/1024',
      '4/2048',
      '4/4096',
      '4/8192',
    ]);
  });

  it('says what was never made', () => {
    expect(impossible({ model: 3, memory: 3072 })).toMatch(/no Pi 3 is made so; expected 1024 MB at 1200 MHz/);
    expect(impossible({ model: 4, memory: 8192 })).toBeUndefined();
  });
});

describe('authorized keys', () => {
  const body = (type: string) =>
    Buffer.concat([Buffer.from([0, 0, 0, type.length]), Buffer.from(type), Buffer.alloc(36, 1)]).toString('base64');
  const ed = `ssh-ed25519 ${body('ssh-ed25519')}`;
  const rsa = `ssh-rsa ${body('ssh-rsa')}`;

  it('are kept as they came, in any line ends, comments intact', () => {
    const text = `${ed} me@host # ssh-import-id gh:me\r\n\r\n# a comment\n${rsa}\r\n`;
    expect(authorizedKeys(text)).toEqual({
      ok: true,
      keys: `${ed} me@host # ssh-import-id gh:me\n# a comment\n${rsa}`,
    });
    expect(authorizedKeys(`from="2001:db8::/32",no-pty ${ed} x`)).toMatchObject({ ok: true });
  });

  it.each(['', '\r\n', '\n\n'])('%j is no key at all', (text) => {
    expect(authorizedKeys(text)).toEqual({ ok: true, keys: '' });
  });

  it.each([
    ['words', /public key such as .* line 1/],
    [`${ed}\nssh-dss ${body('ssh-dss')}`, /line 2/],
    [`ssh-rsa ${body('ssh-ed25519')}`, /line 1/],
    ['ssh-rsa ####', /line 1/],
    [`${ed} a\u0000b`, /control characters/],
    ['#'.repeat(70_000), /at most 65536 bytes/],
    ['#\n'.repeat(300), /at most 200 lines/],
  ])('refuses %.40j', (text, expected) => {
    expect(authorizedKeys(text)).toMatchObject({ ok: false, expected: expect.stringMatching(expected) });
  });

  it('are the same in any order', () => {
    expect(sameKeys(`${ed}\n${rsa}`, `${rsa}\n${ed}`)).toBe(true);
    expect(sameKeys(ed, `${ed}\n${rsa}`)).toBe(false);
  });
});

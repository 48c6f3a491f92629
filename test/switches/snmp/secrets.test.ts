import { describe, expect, it } from 'vitest';
import { SecretUnreadable } from '../../../src/switches/snmp/errors.ts';
import { createSecretReader } from '../../../src/switches/snmp/secrets.ts';

const files: Record<string, string> = {
  '/plain': 'secret',
  '/newline': 'secret\n',
  '/dos': 'secret\r\n',
  '/two': 'secret\n\n',
  '/spaces': ' secret ',
  '/empty': '\n',
  '/long': 'x'.repeat(1025),
};
const read = createSecretReader({
  env: { HERE: 'from the environment' },
  readFile: async (path) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return text;
  },
});

describe('secrets', () => {
  it.each([
    ['/plain', 'secret'],
    ['/newline', 'secret'],
    ['/dos', 'secret'],
    ['/two', 'secret\n'],
    ['/spaces', ' secret '],
  ])('from %s', async (file, secret) => {
    expect(await read({ file })).toBe(secret);
  });

  it('from the environment', async () => {
    expect(await read({ env: 'HERE' })).toBe('from the environment');
  });

  it('that cannot be had are named by place and reason', async () => {
    await expect(read({ file: '/missing' })).rejects.toThrow('secret from file /missing: ENOENT');
    await expect(read({ file: '/empty' })).rejects.toThrow('secret from file /empty: it is empty');
    await expect(read({ env: 'THERE' })).rejects.toThrow('secret from environment variable THERE: it is not set');
    const long = await read({ file: '/long' }).catch((error: unknown) => error);
    expect(long).toBeInstanceOf(SecretUnreadable);
    expect(String(long)).not.toContain('xxx');
  });

  it('of a known length may be longer: a private key is', async () => {
    expect(await read({ file: '/long' }, 1025)).toHaveLength(1025);
    await expect(read({ file: '/plain' }, 5)).rejects.toThrow('it is longer than 5 characters');
  });
});

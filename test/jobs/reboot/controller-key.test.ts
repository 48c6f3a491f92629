import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type ParsedKey } from 'ssh2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openControllerKey } from '../../../src/jobs/reboot/controller-key.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pirack-key-'));
});
afterEach(() => rmSync(directory, { recursive: true }));
const file = () => join(directory, 'controller_ed25519_key');

describe('the controller’s SSH key', () => {
  it('is made once, for its owner alone, and is the same after a restart', () => {
    const { publicKey, key } = openControllerKey(directory);
    expect(publicKey).toMatch(/^ssh-ed25519 [A-Za-z0-9+/]{68}$/);
    expect([readdirSync(directory), statSync(file()).mode & 0o777]).toEqual([['controller_ed25519_key'], 0o600]);
    expect(openControllerKey(directory).publicKey).toBe(publicKey);
    const signed = key.sign('something') as Buffer;
    expect((ssh2.utils.parseKey(publicKey) as ParsedKey).verify('something', signed)).toBe(true);
  });

  it('of a careless backup is closed to others again', () => {
    openControllerKey(directory);
    chmodSync(file(), 0o644);
    openControllerKey(directory);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it.each(['', 'not a key', 'x'.repeat(100_000)])('that cannot be read is said and kept', (text) => {
    writeFileSync(file(), text);
    expect(() => openControllerKey(directory)).toThrow(/expected a private key/);
    expect(readFileSync(file(), 'utf8')).toBe(text);
  });
});

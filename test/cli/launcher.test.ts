/** `bin/pirack` itself: what it does before Node has the word. */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { describeWith } from '../support/needs.ts';

const PIRACK = resolve(import.meta.dirname, '../../bin/pirack');

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'pirack-launcher-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const run = (env: Record<string, string>) => {
  const { status, stdout, stderr } = spawnSync(PIRACK, ['--version'], {
    env: { PATH: process.env.PATH, ...env },
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+/);
};

it('keeps compiled sources where nobody else comes to', () => {
  const cache = join(scratch(), 'cache');
  run({ PIRACK_CACHE: cache });
  expect(readdirSync(join(cache, 'compiled'))).toHaveLength(1);
  expect(statSync(join(cache, 'compiled')).mode & 0o777).toBe(0o700);
}, 120_000);

it('does without where there is no place for it, and without a word', () => {
  const directory = scratch();
  run({});
  writeFileSync(join(directory, 'file'), '');
  run({ PIRACK_CACHE: join(directory, 'file') });
}, 120_000);

describeWith({ root: true })('as root', () => {
  it('runs nothing that another user may have put there', () => {
    const directory = scratch();
    chmodSync(directory, 0o755);
    const compiled = join(directory, 'compiled');
    mkdirSync(compiled);
    chownSync(compiled, 65_534, 65_534);
    run({ PIRACK_CACHE: directory });
    expect(readdirSync(compiled)).toEqual([]);
  }, 120_000);
});

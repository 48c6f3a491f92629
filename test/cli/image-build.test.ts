import { spawn, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type BuildRequest, dateOf, packageNames, referenceOf, wanted } from '../../src/cli/image/build-request.ts';
import { progressText } from '../../src/cli/image/progress.ts';
import { RELEASES } from '../../src/roots/build/releases.ts';
import { scratchDirectory } from '../roots/support/fake-image.ts';
import { describeWith } from '../support/needs.ts';

const [bookworm] = RELEASES;
if (bookworm === undefined) throw new Error('there are no releases');
const MAIN = resolve(import.meta.dirname, '../../src/cli/main.ts');
const PROGRAMS = ['apt-get', 'mmdebstrap', 'gpgv', 'dpkg-deb', 'unshare', 'mkimage', 'cpio', 'depmod', 'xz', 'zstd'];

describe('what was asked of a build', () => {
  const now = () => Date.UTC(2026, 10, 25);

  test('dates are days or seconds that have been', () => {
    expect(dateOf(undefined, now)).toBeUndefined();
    expect(dateOf('2026-07-11', now)).toBe(Date.UTC(2026, 6, 11) / 1000);
    expect(dateOf('2026-07-11T10:16:37Z', now)).toBe(Date.UTC(2026, 6, 11, 10, 16, 37) / 1000);
    for (const text of ['2026-13-01', '11.7.2026', '2027-01-01', '1970-01-01', '', '2026-07-11T10:16:37+02:00'])
      expect(() => dateOf(text, now), text).toThrow(/--date: expected/);
  });

  test('packages by their names alone', () => {
    expect(packageNames(['cloud-init,python3', 'g++'])).toEqual(['cloud-init', 'python3', 'g++']);
    for (const text of ['-oX=y', 'a b', 'vim=2', 'x/bookworm', '?essential', 'nano,,x'])
      expect(() => packageNames([text]), text).toThrow(/no name of a Debian package/);
  });

  test('the image has the name of its release, and of its programs where they are others', () => {
    const request: BuildRequest = { arch: 'arm64' };
    expect(referenceOf(request, bookworm, 'arm64')).toEqual({ name: 'debian-12', version: undefined });
    expect(referenceOf(request, bookworm, 'armhf').name).toBe('debian-12-armhf');
    expect(referenceOf({ ...request, name: 'own', version: '3' }, bookworm, 'armhf')).toEqual({
      name: 'own',
      version: '3',
    });
    expect(() => referenceOf({ ...request, name: '../x' }, bookworm, 'arm64')).toThrow(/names no image/);
    expect(() => referenceOf({ ...request, version: 'a b' }, bookworm, 'arm64')).toThrow(/names no image/);
  });

  test('a package list says release and processor, and every package', () => {
    const list = { release: bookworm, arch: 'armhf' as const, date: 0, packages: [] };
    expect(wanted('debian-12', { arch: 'armhf' }, undefined)).toEqual({ release: bookworm, arch: 'armhf' });
    expect(wanted(undefined, { arch: 'arm64' }, list)).toEqual({ release: bookworm, arch: 'armhf' });
    expect(() => wanted('potato', { arch: 'arm64' }, undefined)).toThrow(/expected debian-12 or debian-13, got potato/);
    expect(() => wanted('debian-12', { arch: 'amd64' }, undefined)).toThrow(/expected arm64 or armhf, got amd64/);
    expect(() => wanted('debian-13', { arch: 'arm64' }, list)).toThrow(/is of debian-12, not of debian-13/);
    expect(() => wanted(undefined, { arch: 'arm64', include: ['x'] }, list)).toThrow(/--include cannot add/);
  });

  test('progress counts packages as packages', () => {
    const counted = { phase: 'installing', done: 40, total: 135, unit: 'packages' } as const;
    expect(progressText(counted, 20_000)).toBe('installing packages: 40 of 135 packages, 2.0 packages/s, 48 s left');
    expect(progressText({ phase: 'fetching', done: 65e6, total: 107e6 }, 6500)).toBe(
      'fetching packages: 65 of 107 MB, 10 MB/s, 5 s left',
    );
    expect(progressText({ phase: 'booting', done: 0, total: undefined }, 5)).toMatch(/^making the boot files/);
  });
});

const run = (args: readonly string[], env: Record<string, string> = {}) =>
  spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'image', 'build', ...args], {
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, ...env },
  });

describeWith({ root: true, programs: PROGRAMS })('pirack image build', () => {
  test('says which programs are missing before anything is fetched', () => {
    const missing = run(['debian-12'], { PATH: '/nowhere' });
    expect(missing.status).toBe(69);
    expect(missing.stderr).toMatch(/needs mmdebstrap, .*: apt-get install mmdebstrap /);
  }, 60_000);

  test('interrupted while an archive does not answer, it ends, and leaves nothing', async () => {
    const images = join(scratchDirectory(), 'images');
    let asked = () => {};
    const request = new Promise<void>((done) => (asked = done));
    const silent = createServer(() => asked());
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    onTestFinished(() => void silent.close().closeAllConnections());
    const { port } = silent.address() as AddressInfo;
    const args = ['image', 'build', 'debian-12', '--images', images, '--mirror', `http://127.0.0.1:${port}/debian`];
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, http_proxy: '' },
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const ended = new Promise<number | null>((done) => child.on('exit', done));
    await Promise.race([request, ended]);
    expect(readdirSync(images)).toHaveLength(1);
    child.kill('SIGINT');
    expect([await ended, said]).toEqual([1, expect.stringContaining('interrupted; nothing was left behind')]);
    expect(readdirSync(images)).toEqual([]);
  }, 60_000);
});

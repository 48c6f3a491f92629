import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readImage } from '../../src/roots/images.ts';
import { describeWith } from '../support/needs.ts';
import { scratchDirectory } from './support/fake-image.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/make-image', import.meta.url));
const PROGRAMS = ['mmdebstrap', 'apt-get', 'mkimage', 'cpio', 'depmod', 'busybox', 'flock'];

function makeImage(args: readonly string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(SCRIPT, args, {
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}

describe('make-image', () => {
  test('says where the image goes', () => {
    const where = (env: Record<string, string>, ...args: string[]) =>
      makeImage(['--print-directory', ...args], env).stdout.trim();
    expect(where({ PIRACK_CACHE: '/c' })).toBe('/c/images/debian-12-pi');
    expect(where({ PIRACK_CACHE: '', XDG_CACHE_HOME: '/x' })).toBe('/x/pirack/images/debian-12-pi');
    expect(where({ PIRACK_CACHE: '/c' }, '--suite', 'trixie')).toBe('/c/images/debian-13-pi');
  });

  test.each([
    [['--suite', 'potato'], /expected --suite bookworm or trixie, got potato/],
    [['--frobnicate'], /unknown argument --frobnicate/],
  ])('refuses %j', (args, expected) => {
    const { status, stderr } = makeImage(args);
    expect(status).toBe(1);
    expect(stderr).toMatch(expected);
  });
});

describeWith({ root: true, programs: ['setpriv'] })('make-image as somebody else', () => {
  test('needs root, and says so', () => {
    // A copy that everybody may read, wherever the checkout is.
    const open = scratchDirectory();
    chmodSync(open, 0o755);
    cpSync(dirname(SCRIPT), join(open, 'scripts'), { recursive: true });
    const script = join(open, 'scripts', basename(SCRIPT));
    const args = ['--reuid', '65534', '--clear-groups', 'bash', script, '--output', join(open, 'x')];
    const { status, stderr } = spawnSync('setpriv', args, { encoding: 'utf8', timeout: 60_000 });
    expect(status).toBe(1);
    expect(stderr).toMatch(/needs root/);
  });
});

describeWith({ root: true, programs: PROGRAMS })('make-image as root', () => {
  test('never touches an image that is there', () => {
    const output = join(scratchDirectory(), 'image');
    mkdirSync(output);
    writeFileSync(join(output, 'image.json'), '{"inputs": "of another make-image"}');
    const { status, stderr } = makeImage(['--output', output]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/made from other inputs.*--replace/s);
    const kept = makeImage(['--output', output, '--keep']);
    expect(kept).toMatchObject({ status: 0, stderr: '' });
    expect(kept.stdout).toMatch(/was made by another make-image and is kept/);
    expect(readFileSync(join(output, 'image.json'), 'utf8')).toBe('{"inputs": "of another make-image"}');
  });

  test('leaves nothing behind when the archive does not answer', () => {
    const parent = scratchDirectory();
    mkdirSync(join(parent, '.make-image.999999/half'), { recursive: true });
    const { status, stderr } = makeImage(['--output', join(parent, 'image'), '--mirror', 'http://127.0.0.1:9/debian']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/could not unpack .* from: http:\/\/127\.0\.0\.1:9\/debian bookworm/);
    expect(readdirSync(parent)).toEqual(['.make-image.lock']);
  });
});

const IMAGE = join(
  process.env.PIRACK_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pirack'),
  'images/debian-12-pi',
);

describeWith({ files: [join(IMAGE, 'image.json')] })('the image that was made', () => {
  test('is whole, and its kernel and initramfs are what a Pi takes', async () => {
    const image = await readImage(IMAGE);
    expect(image).toMatchObject({ name: 'debian-12-pi', arch: 'arm64' });
    const boot = (name: string) => readFileSync(join(image.boot.directory, name));
    // arm64 Image: magic at offset 56 (Linux Documentation/arch/arm64/booting.rst).
    expect(gunzipSync(boot(image.boot.kernel)).toString('latin1', 56, 60)).toBe('ARMd');
    const initramfs = gunzipSync(boot(image.boot.initramfs as string));
    expect(initramfs.toString('latin1', 0, 6)).toBe('070701');
    for (const name of [
      'init',
      'bin/busybox',
      'modules/smsc95xx.ko',
      'modules/lan78xx.ko',
      'modules/genet.ko',
      'modules/nfsv4.ko',
    ]) {
      expect(initramfs.includes(`${name}\0`), name).toBe(true);
    }
    for (const name of [
      'bcm2710-rpi-3-b.dtb',
      'bcm2710-rpi-3-b-plus.dtb',
      'bcm2711-rpi-4-b.dtb',
      'start4cd.elf',
      'boot.scr.uimg',
    ]) {
      expect(boot(name).length, name).toBeGreaterThan(0);
    }
    expect(readFileSync(join(image.root, 'etc/resolv.conf'), 'utf8')).toMatch(/^#/);
    expect(readdirSync(join(image.root, 'etc/dropbear'))).toEqual([]);
  });
});

import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { chooseEmulation, type Machine } from '../../../src/roots/build/emulation.ts';
import { describeWith } from '../../support/needs.ts';

const QEMU: Readonly<Record<string, string>> = {
  'qemu-aarch64-static': '/usr/bin/qemu-aarch64-static',
  'qemu-arm-static': '/usr/bin/qemu-arm-static',
};
const machine = (more: Partial<Machine> = {}): Machine => ({
  arch: 'x64',
  kernel: '6.12.1',
  find: (program) => QEMU[program],
  handler: () => undefined,
  ...more,
});
const handler = (flags: string) => `enabled\ninterpreter /usr/bin/qemu\nflags: ${flags}\noffset 0\n`;

describe('how programs of a board are run on this machine', () => {
  test('by a Pi or another machine of that processor as they are', () => {
    expect(chooseEmulation('arm64', machine({ arch: 'arm64' }))).toEqual({ kind: 'none' });
    expect(chooseEmulation('armhf', machine({ arch: 'arm64' }))).toEqual({ kind: 'none' });
  });

  test('by the machine’s handler, where that works inside a root', () => {
    expect(chooseEmulation('arm64', machine({ handler: () => handler('OCF') }))).toEqual({ kind: 'of-machine' });
    for (const flags of ['', 'OC']) {
      const found = chooseEmulation('arm64', machine({ handler: () => handler(flags) }));
      expect(found.kind).toBe('of-namespace');
    }
    const disabled = handler('F').replace('enabled', 'disabled');
    expect(chooseEmulation('arm64', machine({ handler: () => disabled })).kind).toBe('of-namespace');
  });

  test.each([
    ['arm64' as const, 'qemu-aarch64', '\\x02\\x00\\xb7\\x00', '\\x45\\x4c\\x46\\x02'],
    ['armhf' as const, 'qemu-arm', '\\x02\\x00\\x28\\x00', '\\x45\\x4c\\x46\\x01'],
  ])('by a handler of a namespace’s own: %s', (arch, name, machineBytes, headBytes) => {
    const found = chooseEmulation(arch, machine());
    if (found.kind !== 'of-namespace') throw new Error(found.kind);
    const [, label, type, offset, magic, mask, interpreter, flags] = found.registration.split(':');
    expect([label, type, offset, interpreter, flags]).toEqual([name, 'M', '', `/usr/bin/${name}-static`, 'OCF']);
    expect(magic).toContain(headBytes);
    expect(magic?.endsWith(machineBytes)).toBe(true);
    expect([magic?.length, mask?.length]).toEqual([80, 80]);
  });

  test('or not at all, with what to install', () => {
    expect(() => chooseEmulation('arm64', machine({ find: () => undefined }))).toThrow(
      /qemu-aarch64-static is missing: apt-get install qemu-user-static/,
    );
    expect(() => chooseEmulation('armhf', machine({ kernel: '6.1.0-49-amd64' }))).toThrow(
      /apt-get install binfmt-support/,
    );
    expect(chooseEmulation('armhf', machine({ kernel: '6.7.0' })).kind).toBe('of-namespace');
    expect(chooseEmulation('armhf', machine({ kernel: '7.0.1' })).kind).toBe('of-namespace');
  });
});

describeWith({ root: true, programs: ['unshare'] })('the shell that waits for its namespace', () => {
  test('goes on as the program, with its arguments as they are', () => {
    const script = new URL('../../../scripts/image/sealed', import.meta.url).pathname;
    const out = execFileSync('unshare', ['--mount', '--', script, '-', 'printf', '%s|', 'a b', '$c'], {
      encoding: 'utf8',
      input: 'go\n',
    });
    expect(out).toBe('ready\na b|$c|');
  });
});

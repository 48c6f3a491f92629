import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { namespacesOf, startTicks } from '../../../src/sim/bundle/launch.ts';
import { assertSealed, NotSealed } from '../../../src/sim/bundle/sealed.ts';

describe('a process', () => {
  it('is named by its number and when it began', async () => {
    const own = startTicks(process.pid);
    expect(own).toMatch(/^\d+$/);
    expect(startTicks(process.pid)).toBe(own);
    const child = spawn('sleep', ['5']);
    try {
      await new Promise((done) => child.once('spawn', done));
      expect(Number(startTicks(child.pid as number))).toBeGreaterThanOrEqual(Number(own));
    } finally {
      child.kill();
    }
    expect(startTicks(2 ** 30)).toBeUndefined();
  });
});

describe('a virtual rack', () => {
  it('refuses the namespaces that it was launched from, each of them', () => {
    const own = namespacesOf('self');
    expect(() => assertSealed(own)).toThrow(NotSealed);
    const other = { net: 'net:[1]', mnt: 'mnt:[1]', pid: 'pid:[1]' };
    for (const kind of ['net', 'mnt', 'pid'] as const) {
      expect(() => assertSealed({ ...other, [kind]: own[kind] })).toThrow(`expected another ${kind} namespace`);
    }
  });
});

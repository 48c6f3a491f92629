import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { realClock } from '../../../src/net/real-clock.ts';
import { millis } from '../../../src/rack/units.ts';
import { findDaemon, isAlive, isDaemon, startDaemon, stopDaemon } from '../../../src/roots/exports/daemon.ts';
import { describeWith } from '../../support/needs.ts';
import { scratchDirectory } from '../support/fake-image.ts';

describeWith({ root: true, programs: ['bash'] })('a daemon', () => {
  async function start(script: string): Promise<{ pid: number; name: string }> {
    const output = join(scratchDirectory(), 'output');
    const pid = await startDaemon({ program: 'bash', args: ['-c', script, output], output });
    onTestFinished(() => {
      if (isDaemon(pid, 'bash', output)) process.kill(pid, 'SIGKILL');
    });
    return { pid, name: output };
  }

  test('is found by what it was started with, and ends when asked', async () => {
    const { pid, name } = await start('while :; do sleep 0.05; done');
    expect(findDaemon('bash', name)).toBe(pid);
    expect(isDaemon(pid, '/usr/bin/bash', name)).toBe(true);
    expect(isDaemon(pid, 'bash', `${name}x`)).toBe(false);
    expect(isDaemon(process.pid, 'bash', name)).toBe(false);
    await stopDaemon(pid, () => isDaemon(pid, 'bash', name), millis(10_000), realClock);
    expect(findDaemon('bash', name)).toBeUndefined();
    expect(isAlive(process.pid)).toBe(true);
  });

  test('that does not listen is killed', async () => {
    const { pid, name } = await start('trap "" TERM; while :; do sleep 0.05; done');
    while (findDaemon('bash', name) === undefined) await pause(5);
    await pause(100);
    await stopDaemon(pid, () => isDaemon(pid, 'bash', name), millis(50), realClock);
    expect(isDaemon(pid, 'bash', name)).toBe(false);
  });

  test('that cannot be started is an error', async () => {
    const output = join(scratchDirectory(), 'output');
    await expect(startDaemon({ program: '/nonexistent/daemon', args: [], output })).rejects.toThrow(/ENOENT/);
  });
});

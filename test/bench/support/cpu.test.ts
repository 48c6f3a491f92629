import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { openCpuMeter } from './cpu.ts';

it('counts what a server and a process that it forked have used, also after that one has gone', async () => {
  const meter = openCpuMeter();
  // A shell that counts so far takes some hundredths of a second everywhere.
  const work = 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done';
  const child = spawn('sh', ['-ec', `${meter.join}; (${work}); echo done; read end`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    await once(child.stdout, 'data');
    const used = meter.seconds(child.pid as number);
    expect(used).toBeGreaterThan(0.03);
    // Of this process nothing is counted.
    await promisify(execFile)('sh', ['-c', work]);
    expect(meter.seconds(child.pid as number) - used).toBeLessThan(0.03);
  } finally {
    child.stdin.end();
    await once(child, 'exit');
    meter.close();
  }
});

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

function bench(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

it('--help tells which benches there are', async () => {
  const { code, stdout } = await bench('--help');
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/tftp .*108 boards/) });
});

it.each([
  [['nonsense'], "unknown command 'nonsense'"],
  [['tftp', '--rounds', '0'], 'expected a whole number from 1 to 1000'],
])('%j is wrong usage: exit code 2 and the reason', async (args, reason) => {
  const { code, stderr } = await bench(...args);
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(reason) });
});

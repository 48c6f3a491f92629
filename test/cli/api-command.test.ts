import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../support/free-port.ts';

const PROJECT = resolve(import.meta.dirname, '../..');

it('the API ends with the process that has the other end of its input', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'pirack-api-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, 'rack.yaml');
  const text = readFileSync(join(PROJECT, 'rack-configs/virtual-4.yaml'), 'utf8').replace(
    /file: virtual-/g,
    `file: ${PROJECT}/rack-configs/virtual-`,
  );
  const listen = `127.0.0.1:${await freePort()}`;
  writeFileSync(file, `${text}\napi: {listen: "${listen}", public_url: "http://${listen}"}\n`);
  const command = [join(PROJECT, 'src/cli/main.ts'), 'api', file, '--state', directory, '--until-input-ends'];
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...command]);
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  const ended = new Promise<number | null>((done) => child.once('exit', done));
  await expect.poll(() => said, { timeout: 30_000 }).toContain('the API is served');
  child.stdin.end();
  expect(await ended, said).toBe(0);
  expect(said).toContain('finishing what was taken');
});

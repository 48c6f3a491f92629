import { describe, expect, it } from 'vitest';
import { CommandFailed, run } from '../../src/net/run.ts';
import { millis } from '../../src/rack/units.ts';

const NODE = process.execPath;
const js = (code: string): string[] => ['-e', code];

async function failure(promise: Promise<unknown>): Promise<CommandFailed> {
  const error = await promise.then(
    () => new Error('did not fail'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CommandFailed);
  return error as CommandFailed;
}

describe('run', () => {
  it('gives output and exit code', async () => {
    const result = await run(NODE, js('console.log("out"); console.error("err")'));
    expect(result).toEqual({ stdout: 'out\n', stderr: 'err\n', code: 0 });
  });

  it('passes arguments as they are: no shell reads them', async () => {
    const words = ['a b', '$HOME', ';', '*', '"', "'", ''];
    const result = await run(NODE, [...js('console.log(JSON.stringify(process.argv.slice(1)))'), ...words]);
    expect(JSON.parse(result.stdout)).toEqual(words);
  });

  it('feeds standard input, which is empty without any', async () => {
    expect((await run('cat', [], { input: 'été\n' })).stdout).toBe('été\n');
    expect((await run('cat', [])).stdout).toBe('');
  });

  it('does not mind a program that does not read its input', async () => {
    expect((await run('true', [], { input: 'x'.repeat(1 << 20) })).code).toBe(0);
  });

  it('uses the given environment and nothing else', async () => {
    const result = await run('/usr/bin/env', [], { env: { ONLY: 'this' } });
    expect(result.stdout).toBe('ONLY=this\n');
  });

  it('names program, arguments, exit code and the last line of stderr', async () => {
    const error = await failure(run('sh', ['-c', 'echo first >&2; echo last >&2; echo out; exit 3']));
    expect(error.message).toMatch(/^sh -c .*: exit code 3: last$/s);
    expect(error).toMatchObject({ program: 'sh', code: 3, stdout: 'out\n', stderr: 'first\nlast\n' });
  });

  it('takes allowed exit codes for answers', async () => {
    expect(await run('sh', ['-c', 'echo no; exit 1'], { allowedCodes: [1] })).toMatchObject({
      code: 1,
      stdout: 'no\n',
    });
    await failure(run('sh', ['-c', 'exit 2'], { allowedCodes: [1] }));
  });

  it('says that a program does not start, and why', async () => {
    const error = await failure(run('/no/such/program', ['x']));
    expect(error.message).toBe('/no/such/program x: does not start');
    expect(error.cause).toMatchObject({ code: 'ENOENT' });
    expect(error.code).toBeUndefined();
  });

  it('kills what does not end in time, also when its child holds the pipes', async () => {
    const error = await failure(run('sh', ['-c', 'echo started; sleep 30 & sleep 30'], { timeout: millis(300) }));
    expect(error.message).toContain('no end after 300 ms');
    expect(error.stdout).toBe('started\n');
  });

  it('stops when it is told to', async () => {
    const abort = new AbortController();
    const running = run('sleep', ['30'], { signal: abort.signal });
    abort.abort();
    expect((await failure(running)).message).toContain('aborted');
    expect((await failure(run('sleep', ['30'], { signal: abort.signal }))).message).toContain('aborted');
  });

  it('keeps no more output than allowed', async () => {
    const error = await failure(run('yes', [], { maxOutput: 1000 }));
    expect(error.message).toContain('wrote more than 1000 bytes');
    expect(error.stdout.length).toBe(1000);
    const noisy = await run('sh', ['-c', 'yes | head -c 5000 >&2'], { maxOutput: 1000 });
    expect(noisy.stderr.length).toBe(1000);
  });

  it('says which signal ended it', async () => {
    expect((await failure(run('sh', ['-c', 'kill -TERM $$']))).message).toContain('killed by SIGTERM');
  });
});

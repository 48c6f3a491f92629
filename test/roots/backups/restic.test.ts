/** The repository with a real restic: what it says no to, what is left when something is killed, and what hostile trees do. */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { realClock } from '../../../src/net/real-clock.ts';
import { run } from '../../../src/net/run.ts';
import { Restic } from '../../../src/roots/backups/restic.ts';
import { dropRestored, pathInRoot, restorePath, showRestored } from '../../../src/roots/backups/restore-path.ts';
import { readIdentity } from '../../../src/roots/backups/restore-root.ts';
import type { Destination } from '../../../src/roots/backups/restore-target.ts';
import { describeWith } from '../../support/needs.ts';

test.each([
  ['/etc/ssh', '/etc/ssh'],
  ['etc//ssh/', '/etc/ssh'],
  ['/', '/'],
  ['/etc/../../etc', undefined],
  ['/a\nb', undefined],
])('a path in a root: %j', (text, expected) => expect(pathInRoot(text)).toBe(expected));

describeWith({ root: true, programs: ['restic', 'rsync', 'bwrap', 'setpriv', 'ionice'] })('a repository', () => {
  let scratch: string;
  const at = (path: string) => join(scratch, path);
  const open = (change: object = {}, directory = 'work') =>
    new Restic({
      plan: {
        repository: at('repository'),
        passwordFile: at('password'),
        credentials: undefined,
        bandwidth: undefined,
        ...change,
      },
      rack: 'oak',
      directory: at(directory),
      clock: realClock,
      niceness: 0,
    });
  let snapshot: string;

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'pirack-restic-'));
    writeFileSync(at('password'), 'secret\n', { mode: 0o600 });
    chmodSync(at('password'), 0o600);
    mkdirSync(at('tree/root/etc/ssh'), { recursive: true });
    writeFileSync(at('tree/root/etc/ssh/sshd_config'), 'Port 22\n', { mode: 0o600 });
    writeFileSync(at('tree/root/etc/other'), 'not wanted');
    mkdirSync(at('tree/root/odd [*?] name'));
    writeFileSync(at('tree/root/odd [*?] name/file'), 'odd');
    await open().init();
    ({ snapshot } = await open().save({ directory: at('tree'), names: ['root'], labels: { what: 'root', slot: 7 } }));
  }, 120_000);
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  const path = async (wanted: string, to: Destination) => {
    const request = { directory: at('roots'), snapshot, path: wanted, to, name: 'test' };
    await restorePath(run, open(), request);
    const where = await showRestored(run, request);
    // As after a crash between the rename and its record.
    expect(await showRestored(run, request)).toBe(where);
    return where;
  };

  test('that is there is not made again, and one that is not is told as that', async () => {
    await expect(open().init()).rejects.toThrow('there is a repository already, and it is left as it is');
    await expect(open({ repository: at('nothing') }).snapshots()).rejects.toThrow('is its disk mounted?');
  });

  test.each([
    [0o644, 'secret\n', 'others can read it (mode 644)'],
    [0o600, '', 'it has 0 bytes'],
    [0o600, 'wrong\n', 'the password is not that of the repository'],
  ])('with a password of mode %o and content %j is refused', async (mode, content, text) => {
    writeFileSync(at('bad'), content);
    chmodSync(at('bad'), mode);
    await expect(open({ passwordFile: at('bad') }).snapshots()).rejects.toThrow(text);
  });

  test('one path comes out whole, into a directory that nobody else can enter, and over nothing', async () => {
    expect(await path('/etc/ssh', { directory: at('out') })).toBe(at('out/ssh'));
    expect(readFileSync(at('out/ssh/sshd_config'), 'utf8')).toBe('Port 22\n');
    expect([readdirSync(at('out')), statSync(at('out')).mode & 0o777]).toEqual([['ssh'], 0o700]);
    await expect(path('/etc/ssh', { directory: at('out') })).rejects.toThrow('nothing is overwritten');
    await expect(path('/etc/nothing', { directory: at('out2') })).rejects.toThrow('has no /root/etc/nothing');
    expect(existsSync(at('out2'))).toBe(false);
    await path('/odd [*?] name', { directory: at('out3') });
    expect(readFileSync(at('out3/odd [*?] name/file'), 'utf8')).toBe('odd');
    expect(readdirSync(at('roots/.backup'))).toEqual([]);
  });

  test('links of a tenant lead a restore nowhere but into the root', async () => {
    mkdirSync(at('board/root'), { recursive: true });
    mkdirSync(at('outside'));
    symlinkSync(at('outside'), at('board/away'));
    symlinkSync('/', at('board/top'));
    symlinkSync('../../../../../../../../..', at('board/up'));
    const into = (name: string) => path('/etc/ssh', { root: at('board'), into: name });
    for (const name of ['/away/in', `/top${at('outside')}/in`, `/up${at('outside')}/in`])
      await expect(into(name)).rejects.toThrow('expected a directory that is not there yet');
    expect(readdirSync(at('outside'))).toEqual([]);
    expect(await into('/root/restored')).toBe('/root/restored/ssh');
    expect(readFileSync(at('board/root/restored/ssh/sshd_config'), 'utf8')).toBe('Port 22\n');
    await expect(into('/root/restored')).rejects.toThrow('not there yet');
    expect(readdirSync(at('board/root'))).toEqual(['restored']);

    const late = { directory: at('roots'), snapshot, path: '/etc/ssh', name: 'test' };
    const to = { root: at('board'), into: '/root/late' };
    await restorePath(run, open(), { ...late, to });
    expect(existsSync(at('board/root/late'))).toBe(false);
    mkdirSync(at('board/root/late/of-the-tenant'), { recursive: true });
    await expect(showRestored(run, { ...late, to })).rejects.toThrow('nothing is overwritten');
    expect(readdirSync(at('board/root/late'))).toEqual(['of-the-tenant']);
    await dropRestored(run, { ...late, to });
    expect(readdirSync(at('board/root')).sort()).toEqual(['late', 'restored']);
  });

  test('an identity is read from ordinary files only', async () => {
    mkdirSync(at('who/etc/ssh'), { recursive: true });
    symlinkSync('/etc/machine-id', at('who/etc/machine-id'));
    writeFileSync(at('who/etc/ssh/ssh_host_ed25519_key.pub'), 'ssh-ed25519 AAAA\u001b[2J');
    expect(await readIdentity(at('who'))).toEqual({ hostKey: undefined, machineId: undefined });
  });

  test('a restic that is killed leaves a lock, which the next controller takes away, and no other', async () => {
    mkdirSync(at('big'));
    for (let file = 0; file < 8; file++)
      await run('dd', ['if=/dev/urandom', `of=${at(`big/${file}`)}`, 'bs=1M', 'count=4', 'status=none']);
    // A controller of its own, which dies with its backup under way.
    const script = `
      import { Restic } from '${join(import.meta.dirname, '../../../src/roots/backups/restic.ts')}';
      import { realClock } from '${join(import.meta.dirname, '../../../src/net/real-clock.ts')}';
      const plan = { repository: '${at('repository')}', passwordFile: '${at('password')}', bandwidth: 500 };
      const restic = new Restic({ plan, rack: 'oak', directory: '${at('work')}', clock: realClock, niceness: 0 });
      await restic.save({ directory: '${scratch}', names: ['big'], labels: { what: 'root', slot: 9 } });`;
    const controller = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { stdio: 'ignore' });
    const watcher = open({}, 'elsewhere');
    const dead = await until(async () => (await watcher.locks())[0]?.pid);
    // As when the machine is short of memory: it has no time to take its lock along.
    process.kill(dead, 'SIGKILL');
    controller.kill('SIGKILL');
    expect((await watcher.locks()).map(({ pid }) => pid)).toEqual([dead]);
    // Who knows nothing of that process leaves its lock alone.
    await watcher.prepare();
    expect(await watcher.locks()).toHaveLength(1);
    const next = open();
    await next.prepare();
    expect(await next.locks()).toEqual([]);
    expect(readdirSync(at('work/running'))).toEqual([]);
    await next.forget({ daily: 1, weekly: 0, monthly: 0 });
    expect((await next.snapshots()).map(({ slot }) => slot)).toEqual([7]);
    await next.check(true);
  }, 120_000);

  test('a backup that is told to stop ends, and its lock is taken away', async () => {
    const stop = new AbortController();
    const slow = open({ bandwidth: 500 });
    const saving = slow.save({
      directory: scratch,
      names: ['big'],
      labels: { what: 'root', slot: 9 },
      signal: stop.signal,
    });
    await until(async () => (await slow.locks())[0]?.pid);
    stop.abort(new Error('cancelled'));
    await expect(saving).rejects.toThrow('restic was stopped');
    // Its uploads may have been in the way of taking its lock along.
    await slow.prepare();
    expect(await slow.locks()).toEqual([]);
  }, 120_000);
});

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + 60_000;
  while (performance.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('waited a minute');
}

/** A restic that lies, floods, or is not heard: in its place is a shell script. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { realClock } from '../../../src/net/real-clock.ts';
import { ResticFailed } from '../../../src/roots/backups/errors.ts';
import { Restic } from '../../../src/roots/backups/restic.ts';
import { describeWith } from '../../support/needs.ts';

describeWith({ programs: ['setpriv', 'ionice', 'nice'] })('a restic that', () => {
  let scratch: string;
  const at = (path: string) => join(scratch, path);

  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'pirack-lies-'));
    writeFileSync(at('password'), 'secret\n', { mode: 0o600 });
    chmodSync(at('password'), 0o600);
    mkdirSync(at('bin'));
    vi.stubEnv('PATH', `${at('bin')}:${process.env.PATH}`);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(scratch, { recursive: true, force: true });
  });

  /** @param script of sh(1) */
  function says(script: string): Restic {
    writeFileSync(at('bin/restic'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const plan = { repository: at('r'), passwordFile: at('password'), credentials: undefined, bandwidth: undefined };
    return new Restic({ plan, rack: 'oak', directory: at('work'), clock: realClock, niceness: 0 });
  }
  const save = (restic: Restic) => restic.save({ directory: scratch, names: ['x'], labels: { what: 'root' } });

  test('has the backups of years is heard to the end', async () => {
    const one = {
      time: '2026-11-25T03:00:00Z',
      hostname: 'oak',
      paths: ['/x'],
      tags: ['pirack', 'what=root', 'slot=7'],
    };
    const list = Array.from({ length: 20_000 }, (_, index) => ({ ...one, id: index.toString(16).padStart(64, '0') }));
    writeFileSync(at('answer'), JSON.stringify(list));
    expect(await says(`cat ${at('answer')}`).snapshots()).toHaveLength(20_000);
  });

  test.each([
    ['true', 0],
    ['echo null', 0],
    ['echo "[1, null, {}]"', 0],
  ])('answers %j has no backups', async (script, expected) => {
    expect(await says(script).snapshots()).toHaveLength(expected);
  });

  test.each(['echo "{"', 'echo "{}"', 'echo 7', 'head -c 65536 /dev/zero'])(
    'answers %j is told as that',
    async (script) => {
      const failure = await says(script)
        .snapshots()
        .catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(ResticFailed);
      expect((failure as Error).message).toMatch(/^the list of backups is not what was expected: [\x20-\x7e]{1,700}$/);
    },
  );

  test('has locks that are none is told as that', async () => {
    await expect(says('test "$1" = cat && echo "{}" || echo 0123456789').locks()).rejects.toThrow(
      'lock 01234567 is not what was expected',
    );
  });

  test.each([
    ['snapshots', (restic: Restic) => restic.snapshots(), 'an answer of more than 67108864 bytes'],
    ['a backup', save, 'a line of more than 1048576 bytes'],
  ] as const)('never ends to talk is stopped: %s', async (_, use, text) => {
    await expect(use(says('exec cat /dev/zero'))).rejects.toThrow(`restic was stopped: it wrote ${text}`);
  });

  test.each(['-', '--help', '../../etc', 'ABCDEF01', '0123'])(
    'has a backup %j has not said what it saved',
    async (id) => {
      const said = JSON.stringify({ message_type: 'summary', snapshot_id: id });
      await expect(save(says(`echo '${said}'`))).rejects.toThrow('restic did not say what it saved');
    },
  );

  test('names a file that a terminal would obey is shown without that', async () => {
    const said = JSON.stringify({ message_type: 'error', error: { message: 'no' }, item: '/root/\u001b[2J\u009b\n x' });
    await expect(save(says(`printf %s '${said}' >&2; exit 1`))).rejects.toThrow('/root/?[2J?? x: no');
  });

  test('could not be recorded does not run: nobody would take its lock away', async () => {
    const restic = says(`sleep 1; touch ${at('done')}`);
    mkdirSync(at('work'));
    writeFileSync(at('work/running'), 'no directory');
    await expect(restic.snapshots()).rejects.toThrow('restic was stopped: it cannot be recorded: EEXIST');
    expect(readdirSync(scratch)).not.toContain('done');
  });
});

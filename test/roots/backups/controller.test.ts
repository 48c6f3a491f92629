/** The controller's own backup: databases while they are written to, files with their modes, and a state that is adopted. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { realClock } from '../../../src/net/real-clock.ts';
import { QUEUED } from '../../../src/rack/job.ts';
import { millis, slotNumber } from '../../../src/rack/units.ts';
import { restoreController } from '../../../src/roots/backups/controller/restore.ts';
import { saveController } from '../../../src/roots/backups/controller/save.ts';
import { Restic } from '../../../src/roots/backups/restic.ts';
import { Store } from '../../../src/store/store.ts';
import { describeWith } from '../../support/needs.ts';

const now = millis(1_700_000_000_000);
const row = { who: 'somebody', parameters: {}, key: undefined };

describeWith({ root: true, programs: ['restic', 'setpriv', 'ionice'] })('a controller whose disk died', () => {
  let scratch: string;
  let restic: Restic;
  const at = (path: string) => join(scratch, path);
  const restore = (change: object = {}) =>
    restoreController(restic, {
      stateRoot: at('new-state'),
      replace: false,
      clock: realClock,
      tell: () => undefined,
      ...change,
    });

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'pirack-controller-'));
    for (const directory of ['etc', 'roots/slot-001', 'roots/slot-001.9', 'tree/root'])
      mkdirSync(at(directory), { recursive: true });
    writeFileSync(at('password'), 'secret\n');
    writeFileSync(at('etc/rack.yaml'), 'rack: oak\n');
    writeFileSync(at('etc/community'), 'hunter2');
    writeFileSync(at('tree/root/file'), 'of slot 2');
    for (const [path, mode] of [
      ['password', 0o600],
      ['etc/rack.yaml', 0o644],
      ['etc/community', 0o400],
    ] as const)
      chmodSync(at(path), mode);
    // The root of slot 1 is on a disk that lives on, with one that is newer than the backup; those of 2 and 3 are not.
    writeFileSync(at('roots/slot-001/clone.json'), '{}');
    const plan = {
      repository: at('repository'),
      passwordFile: at('password'),
      credentials: undefined,
      bandwidth: undefined,
    };
    restic = new Restic({ plan, rack: 'oak', directory: at('work'), clock: realClock, niceness: 0 });
    await restic.init();
    const store = new Store(at('old-state/oak'));
    await store.commit.write(() => {
      for (const slot of [1, 2, 3].map(slotNumber))
        store.roots.add(slot, 'debian@1', 'current', () => `slot-00${slot}`, now);
      store.roots.add(slotNumber(1), 'debian@1', 'kept', () => 'slot-001.4', now);
      store.jobs.add({ ...row, kind: 'reimage', slot: slotNumber(1) }, { ...QUEUED, state: 'running' }, now);
      store.events.add({ at: now, kind: 'before', text: 'before the backup' });
    });
    writeFileSync(at('old-state/oak/controller_ed25519_key'), 'key', { mode: 0o600 });
    const labels = { what: 'root', slot: 2, image: 'debian@1', root: 2 } as const;
    await restic.save({ directory: at('tree'), names: ['root'], labels });
    await restic.save({
      directory: at('tree'),
      names: ['root'],
      labels: { ...labels, slot: 3, tenant: 'somebody-else' },
    });
    // Nothing waits for a copy: what is written meanwhile is in it or not, and it is whole.
    const writing = setInterval(
      () => void store.commit.write(() => store.events.add({ at: now, kind: 'busy', text: 'x' })),
      2,
    );
    await saveController(restic, {
      plan: {
        rack: 'oak',
        roots: { directory: at('roots'), backend: 'auto', keepOld: millis(0), diskSize: undefined },
      },
      backups: { files: [at('etc/rack.yaml'), at('etc/community'), at('etc/gone')], variables: ['RACK_KEY'] },
      stateDirectory: at('old-state/oak'),
      work: at('old-state/oak/backups'),
      images: [],
      now,
    });
    clearInterval(writing);
    store.close();
    expect(readdirSync(at('old-state/oak/backups'))).toEqual([]);
    rmSync(at('old-state'), { recursive: true });
    rmSync(at('etc'), { recursive: true });
  }, 120_000);
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  test('has its databases, rack file and secrets back, and boards stay dark until their roots are', async () => {
    const restored = await restore();
    expect(restored).toMatchObject({
      rack: 'oak',
      movedTo: undefined,
      beside: [],
      adopted: { kept: [1], restoring: [2], lost: [3], unknown: ['slot-001.9'] },
      manifest: { missing: [at('etc/gone')], variables: ['RACK_KEY'] },
    });
    expect(readFileSync(at('etc/rack.yaml'), 'utf8')).toBe('rack: oak\n');
    expect(readFileSync(at('etc/community'), 'utf8')).toBe('hunter2');
    expect(statSync(at('etc/community')).mode & 0o7777).toBe(0o400);
    expect(readdirSync(at('new-state/oak')).sort()).toEqual(['controller_ed25519_key', 'health.db', 'state.db']);
    expect(statSync(at('new-state/oak/controller_ed25519_key')).mode & 0o7777).toBe(0o600);
    expect(existsSync(at('new-state/.restoring'))).toBe(false);
    const store = new Store(at('new-state/oak'));
    expect(store.integrity()).toBe('ok');
    expect(store.roots.all().map(({ place, role }) => `${place} ${role}`)).toEqual([
      'slot-001 current',
      'slot-001.4 doomed',
      'slot-002 current',
      'slot-003 current',
    ]);
    const jobs = store.jobs
      .newest(9)
      .map(({ kind, slot, state, parameters }) => [kind, slot, state, parameters.recover]);
    expect(jobs).toEqual([
      ['restore', 2, 'queued', true],
      ['reimage', 1, 'failed', undefined],
    ]);
    expect(store.events.after(0, 9_999).map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['before', 'controller_restored']),
    );
    // A number is never used twice, also not one that only the disk remembers.
    await store.commit.write(() => {
      expect(store.roots.add(slotNumber(1), 'debian@1', 'making', (id) => `slot-001.${id}`, now)).toBe(10);
    });
    store.close();
  });

  test('is not put over another state unless that is said, and then that is kept', async () => {
    await expect(restore()).rejects.toThrow('has a state already: --replace moves it aside');
    writeFileSync(at('etc/rack.yaml'), 'rack: oak # edited since\n');
    const restored = await restore({ replace: true });
    expect(readdirSync(restored.movedTo ?? '')).toEqual(expect.arrayContaining(['state.db', 'health.db']));
    expect(readFileSync(at('etc/rack.yaml'), 'utf8')).toBe('rack: oak # edited since\n');
    expect(restored.beside).toEqual([at('etc/rack.yaml.restored')]);
    expect(readFileSync(at('etc/rack.yaml.restored'), 'utf8')).toBe('rack: oak\n');
  });

  test.each([
    [{ rack: 'elm' }, 'no backup of the controller of elm: expected oak'],
    [{ snapshot: 'ffffffff' }, 'no backup of the controller is ffffffff: expected one of'],
  ])('%j is told what there is', async (change, text) => {
    await expect(restore({ replace: true, ...change })).rejects.toThrow(text);
  });
});

import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { ImageChecks } from '../../../src/jobs/storage/image-checks.ts';
import { leftOvers } from '../../../src/jobs/storage/left-overs.ts';
import { StorageWatch } from '../../../src/jobs/storage/storage-watch.ts';
import type { Clock } from '../../../src/rack/clock.ts';
import { bytes, hours, type Millis, millis, slotNumber } from '../../../src/rack/units.ts';
import { RootRefused } from '../../../src/roots/errors.ts';
import type { Image } from '../../../src/roots/images.ts';
import { readImage } from '../../../src/roots/images.ts';
import { assertRoom } from '../../../src/roots/room.ts';
import { Store } from '../../../src/store/store.ts';
import { makeFakeImage, scratchDirectory } from '../../roots/support/fake-image.ts';
import { makePlan } from '../../support/plan.ts';

const log = pino({ level: 'silent' });
const at = (now: () => Millis): Clock => ({ now, monotonic: now, after: () => ({ cancel: () => undefined }) });

test('boards that fill their disks are told once each, and counted where they are many', async () => {
  const scratch = scratchDirectory();
  const store = new Store(scratch);
  const slots = [1, 2, 3, 4].map(slotNumber);
  for (const slot of slots) store.roots.add(slot, 'fake@1', 'current', () => `slot-00${slot}`, millis(0));
  let used = 1e9;
  let running = true;
  const events: string[] = [];
  const watch = new StorageWatch({
    plan: {
      ...makePlan(4),
      roots: { directory: scratch, backend: 'auto', keepOld: hours(1), diskSize: undefined },
      storage: { ...makePlan(1).storage, lowAt: 0 },
    },
    stateDirectory: scratch,
    imagesDirectory: scratch,
    server: () => ({ status: () => ({ name: 'ganesha', running, restarts: 0, trouble: undefined }) }),
    table: store.roots,
    quotas: {
      usage: () => new Map(slots.map((slot) => [`slot-00${slot}`, { used: bytes(used), limit: bytes(10e9) }])),
    },
    checks: { next: async () => undefined, damaged: () => new Map() },
    state: { event: (slot, kind) => void events.push(`${slot ?? '-'} ${kind}`) },
    clock: at(() => millis(0)),
    log,
  });
  await watch.look();
  expect(events).toEqual([]);
  expect(watch.view()).toMatchObject({ databases: [{ name: 'state.db' }, { name: 'health.db' }], conditions: [] });
  used = 9.9e9;
  await watch.look();
  await watch.look();
  expect(events).toEqual(['1 root_full', '2 root_full', '3 root_full', '4 root_full']);
  expect(watch.troubles()).toEqual(['4 boards have nearly filled their disks: slots 1, 2, 3, 4']);
  used = 1e9;
  running = false;
  await watch.look();
  // A server that is away for a moment is being started again.
  expect(events.slice(4)).toEqual(['1 root_full_over', '2 root_full_over', '3 root_full_over', '4 root_full_over']);
  expect(watch.troubles()).toEqual([]);
  await watch.look();
  expect(watch.troubles()).toEqual([expect.stringMatching(/^the NFS server does not run/)]);
  running = true;
  await watch.look();
  expect(events.slice(8)).toEqual(['- nfs_down', '- nfs_down_over']);
  store.close();
});

test('left-overs are what was cut off an hour ago, and nothing that people called so', async () => {
  const scratch = scratchDirectory();
  const names = [
    '.slot-001.2.making',
    '.slot-002.removing',
    '.making-abc',
    '.probe-x',
    'slot-003',
    '.bases',
    '.debian@1.making',
  ];
  for (const name of names) mkdirSync(join(scratch, name));
  const old = new Date('2026-01-01T00:00:00Z');
  for (const name of names.slice(0, 6)) utimesSync(join(scratch, name), old, old);
  const found = await leftOvers([scratch, join(scratch, 'gone')], millis(Date.now()));
  expect(found).toEqual(
    ['.making-abc', '.probe-x', '.slot-001.2.making', '.slot-002.removing'].map((name) => join(scratch, name)),
  );
});

test('an image is read days after it was first seen, then again, and its damage outlives a restart', async () => {
  const scratch = scratchDirectory();
  const images = ['a@1', 'b@1'].map((id) => ({ id, directory: `/images/${id}` }) as Image);
  let now = hours(24 * 100);
  let count = 0;
  const read: string[] = [];
  const open = () =>
    new ImageChecks({
      images: async () => images,
      stateDirectory: scratch,
      days: 7,
      run: async (program, args) => {
        read.push(`${program} ${args[1]} ${args.at(-1)}`);
        return {
          stdout: JSON.stringify(count === 0 ? { count } : { count, first: 'root/bin/sh (changed)' }),
          stderr: '',
        };
      },
      clock: at(() => now),
      log,
    });
  const checks = open();
  await checks.next();
  expect(read).toEqual([]);
  now = hours(24 * 107);
  await checks.next();
  count = 2;
  await checks.next();
  await checks.next();
  expect(read).toEqual(['nice 19 /images/a@1', 'nice 19 /images/b@1']);
  expect([...checks.damaged()]).toEqual([['b@1', '2 differences, such as root/bin/sh (changed)']]);
  const later = open();
  await later.next();
  expect([...later.damaged().keys()]).toEqual(['b@1']);
  writeFileSync(join(scratch, 'images-verified.json'), 'not JSON');
  const without = open();
  await without.next();
  expect([...without.damaged()]).toEqual([]);
});

test('no clone is begun that would take the last of the disk', async () => {
  const scratch = scratchDirectory();
  const image = await readImage(makeFakeImage(join(scratch, 'image')));
  expect(() => assertRoom(scratch, image, 'overlay', 0)).not.toThrow();
  expect(() => assertRoom(scratch, image, 'overlay', 100)).toThrow(RootRefused);
  expect(() => assertRoom(scratch, image, 'overlay', 100)).toThrow(
    /left, and .* \(100 %\) are kept free for the boards that run/,
  );
});

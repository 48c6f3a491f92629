/** Roots of every back-end: saved, destroyed, restored, and compared by programs that had no part in it. */
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { realClock } from '../../../src/net/real-clock.ts';
import { run } from '../../../src/net/run.ts';
import { slotNumber } from '../../../src/rack/units.ts';
import type { BackendName } from '../../../src/roots/backends/backend.ts';
import { Restic } from '../../../src/roots/backups/restic.ts';
import { restoreRoot } from '../../../src/roots/backups/restore-root.ts';
import { type SaveRootRequest, saveRoot } from '../../../src/roots/backups/save-root.ts';
import { readImage } from '../../../src/roots/images.ts';
import { readMounts } from '../../../src/roots/mounts.ts';
import { numberedPlace, placeName } from '../../../src/roots/place.ts';
import { RootStore } from '../../../src/roots/root-store.ts';
import { factsOf, fillOddly } from '../support/odd-tree.ts';
import { finish, log } from './common.ts';

const [scratch = '', imageDirectory = ''] = process.argv.slice(2);
const image = await readImage(imageDirectory);
// A file with two names, as perl and perl5.36 have.
writeFileSync(join(image.root, 'usr/two-names'), 'both');
linkSync(join(image.root, 'usr/two-names'), join(image.root, 'usr/other-name'));
const SLOT = slotNumber(1);
const passwordFile = join(scratch, 'password');
writeFileSync(passwordFile, 'secret\n', { mode: 0o600 });
chmodSync(passwordFile, 0o600);
const plan = { repository: join(scratch, 'repository'), passwordFile, credentials: undefined, bandwidth: undefined };
const restic = new Restic({ plan, rack: 'test', directory: join(scratch, 'work'), clock: realClock, niceness: 0 });
await restic.init();

const CASES: Readonly<Record<BackendName, readonly string[] | undefined>> = {
  btrfs: ['mkfs.btrfs', '-q'],
  reflink: ['mkfs.xfs', '-q', '-m', 'reflink=1'],
  overlay: undefined,
  copy: undefined,
};
const results: Record<string, unknown> = {};
for (const [backend, make] of Object.entries(CASES)) results[backend] = await tryBackend(backend as BackendName, make);
finish(results);

async function tryBackend(backend: BackendName, make: readonly string[] | undefined) {
  const directory = join(scratch, backend);
  mkdirSync(directory);
  if (make !== undefined) await mountNew(directory, make);
  const store = new RootStore({ directory, backend, run, clock: realClock, log, randomBytes });
  const place = placeName(SLOT);
  const root = store.rootPath(place);
  const { record } = await store.ensureRoot(place, { hostName: 'pi1' }, image);
  const request = {
    directory,
    place,
    slot: SLOT,
    image,
    labels: { what: 'root', slot: SLOT, image: image.id, root: 1 } as const,
    plan: { exclude: [], largestFile: 1024 * 1024 },
    trial: false,
  };
  await fillOddly(root);
  // Of an overlay the upper layer is saved, until one name of two is written to, and both are changed.
  const filled = backend === 'overlay' ? await saveAndRestore(store, root, request) : true;
  appendFileSync(join(root, 'usr/two-names'), ' and more');
  const before = await factsOf(root);
  const saved = await saveRoot(run, restic, { ...request, trial: backend === 'btrfs' });
  writeFileSync(join(root, 'home/pi/later'), 'after the backup');
  await store.removeRoot(place);

  const fresh = numberedPlace(SLOT, 2);
  await store.ensureRoot(fresh, { hostName: 'other' }, image);
  const identity = await restoreRoot(run, restic, { directory, place: fresh, snapshot: saved.snapshot });
  const after = await factsOf(store.rootPath(fresh));
  const sparse = statSync(join(store.rootPath(fresh), 'home/pi/sparse'));
  const snapshots = (await restic.snapshots()).filter(({ id }) => id.startsWith(saved.snapshot));
  const result = {
    stillness: saved.stillness,
    filled,
    same: after.digest === before.digest,
    differences: after.names.filter((name) => !before.names.includes(name)),
    missing: before.names.filter((name) => !after.names.includes(name)),
    count: before.names.length,
    hostKey: identity.hostKey?.fingerprint === record.hostKey?.fingerprint,
    machineId: identity.machineId === record.machineId,
    bothNames: readFileSync(join(store.rootPath(fresh), 'usr/other-name'), 'utf8'),
    holes: sparse.blocks * 512 < sparse.size / 2,
    later: existsSync(join(store.rootPath(fresh), 'home/pi/later')),
    labels: snapshots.map(({ slot, image: of, what, stillness }) => [slot, of, what, stillness]),
    left: readdirSync(join(directory, '.backup')),
    locks: (await restic.locks()).length,
  };
  await store.removeRoot(fresh);
  return { ...result, mounts: (await readMounts()).filter((each) => each.target.startsWith(`${directory}/`)).length };
}

/** Whether the root is the same in a clone of before it was filled. */
async function saveAndRestore(store: RootStore, root: string, request: SaveRootRequest): Promise<boolean> {
  const { digest } = await factsOf(root);
  const { snapshot } = await saveRoot(run, restic, request);
  const place = numberedPlace(SLOT, 3);
  await store.ensureRoot(place, { hostName: 'other' }, image);
  await restoreRoot(run, restic, { directory: request.directory, place, snapshot });
  const restored = await factsOf(store.rootPath(place));
  await store.removeRoot(place);
  return restored.digest === digest;
}

async function mountNew(directory: string, make: readonly string[]): Promise<void> {
  const file = `${directory}.img`;
  await run('truncate', ['-s', '512M', file]);
  await run(make[0] as string, [...make.slice(1), file]);
  await run('mount', ['-o', 'loop', file, directory]);
}

/** The four ways to clone, each on a file system that can do it, and what an NFS server makes of the clones. */

import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { realClock } from '../../../src/net/real-clock.ts';
import { run } from '../../../src/net/run.ts';
import type { SlotPlan } from '../../../src/rack/plan.ts';
import type { BackendName } from '../../../src/roots/backends/backend.ts';
import { chooseBackend, probeBackends } from '../../../src/roots/backends/probe.ts';
import { GaneshaServer } from '../../../src/roots/exports/ganesha.ts';
import { exportOf } from '../../../src/roots/exports/spec.ts';
import { type Image, readImage } from '../../../src/roots/images.ts';
import { readMounts } from '../../../src/roots/mounts.ts';
import { makingPlace, placeName, placeOf, rootIn } from '../../../src/roots/place.ts';
import { RootStore } from '../../../src/roots/root-store.ts';
import { finish, log, nfsRead, nfsUrl, planOf, wireBoards } from './common.ts';

const [scratch = '', imageDirectory = ''] = process.argv.slice(2);
const plan = planOf(3, imageDirectory, scratch);
const slots = plan.slots as [SlotPlan, SlotPlan, SlotPlan];
await wireBoards(slots);
const image = await readImage(imageDirectory);

interface Case {
  readonly backend: BackendName;
  /** How to make the file system; undefined for the one that the scratch directory is on. */
  readonly make: readonly string[] | undefined;
}
const CASES: readonly Case[] = [
  { backend: 'btrfs', make: ['mkfs.btrfs', '-q'] },
  { backend: 'reflink', make: ['mkfs.xfs', '-q', '-m', 'reflink=1'] },
  { backend: 'overlay', make: undefined },
  { backend: 'copy', make: undefined },
];

const results: Record<string, unknown> = {};
for (const each of CASES) results[each.backend] = await tryBackend(each);
finish(results);

async function tryBackend({ backend, make }: Case) {
  const directory = join(scratch, backend);
  mkdirSync(directory);
  if (make !== undefined) await mountNew(directory, make);
  const probes = await probeBackends(directory, image.root, run, 'auto');
  const possible = probes.filter((probe) => probe.refusal === undefined).map((probe) => probe.name);
  const open = (name: BackendName = chooseBackend(backend, probes, directory)) =>
    new RootStore({ directory, backend: name, run, clock: realClock, log, randomBytes });
  const store = open();
  const ensureAll = (of: RootStore, from: Image = image) =>
    Promise.all(slots.map((slot) => of.ensureRoot(placeName(slot.slot), { hostName: slot.hostName }, from)));

  const first = await ensureAll(store);
  const [one, two, three] = slots;
  writeFileSync(join(store.rootPath(placeName(one.slot)), 'etc/mine'), 'written by slot 1');
  const isolated =
    !existsSync(join(store.rootPath(placeName(two.slot)), 'etc/mine')) && !existsSync(join(image.root, 'etc/mine'));
  const again = await ensureAll(store);

  // An NFS server takes them as they are, and shows each under its own name.
  const server = new GaneshaServer({
    directory: join(scratch, `nfs-${backend}`),
    graceless: true,
    deviceIds: false,
    connections: 1024,
    clock: realClock,
    log,
  });
  await server.start(slots.map((slot) => exportOf(slot.slot, store.rootPath(placeName(slot.slot)), slot.ipv4.board)));
  const served: string[] = [];
  for (const slot of slots) {
    for (const version of [3, 4] as const)
      served.push(await nfsRead(slot, nfsUrl(slot, store.rootPath(placeName(slot.slot)), 'etc/hostname', version)));
  }
  const deep = (await nfsRead(one, nfsUrl(one, store.rootPath(placeName(one.slot)), 'usr/share/deep/er/file', 3)))
    .length;
  await server.stop();

  const idsBefore = await fileSystemIds(store);

  // As after a restart of the machine: nothing is attached, and one root was only half made.
  const attached = (await readMounts()).filter((mount) => mount.target.startsWith(`${directory}/slot-`));
  for (const mount of attached) await run('umount', [mount.target]);
  await store.removeRoot(placeName(three.slot));
  const half = makingPlace(directory, placeName(three.slot));
  renameSync(await halfMake(store, three, directory), half);
  // The maker's choice may have changed since: what is there keeps its own.
  const restarted = await ensureAll(open('copy'));
  const kept = readFileSync(join(store.rootPath(placeName(one.slot)), 'etc/mine'), 'utf8');
  const names = slots.map((slot) => readFileSync(join(store.rootPath(placeName(slot.slot)), 'etc/hostname'), 'utf8'));

  const idsAfter = await fileSystemIds(store);
  const kernelIds = probes.every((probe) => probe.durableHandles !== false);
  const other = await store
    .ensureRoot(placeName(one.slot), { hostName: one.hostName }, { ...image, version: '2', id: 'fake@2' })
    .catch((error: Error) => error.name);
  for (const slot of slots) await store.removeRoot(placeName(slot.slot));
  await store.removeRoot(placeName(one.slot));
  const left = readdirSync(directory).filter((name) => name !== '.bases');
  const mounts = (await readMounts()).filter((mount) => mount.target.startsWith(`${directory}/`)).length;
  return {
    possible,
    refused: probes.flatMap((probe) => (probe.refusal === undefined ? [] : [probe.name])),
    first: first.map((root) => [root.record.backend, root.made]),
    again: again.map((root) => root.made),
    isolated,
    // Slot 3 was made anew. What an NFS server tells file systems apart by must be the same for the others.
    sameIds: !kernelIds || [0, 1].every((index) => idsBefore[index] === idsAfter[index]),
    distinctIds: !kernelIds || backend === 'reflink' || backend === 'copy' || new Set(idsBefore).size === slots.length,
    served,
    deep,
    detached: attached.length,
    restarted: restarted.map((root) => [root.record.backend, root.made]),
    kept,
    names,
    other,
    left,
    mounts,
  };
}

/** f_fsid of statfs(2), in hex, per slot. */
async function fileSystemIds(store: RootStore): Promise<string[]> {
  const paths = slots.map((slot) => store.rootPath(placeName(slot.slot)));
  return (await run('stat', ['-f', '-c', '%i', ...paths])).stdout.trim().split('\n');
}

/** A root as a crash leaves it: its files are there, attached even, and its record is not. */
async function halfMake(store: RootStore, slot: SlotPlan, directory: string): Promise<string> {
  await store.ensureRoot(placeName(slot.slot), { hostName: slot.hostName }, image);
  const place = placeOf(directory, placeName(slot.slot));
  unlinkSync(join(place, 'clone.json'));
  writeFileSync(join(rootIn(place), 'half'), '');
  return place;
}

async function mountNew(directory: string, make: readonly string[]): Promise<void> {
  const file = `${directory}.img`;
  writeFileSync(file, '');
  truncateSync(file, 512 * 1024 * 1024);
  const [program = '', ...args] = make;
  await run(program, [...args, file]);
  await run('mount', ['-o', 'loop', file, directory]);
}

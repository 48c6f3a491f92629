/** What a board may write, on btrfs counted whole and simply, as an NFS client meets it. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../../src/net/run.ts';
import type { SlotPlan } from '../../../src/rack/plan.ts';
import { bytes, hours } from '../../../src/rack/units.ts';
import { type Roots, wishesOf } from '../../../src/roots/index.ts';
import type { PlaceName } from '../../../src/roots/place.ts';
import { RootQuotas } from '../../../src/roots/quotas/root-quotas.ts';
import { makeFakeImage } from '../support/fake-image.ts';
import { finish, nfsCopy, nfsUrl, planOf, rootsIn, wireBoards } from './common.ts';

const [scratch = ''] = process.argv.slice(2);
const MB = 1e6;
const image = makeFakeImage(join(scratch, 'image'));
writeFileSync(join(image, 'root/usr/share/large'), randomBytes(15 * MB));
const written = join(scratch, 'written');
const big = join(scratch, 'big');
writeFileSync(written, randomBytes(5 * MB));
writeFileSync(big, randomBytes(30 * MB));
// libnfs cannot send more in one write of NFSv4.
const little = join(scratch, 'little');
writeFileSync(little, randomBytes(500));

/** Counting simply is switched on by ioctl: the tools of Debian 12 do not know it (BTRFS_IOC_QUOTA_CTL, command 4). */
const SIMPLY = `import fcntl, os, struct, sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0xC0109428, struct.pack('QQ', 4, 0))`;

const wires = planOf(2, image, scratch);
await wireBoards(wires.slots);
finish({ whole: await tried('whole', false), simply: await tried('simply', true), none: await without() });

async function tried(name: string, simply: boolean) {
  const directory = join(scratch, name);
  mkdirSync(directory);
  await mountBtrfs(directory);
  if (simply) await run('python3', ['-c', SIMPLY, directory]);
  const state = join(scratch, `${name}-state`);
  const plan = planOf(2, image, join(directory, 'roots'), {
    roots: { directory: join(directory, 'roots'), backend: 'btrfs', keepOld: hours(24), diskSize: bytes(20 * MB) },
  });
  const [one, two] = plan.slots as [SlotPlan, SlotPlan];
  // Slot 2 has a customer who ordered more than the rack file gives.
  const roots = rootsIn(state, plan, (slot) => (slot === 2 ? bytes(50 * MB) : undefined));
  await roots.prepare();
  const quotas = roots.quotas as RootQuotas;
  const fresh = await usage(roots);

  // One fills its disk, by either protocol; the other does not notice.
  const at = (slot: SlotPlan, file: string, version: 3 | 4) => nfsUrl(slot, roots.rootPath(slot.slot), file, version);
  const refusals = [await refusal(one, big, at(one, 'var/lib/v3', 3))];
  for (const version of [3, 4] as const)
    refusals.push(await refusal(one, little, at(one, `var/lib/little${version}`, version)));
  await nfsCopy(two, written, at(two, 'var/lib/mine', 3));
  await nfsCopy(two, big, at(two, 'var/lib/big', 3));
  await nfsCopy(two, little, at(two, 'var/lib/little', 4));
  await run('sync', ['-f', directory]);
  const full = await usage(roots);
  // What it deletes it may write again; but not what it deletes of the image, where that stays for others.
  for (const file of ['var/lib/v3', 'usr/share/large']) rmSync(join(roots.rootPath(one.slot), file));
  // The NFS server, past which this is done, has them open.
  await roots.server?.stop();
  await roots.prepare();
  await run('sync', ['-f', directory]);
  await nfsCopy(one, written, at(one, 'var/lib/again', 3));
  const afterDeleting = await refusal(one, big, at(one, 'var/lib/v3', 3));

  // A snapshot, as of a backup, does not make what was written somebody else's.
  await run('btrfs', [
    'subvolume',
    'snapshot',
    '-r',
    join(directory, 'roots/slot-001/data'),
    join(directory, 'backup'),
  ]);
  await run('sync', ['-f', directory]);
  const afterBackup = await refusal(one, big, at(one, 'var/lib/more', 3));

  const kept = await usage(roots);

  // Another root has its limit before it is anybody's, and the old one keeps its own.
  const known = roots.images.all()[0] as NonNullable<ReturnType<Roots['images']['get']>>;
  const next = await roots.slots.make(one.slot, known, wishesOf(plan, one));
  const made = await quotas.usage([next.place as PlaceName, 'slot-001' as PlaceName]);

  // Somebody takes a limit away.
  const { stdout } = await run('btrfs', ['inspect-internal', 'rootid', join(directory, 'roots/slot-002/data')]);
  await run('btrfs', ['qgroup', 'limit', 'none', `0/${stdout.trim()}`, directory]);
  await run('btrfs', ['qgroup', 'limit', '-e', 'none', `0/${stdout.trim()}`, directory]);
  const places = ['slot-001', 'slot-002', next.place] as PlaceName[];
  const mended = [await quotas.mend(places), await quotas.mend(places)];

  // A crash between the clone and its limit, and the next start.
  const cut = rootsIn(state, plan, undefined, async (program, args, options) => {
    if (args[0] === 'qgroup' && args[1] === 'limit') throw new Error('cut short');
    return run(program, args, options);
  });
  await roots.slots.sweep(() => false);
  await cut.prepare();
  const cutShort = await cut.slots.make(one.slot, known, wishesOf(plan, one)).then(
    () => 'made',
    (error: Error) => error.message,
  );
  await cut.stop();
  const left = readdirSync(join(directory, 'roots')).filter((each) => each.endsWith('.making')).length;
  const again = await roots.slots.make(one.slot, known, wishesOf(plan, one));
  const afterCrash = (await quotas.usage([again.place as PlaceName])).get(again.place as PlaceName)?.limit;
  await roots.server?.stop();
  return {
    fresh,
    refusals,
    full,
    afterDeleting,
    afterBackup,
    kept,
    made: [...made.values()].map(({ limit }) => limit),
    mended,
    cutShort,
    left,
    afterCrash,
    making: readdirSync(join(directory, 'roots')).filter((each) => each.endsWith('.making')).length,
  };
}

/** On a file system that has none, roots are made all the same, and why they have no limit is known. */
async function without() {
  const plan = planOf(1, image, join(scratch, 'none'), {
    roots: { directory: join(scratch, 'none'), backend: 'overlay', keepOld: hours(24), diskSize: bytes(20 * MB) },
  });
  const roots = rootsIn(join(scratch, 'none-state'), plan);
  const { ready } = await roots.prepare();
  return { ready: ready.length, quotas: roots.quotas instanceof RootQuotas ? 'some' : roots.quotas?.refusal };
}

/** Used in megabytes, and the limit, by slot. */
async function usage(roots: Roots) {
  const places = ['slot-001', 'slot-002'] as PlaceName[];
  const found = roots.quotas instanceof RootQuotas ? await roots.quotas.usage(places) : new Map();
  return places.map((place) => [Math.round(found.get(place)?.used / MB), found.get(place)?.limit]);
}

async function refusal(slot: SlotPlan, file: string, url: string): Promise<string> {
  try {
    await nfsCopy(slot, file, url);
    return 'written';
  } catch (error) {
    const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    return /NFS[34]ERR_\w+|Failed to write/.exec(text)?.[0] ?? text;
  }
}

async function mountBtrfs(directory: string): Promise<void> {
  const file = `${directory}.img`;
  writeFileSync(file, '');
  truncateSync(file, 2 ** 30);
  await run('mkfs.btrfs', ['-q', file]);
  await run('mount', ['-o', 'loop', file, directory]);
}

/** Two images, one mounted by NFSv3 and one by NFSv4.1, on btrfs and as overlays; each refused by the other version. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../../src/net/run.ts';
import type { SlotPlan } from '../../../src/rack/plan.ts';
import { hours, millis } from '../../../src/rack/units.ts';
import { makeFakeImage } from '../support/fake-image.ts';
import { boardOf, finish, nfsRefusal, nfsUrl, planOf, rootsIn, wireBoards } from './common.ts';

const [scratch = ''] = process.argv.slice(2);
const TRIM = { firmware: 'auto', initramfs: 'keep', kernel: 'keep' } as const;
const three = makeFakeImage(join(scratch, 'three'));
// One says it itself, of the other the rack file does.
const four = makeFakeImage(join(scratch, 'four'), '2');
const large = randomBytes(24 << 20);
writeFileSync(join(three, 'root/large'), large);
writeFileSync(join(four, 'root/large'), large);
const wanted = createHash('sha256').update(large).digest('hex');
await wireBoards(planOf(3, three, scratch).slots);
finish({ btrfs: await tried('btrfs'), overlay: await tried('overlay'), wanted });

async function tried(backend: 'btrfs' | 'overlay') {
  const base = join(scratch, backend);
  mkdirSync(base);
  if (backend === 'btrfs') await mountBtrfs(base);
  const directory = join(base, 'roots');
  const shape = planOf(3, three, directory, {
    roots: { directory, backend, keepOld: hours(1), diskSize: undefined },
    nfs: { server: 'auto', version: '3', otherVersions: 'refused' },
  });
  const plan = {
    ...shape,
    images: [
      { name: 'fake', directory: three, trim: TRIM },
      { name: 'four', directory: four, trim: TRIM, nfs: '4.1' as const },
    ],
    slots: shape.slots.map((slot) => ({ ...slot, image: slot.slot === 2 ? 'four' : 'fake' })),
  };
  const [one, two, other] = plan.slots as [SlotPlan, SlotPlan, SlotPlan];
  const roots = rootsIn(join(scratch, `${backend}-state`), plan);
  await roots.prepare();
  const url = (slot: SlotPlan, version: 3 | 4) => nfsUrl(slot, roots.rootPath(slot.slot), 'etc/hostname', version);
  const mounted = plan.slots.map((slot) => roots.bootOf(slot)?.nfs);
  const own = [];
  for (const slot of [one, two])
    for (const version of [3, 4] as const) own.push(await nfsRefusal(slot, url(slot, version)));
  const foreign = [];
  for (const slot of [one, two])
    for (const version of [3, 4] as const)
      foreign.push(await nfsRefusal(other, url(slot, version).replace(slot.ipv4.controller, other.ipv4.controller)));

  // Slot 3 is exported again and again while the two others read as fast as they can.
  let reading = 2;
  const hashes = Promise.all([sum(one, 3), sum(two, 4)].map((each) => each.finally(() => reading--)));
  let rounds = 0;
  for (; reading > 0; rounds++) {
    await roots.server?.change(other.slot, []);
    await roots.serve(other);
  }
  // What is changed by one version only is another export, found out when it is read back.
  const again = await roots.server?.apply(roots.exports());
  await roots.server?.stop();
  return { mounted, own, foreign, hashes: await hashes, disturbed: rounds > 0, again };

  async function sum(slot: SlotPlan, version: 3 | 4): Promise<string> {
    const from = nfsUrl(slot, roots.rootPath(slot.slot), 'large', version);
    const script = `for i in 1 2 3; do nfs-cat '${from}' | sha256sum; done | cut -c1-64 | uniq`;
    const args = ['netns', 'exec', boardOf(slot), 'sh', '-c', script];
    return (await run('ip', args, { timeout: millis(60_000) })).stdout.trim();
  }
}

async function mountBtrfs(directory: string): Promise<void> {
  const file = `${directory}.img`;
  writeFileSync(file, '');
  truncateSync(file, 2 ** 29);
  await run('mkfs.btrfs', ['-q', file]);
  await run('mount', ['-o', 'loop', file, directory]);
}

/** Four boards, overlay roots, nfs-ganesha: the life of a rack's roots from the first start to the last. */
import { createHash } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../../src/net/run.ts';
import type { SlotPlan } from '../../../src/rack/plan.ts';
import { millis } from '../../../src/rack/units.ts';
import { nfsClientsIn, readTcpLines } from '../../../src/roots/connections.ts';
import { findDaemon } from '../../../src/roots/exports/daemon.ts';
import type { GaneshaServer } from '../../../src/roots/exports/ganesha.ts';
import type { Roots } from '../../../src/roots/index.ts';
import { placeName } from '../../../src/roots/place.ts';
import { boardOf, finish, nfsCopy, nfsRead, nfsRefusal, nfsUrl, planOf, rootsIn, until, wireBoards } from './common.ts';

const [scratch = '', image = ''] = process.argv.slice(2);
const VERSIONS = [3, 4] as const;
const plan = planOf(4, image, join(scratch, 'roots'));
const [one, two, three] = plan.slots as [SlotPlan, SlotPlan, SlotPlan, SlotPlan];
await wireBoards(plan.slots);
// rpcbind warm-start files and locks of a machine's own are elsewhere: /run is this scenario's.
const open = () => rootsIn(scratch, plan);
const roots = open();
const server = (of: Roots = roots) => of.server as GaneshaServer;
const url = (slot: SlotPlan, file: string, version: 3 | 4) => nfsUrl(slot, roots.rootPath(slot.slot), file, version);
const readAll = async (file: string) => {
  const texts: string[] = [];
  for (const slot of plan.slots)
    for (const version of VERSIONS) texts.push(await nfsRead(slot, url(slot, file, version)));
  return texts;
};

const progress: unknown[] = [];
const prepared = await roots.prepare((each) => progress.push(each));
const first = {
  made: prepared.ready.map((root) => [root.slot, root.record.backend, root.made]),
  failed: prepared.failed.size,
  exports: prepared.exports,
  progress: progress.length,
  listed: await server().list(),
};

const hostNames = await readAll('etc/hostname');
// A user of the board that is not root reads what anybody may, and no more.
const asUser = `${url(one, 'etc/hostname', 3)}&uid=65534&gid=65534`;
chmodSync(join(roots.rootPath(one.slot), 'etc/ssh/sshd_config'), 0o600);
const users = [
  await nfsRefusal(one, asUser),
  await nfsRefusal(one, asUser.replace('etc/hostname', 'etc/ssh/sshd_config')),
];
const machineIds = new Set(await readAll('etc/machine-id')).size;

// Another board's export, by every address that board 2 can reach, and its own export for the control.
const foreign: string[] = [];
for (const version of VERSIONS) {
  for (const address of [one.ipv4.controller, two.ipv4.controller]) {
    foreign.push(await nfsRefusal(two, `nfs://${address}${roots.rootPath(one.slot)}/etc/hostname?version=${version}`));
  }
  foreign.push(await nfsRefusal(two, url(two, 'etc/hostname', version)));
}

// What a board writes is in its root, in nobody else's, and not in the image.
const local = join(scratch, 'local');
writeFileSync(local, 'from the board');
for (const version of VERSIONS) await nfsCopy(one, local, url(one, `var/lib/v${version}`, version));
const written = {
  onServer: VERSIONS.map((version) => readFileSync(join(roots.rootPath(one.slot), `var/lib/v${version}`), 'utf8')),
  back: await nfsRead(one, url(one, 'var/lib/v4', 3)),
  neighbour: await nfsRefusal(two, url(two, 'var/lib/v3', 3)),
  image: readdirSync(join(image, 'root/var/lib')),
};

// Exports of slot 3 come and go while slot 1 reads.
const big = join(roots.rootPath(one.slot), 'big');
writeFileSync(big, Buffer.alloc(48 * 1024 * 1024, 'pirack'));
const wantedHash = createHash('sha256').update(readFileSync(big)).digest('hex');
const read = async () => {
  const script = `nfs-cat '${url(one, 'big', 3)}' | sha256sum`;
  const { stdout } = await run('ip', ['netns', 'exec', boardOf(one), 'sh', '-c', script], { timeout: millis(60_000) });
  return stdout.slice(0, 64);
};
let reading = true;
let witnessed = false;
const reader = (async () => {
  const hashes = new Set<string>();
  for (let i = 0; i < 6; i++) hashes.add(await read());
  reading = false;
  return [...hashes];
})();
const without = roots.exports().filter((each) => each.slot !== three.slot);
let changes = 0;
const change = { removed: 0, added: 0, others: new Set<number>() };
while (reading) {
  const off = await server().apply(without);
  const on = await server().apply(roots.exports());
  change.removed += off.removed;
  change.added += on.added;
  change.others.add(off.unchanged).add(on.unchanged);
  changes++;
  witnessed ||= (nfsClientsIn(await readTcpLines()).get(one.ipv4.board)?.length ?? 0) > 0;
}
const disturbed = {
  hashes: await reader,
  wantedHash,
  rounds: changes,
  removed: change.removed,
  added: change.added,
  others: [...change.others],
  witnessed,
};

// kill -9.
process.kill(server().pid as number, 'SIGKILL');
await until('nfs-ganesha is started again', () => server().status().restarts === 1 && server().status().running);
const afterKill = { listed: (await server().list()).length, hostNames: await readAll('etc/hostname') };

// Its message bus dies, and takes it along.
const bus = findDaemon('dbus-daemon', `--config-file=${join(scratch, 'state/nfs/bus.conf')}`) as number;
process.kill(bus, 'SIGKILL');
await until(
  'nfs-ganesha is started again with a new bus',
  () => server().status().restarts === 2 && server().status().running,
);
const afterBus = { listed: (await server().list()).length, hostNames: await readAll('etc/hostname') };

// rpcbind dies: nobody could mount with NFSv3 any more.
// It has given up root, so it is found by its name; in this namespace there is only one.
process.kill(Number((await run('pgrep', ['-x', 'rpcbind'])).stdout), 'SIGKILL');
await until(
  'nfs-ganesha is registered with a new rpcbind',
  () => server().status().restarts === 3 && server().status().running,
);
const afterRpcbind = await nfsRead(one, url(one, 'etc/hostname', 3));

// The controller goes, another comes.
const pid = server().pid;
await roots.stop();
const later = open();
const again = await later.prepare();
const adopted = {
  samePid: server(later).pid === pid,
  made: again.ready.filter((root) => root.made).length,
  exports: again.exports,
};

// A new root under an old number.
await server(later).apply(later.exports().filter((each) => each.slot !== one.slot));
await later.store?.removeRoot(placeName(one.slot));
const unexported = await nfsRefusal(one, url(one, 'etc/hostname', 3));
const third = await later.prepare();
const fresh = {
  made: third.ready.filter((root) => root.made).map((root) => root.slot),
  exports: third.exports,
  hostName: await nfsRead(one, url(one, 'etc/hostname', 3)),
  gone: await nfsRefusal(one, url(one, 'var/lib/v3', 3)),
};

await server(later).stop();
const stopped = {
  running: server(later).status().running,
  processes: [
    findDaemon('ganesha.nfsd', join(scratch, 'state/nfs/ganesha.conf')),
    findDaemon('dbus-daemon', `--config-file=${join(scratch, 'state/nfs/bus.conf')}`),
  ],
};
finish({
  first,
  hostNames,
  machineIds,
  users,
  foreign,
  written,
  disturbed,
  afterKill,
  afterBus,
  afterRpcbind,
  adopted,
  unexported,
  fresh,
  stopped,
});

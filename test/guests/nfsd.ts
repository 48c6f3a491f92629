/**
 * Run in the guest of scripts/guest-nfsd: the kernel's NFS server as pirack uses it, on roots of the real back-ends, with
 * the kernel's own client in a namespace a board. Prints a line for each thing that was tried.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { pino } from 'pino';
import { rescueOptions } from '../../src/jobs/roots/rescue.ts';
import { realClock } from '../../src/net/real-clock.ts';
import { run } from '../../src/net/run.ts';
import { seconds, slotNumber } from '../../src/rack/units.ts';
import type { BackendName } from '../../src/roots/backends/backend.ts';
import { detectServers, EXPORTS_DIRECTORY, THREADS_FILE } from '../../src/roots/exports/detect.ts';
import { KernelServer } from '../../src/roots/exports/kernel.ts';
import { type ExportSpec, exportOf } from '../../src/roots/exports/spec.ts';
import { readImage } from '../../src/roots/images.ts';
import { numberedPlace } from '../../src/roots/place.ts';
import { RootStore } from '../../src/roots/root-store.ts';
import type { Ipv4 } from '../../src/wire/address.ts';
import { makeFakeImage } from '../roots/support/fake-image.ts';
import { check, sh } from './checks.ts';

const SLOTS = [1, 2, 3, 4] as const;
const log = pino({ level: 'error' });
const board = (slot: number) => `10.20.0.${slot * 4 - 2}` as Ipv4;
const leg = (slot: number) => `10.20.0.${slot * 4 - 3}`;

/** In the namespace of a board, with mounts of its own that end with the command. */
const asBoard = (slot: number, command: string) =>
  sh(`nsenter --net=/run/netns/b${slot} unshare -m sh -c '${command.replaceAll("'", "'\\''")}'`);

/** Mounts a root at /mnt, at a board, and does something with it. */
const mounted = (slot: number, version: string, path: string, command: string, server = leg(slot)) => {
  const options = version === '3' ? 'vers=3,nolock,proto=tcp,mountproto=tcp' : `vers=${version},proto=tcp`;
  return asBoard(
    slot,
    `mount -t nfs -o ${options},soft,timeo=100,retrans=2,retry=0 ${server}:${path} /mnt && ${command}`,
  );
};

for (const slot of SLOTS) {
  sh(`ip netns add b${slot} && ip link add l${slot} type veth peer name eth0 netns b${slot}`);
  sh(`ip addr add ${leg(slot)}/30 dev l${slot} && ip link set l${slot} up`);
  sh(
    `ip -n b${slot} addr add ${board(slot)}/30 dev eth0 && ip -n b${slot} link set eth0 up && ip -n b${slot} link set lo up`,
  );
  sh(`ip -n b${slot} route add default via ${leg(slot)}`);
}

const stores = new Map<BackendName, RootStore>();
const storeOf = (backend: BackendName) => {
  const directory = `/srv/${backend === 'btrfs' ? 'btrfs' : 'ext4'}/roots-${backend}`;
  const store = new RootStore({ directory, backend, run, clock: realClock, log, randomBytes });
  mkdirSync(directory, { recursive: true });
  stores.set(backend, store);
  return store;
};
const image = await readImage(makeFakeImage('/srv/ext4/image'));
mkdirSync(`${image.root}/var/tmp`);
const BIG = randomBytes(32 << 20);
writeFileSync(`${image.root}/big`, BIG);
const backendOf = (slot: number): BackendName => (slot === 2 ? 'btrfs' : slot === 4 ? 'copy' : 'overlay');
for (const backend of ['overlay', 'btrfs', 'copy'] as const) storeOf(backend);
/** Makes root number `number` of a slot, and gives its export. */
async function root(slot: number, number: number): Promise<ExportSpec> {
  const store = stores.get(backendOf(slot)) as RootStore;
  const { path } = await store.ensureRoot(
    numberedPlace(slotNumber(slot), number),
    { hostName: `board-${slot}-${number}` },
    image,
  );
  return exportOf(slotNumber(slot), path, board(slot));
}

const probes = await detectServers(process.env.PATH ?? '');
check('the kernel’s server is found', [], probes.find(({ name }) => name === 'kernel')?.refusals);
const server = new KernelServer({ exportsDirectory: EXPORTS_DIRECTORY, threadsFile: THREADS_FILE, run, log });
await server.start();
const specs = [await root(1, 1), await root(2, 1), await root(3, 1), await root(4, 1)];
const seen = async () => (await server.list()).map(({ id, path, clients }) => `${id} ${path} ${clients.join()}`).sort();
const wanted = (of: readonly ExportSpec[]) => of.map(({ id, path, client }) => `${id} ${path} ${client}`).sort();

check('apply', { added: 4, removed: 0, replaced: 0, unchanged: 0 }, await server.apply(specs));
check('read back', wanted(specs), await seen());
check('apply again changes nothing', { added: 0, removed: 0, replaced: 0, unchanged: 4 }, await server.apply(specs));

for (const [index, spec] of specs.entries()) {
  const slot = index + 1;
  for (const version of ['3', '4.1']) {
    const name = `${backendOf(slot)} by v${version}`;
    check(`${name}: its own root`, `board-${slot}-1`, mounted(slot, version, spec.path, 'cat /mnt/etc/hostname'));
  }
}
for (const version of ['3', '4.1'] as const) {
  const options = rescueOptions(version, leg(1) as Ipv4);
  const own = asBoard(1, `mount -t nfs -o ${options} ${leg(1)}:${specs[0]?.path} /mnt && cat /mnt/etc/hostname`);
  check(`v${version}: as a rescue system mounts it, by mount.nfs`, 'board-1-1', own);
}
for (const version of ['3', '4.1']) {
  const refusal = mounted(2, version, specs[0]?.path ?? '', 'cat /mnt/etc/hostname');
  check(`v${version}: another board’s root is refused`, true, /denied|No such file/.test(refusal) || refusal);
}
sh(`ip addr add 10.99.0.1/24 dev l1 && ip -n b1 addr add 10.99.0.2/24 dev eth0`);
for (const version of ['3', '4.1']) {
  const refusal = mounted(1, version, specs[0]?.path ?? '', 'cat /mnt/etc/hostname', '10.99.0.1');
  check(
    `v${version}: its own root from a foreign address is refused`,
    true,
    /denied|No such file/.test(refusal) || refusal,
  );
}

// A reader at full speed, and one that holds a file open, while another slot is changed again and again.
const digest = sh(`sha256sum < ${image.root}/big`);
const reading = `mount -t nfs -o vers=4.1,proto=tcp,soft,timeo=100 ${leg(3)}:${specs[2]?.path} /mnt && exec 3< /mnt/etc/hostname && for i in 1 2 3; do echo 3 > /proc/sys/vm/drop_caches; sha256sum < /mnt/big; done && cat <&3`;
const reader = run('nsenter', ['--net=/run/netns/b3', 'unshare', '-m', 'sh', '-c', reading], {
  timeout: seconds(300),
}).then(
  ({ stdout }) => stdout,
  (error: Error) => error.message,
);
// Held by board 1: what it had mounted before must not serve it the new root, nor the old one for ever.
sh(
  `nsenter --net=/run/netns/b1 sh -c 'mkdir -p /run/b1 && mount -t nfs -o vers=3,nolock,soft,timeo=50,retrans=1 ${leg(1)}:${specs[0]?.path} /run/b1'`,
);
let latest = specs[0] as ExportSpec;
for (let number = 2; number <= 3; number++) {
  const next = await root(1, number);
  await server.change(slotNumber(1), [next]);
  check(`change ${number}: read back`, wanted([next, ...specs.slice(1)]), await seen());
  check(`change ${number}: the new root`, `board-1-${number}`, mounted(1, '3', next.path, 'cat /mnt/etc/hostname'));
  check(
    `change ${number}: the new root by v4.1`,
    `board-1-${number}`,
    mounted(1, '4.1', next.path, 'cat /mnt/etc/hostname'),
  );
  latest = next;
}
check('another board read on undisturbed', [...Array(3).fill(digest), 'board-3-1'], (await reader).trim().split('\n'));

const stale = sh(`nsenter --net=/run/netns/b1 sh -c 'echo 3 > /proc/sys/vm/drop_caches; cat /run/b1/etc/hostname'`);
check(
  'a mount of the replaced root is stale or refused',
  true,
  /Stale|denied|not permitted|Input.output/.test(stale) || stale,
);
sh('umount -l /run/b1');

for (const number of [1, 2]) {
  const store = stores.get('overlay') as RootStore;
  const place = numberedPlace(slotNumber(1), number);
  const removed = await store.removeRoot(place).then(
    () => 'removed',
    (error: Error) => error.message,
  );
  check(`replaced root ${number} can be removed`, 'removed', removed);
}

// Somebody else's hand on the table of exports.
sh(`exportfs -u ${board(2)}:${specs[1]?.path}; exportfs -o ro,fsid=7777 ${board(3)}:${specs[3]?.path}`);
const found = await server.mend();
check('mend tells of both', 2, found.length);
console.log(`   ${found.join('; ')}`);
check('mended', wanted([latest, ...specs.slice(1)]), await seen());
check(
  'the board of the mended export reads',
  'board-2-1',
  mounted(2, '3', specs[1]?.path ?? '', 'cat /mnt/etc/hostname'),
);

// What a system does with its files, by the kernel's client.
for (const slot of [3, 2]) {
  for (const version of ['3', '4.1']) {
    const script = `sh ${import.meta.dirname}/file-checks.sh /mnt usr/share/deep/er file`;
    const lines = mounted(slot, version, specs[slot - 1]?.path ?? '', script).split('\n');
    for (const line of lines) console.log(line.replace(/^(ok|FAIL|none) /, `$1 ${backendOf(slot)} by v${version}: `));
    check(
      `${backendOf(slot)} by v${version}: all of them ran`,
      true,
      lines.some((line) => line === 'ok leaves-nothing'),
    );
  }
}

check('nothing of it is left by apply([])', [], await server.apply([]).then(seen));
for (const [index, spec] of specs.entries()) {
  if (index === 0) continue;
  const store = stores.get(backendOf(index + 1)) as RootStore;
  const removed = await store.removeRoot(numberedPlace(slotNumber(index + 1), 1)).then(
    () => 'removed',
    (error: Error) => error.message,
  );
  check(`${spec.path} can be removed`, 'removed', removed);
}
check('files of others are left alone', false, readFileSync('/proc/self/mounts', 'utf8').includes('slot-002'));
console.log('everything was tried');

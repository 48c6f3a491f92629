/**
 * Boots a qemu arm64 guest from a root of each back-end, by each NFS version, and has it try its files over SSH
 * (test/guests/file-checks.sh). Prints what it said, a line a check. Run by scripts/guest-matrix, in a mount namespace of
 * its own, with minutes for each.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheDirectory } from '../../src/cli/places.ts';
import { readImage } from '../../src/roots/images.ts';
import { rackFile } from './files.ts';
import { GuestLogin } from './guest-login.ts';
import { RigRack } from './rack.ts';

const CHECKS = resolve(import.meta.dirname, '../guests/file-checks.sh');
const BACKENDS = ['overlay', 'btrfs', 'reflink', 'copy'];
/** The file system that a back-end needs below it; the others take what is there. */
const NEEDS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  btrfs: ['mkfs.btrfs', '-q'],
  reflink: ['mkfs.xfs', '-q', '-m', 'reflink=1'],
};
const LIMITS = 'discover: 300 s, first_request: 300 s, transfer_idle: 300 s, root_mount: 300 s, ssh: 900 s';
/** A directory of the image that nothing needs, and a file in it: of Debian, and of the image for tests. */
const FIND =
  'for d in usr/share/doc/less usr/lib/pirack; do [ -d /$d ] && break; done; set -- / $d $(ls /$d | head -n 1)';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    image: { type: 'string', default: join(cacheDirectory(), 'images/debian-12-pi') },
    nfs: { type: 'string', default: '3,4.1' },
    limit: { type: 'string', default: '900' },
  },
});
const image = await readImage(resolve(values.image));
const limit = Number(values.limit) * 1000;
const scratch = mkdtempSync(join(tmpdir(), 'pirack-matrix-'));
let failed = false;
try {
  for (const backend of positionals.length > 0 ? positionals : BACKENDS) {
    for (const version of values.nfs.split(',')) failed = !(await tryOne(backend, version)) || failed;
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;

async function tryOne(backend: string, version: string): Promise<boolean> {
  const name = `${backend} by v${version}`;
  const directory = join(scratch, `${backend}-${version}`);
  mkdirSync(directory);
  const unmount = mount(backend, directory);
  const roots = join(directory, 'roots');
  const slots = '  - {slots: "1", switch: sw1, ports: "1", simulate: qemu}';
  const more = `roots: {directory: "${roots}", backend: ${backend}}\ntimings: {default: {${LIMITS}}}\nnfs: {version: "${version}"}\n`;
  const text = rackFile('matrix', slots, more).replace('cache:images/debian-12-pi', image.directory);
  const began = performance.now();
  const rack = await RigRack.serve(text, limit);
  try {
    await rack.until((status) => status.slots[0]?.condition === 'up', limit, 'the guest’s SSH server');
    const seconds = Math.round((performance.now() - began) / 1000);
    const login = await GuestLogin.make(rack, 1, roots);
    const mounted = await login.run('grep " / nfs" /proc/mounts');
    console.log(`${name}: ${image.name}, up after ${seconds} s: ${mounted.stdout.trim()}`);
    const { code, stdout, stderr } = await login.run(`cat >/run/checks && ${FIND} && sh /run/checks "$@"`, {
      limit,
      input: CHECKS,
    });
    console.log(stdout.trim().replace(/^(ok|FAIL|none) /gm, `$1 ${name}: `));
    if (code !== 0) console.log(`FAIL ${name}: ended with ${code} ${stderr.trim()}`);
    return code === 0;
  } catch (cause) {
    const console = readFileSync(join(rack.directory, rack.name, 'console', 'slot-001.log'), 'latin1');
    throw new Error(`${name}: the guest's console ends with:\n${console.slice(-4000)}`, { cause });
  } finally {
    await rack.stop();
    unmount();
  }
}

/** Gives the back-end the file system that it needs; what takes it away again. */
function mount(backend: string, directory: string): () => void {
  const make = NEEDS[backend];
  if (make === undefined) return () => undefined;
  const file = `${directory}.img`;
  execFileSync('truncate', ['-s', '4G', file]);
  execFileSync(make[0], [...make.slice(1), file], { stdio: 'ignore' });
  execFileSync('mount', ['-o', 'loop', file, directory]);
  return () => {
    // Lazily: what the rack ran may still be ending.
    execFileSync('umount', ['-l', directory]);
    rmSync(file);
  };
}

/**
 * Boots an image in a qemu arm64 guest as a board would: DHCP, TFTP, kernel, initramfs, NFS root, its own init, to a login by
 * SSH; then asks the guest what it is. Prints one line of JSON for each NFS version. Run by scripts/try-image.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { run } from '../../src/net/run.ts';
import { readImage } from '../../src/roots/images.ts';
import { rackFile } from './files.ts';
import { RigRack } from './rack.ts';

const BOARD = '10.20.0.2';
/** What is asked of the guest: a name, and what its shell is to run. */
const QUESTIONS: Readonly<Record<string, string>> = {
  system: '. /etc/os-release; echo "$PRETTY_NAME, Linux $(uname -r), $(dpkg --print-architecture)"',
  uptime: 'cut -d" " -f1 /proc/uptime',
  root: 'awk \'$2 == "/" { print $1, $3, $4 }\' /proc/mounts',
  state: 'systemctl is-system-running --wait || true',
  failed: 'systemctl list-units --failed --plain --no-legend | cut -d" " -f1 | paste -sd" "',
  resolver: 'cat /etc/resolv.conf',
  address: 'ip -brief -6 address show dev eth0 scope global',
  modules: 'modprobe overlay && modprobe wireguard && echo loaded',
  packages: 'dpkg --audit && apt-get check -qq && dpkg-query -W | wc -l',
  writing:
    'mkdir -p /srv/a && mv /srv/a /srv/b && ln /etc/hostname /srv/link && mkfifo /srv/pipe && rm -r /srv/b /srv/link /srv/pipe && echo works',
  health: 'sleep 40; cat /var/lib/pirack/health',
  memory: "awk '/MemTotal|MemAvailable/ { print $1, $2 }' /proc/meminfo | paste -sd' '",
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { nfs: { type: 'string', default: '3,4.1' }, limit: { type: 'string', default: '900' } },
});
const [directory] = positionals;
if (directory === undefined) throw new Error('expected the directory of an image');
const image = await readImage(resolve(directory));
for (const version of values.nfs.split(',')) console.log(JSON.stringify(await tryWith(version)));

async function tryWith(version: string): Promise<unknown> {
  const limits = 'discover: 300 s, first_request: 120 s, transfer_idle: 120 s, root_mount: 300 s, ssh: 900 s';
  const more = `timings: {default: {${limits}}}\nnfs: {version: "${version}"}\n`;
  const text = rackFile('try-image', '  - {slots: "1", switch: sw1, ports: "1", simulate: qemu}', more);
  const began = performance.now();
  const rack = await RigRack.serve(text.replace('cache:images/debian-12-pi', image.directory), 180_000);
  try {
    const limit = Number(values.limit) * 1000;
    const status = await rack.until((now) => now.slots[0]?.condition === 'up', limit, 'the guest’s SSH server');
    const boot = status.slots[0]?.boot;
    const seconds = (performance.now() - began) / 1000;
    const answers = await ask(rack);
    return { image: image.id, nfs: version, seconds: Math.round(seconds), milestones: boot?.steps, ...answers };
  } catch (cause) {
    const console = readFileSync(join(rack.directory, rack.name, 'console', 'slot-001.log'), 'latin1');
    throw new Error(`the guest's console ends with:\n${console.slice(-4000)}`, { cause });
  } finally {
    await rack.stop();
  }
}

/** Logs in with a key that was put into the root from outside, as the API does it. */
async function ask(rack: RigRack): Promise<Record<string, string>> {
  const key = join(rack.directory, 'login');
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const keys = join(rack.directory, rack.name, 'roots/slot-001/root/root/.ssh');
  writeFileSync(join(rack.directory, 'put'), `mkdir -m 700 -p ${keys}\ncat ${key}.pub >${keys}/authorized_keys\n`);
  const put = await rack.inside('controller', ['sh', '-e', join(rack.directory, 'put')]);
  if (put.code !== 0) throw new Error(`the key could not be put into the root: ${put.stderr}`);
  const options = [
    '-i',
    key,
    '-o',
    'StrictHostKeyChecking=no',
    '-o',
    'UserKnownHostsFile=/dev/null',
    '-o',
    'LogLevel=ERROR',
  ];
  const answers: Record<string, string> = {};
  for (const [name, command] of Object.entries(QUESTIONS)) {
    const asked = await rack.inside('controller', ['ssh', ...options, `root@${BOARD}`, command], 300_000);
    answers[name] = asked.code === 0 ? asked.stdout.trim() : `ended with ${asked.code}: ${asked.stderr.trim()}`;
  }
  return answers;
}

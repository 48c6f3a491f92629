/**
 * Boots an image in a qemu arm64 guest as a board would: DHCP, TFTP, kernel, initramfs, NFS root, its own init, to a login by
 * SSH; then asks the guest what it is. Prints one line of JSON for each NFS version. Run by scripts/try-image.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readImage } from '../../src/roots/images.ts';
import { rackFile } from './files.ts';
import { GuestLogin } from './guest-login.ts';
import { type Ran, RigRack } from './rack.ts';

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
  options: {
    nfs: { type: 'string', default: '3,4.1' },
    limit: { type: 'string', default: '900' },
    rescue: { type: 'boolean' },
  },
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
    const login = await GuestLogin.make(rack, 1);
    const answers = await ask(login);
    if (values.rescue) Object.assign(answers, await rescue(rack, login, limit));
    return { image: image.id, nfs: version, seconds: Math.round(seconds), milestones: boot?.steps, ...answers };
  } catch (cause) {
    const console = readFileSync(join(rack.directory, rack.name, 'console', 'slot-001.log'), 'latin1');
    throw new Error(`the guest's console ends with:\n${console.slice(-4000)}`, { cause });
  } finally {
    await rack.stop();
  }
}

async function ask(login: GuestLogin): Promise<Record<string, string>> {
  const answers: Record<string, string> = {};
  for (const [name, command] of Object.entries(QUESTIONS)) answers[name] = said(await login.run(command));
  return answers;
}

function said({ code, stdout, stderr }: Ran): string {
  return code === 0 ? stdout.trim() : `ended with ${code}: ${stderr.trim()}`;
}

/** Boots the image once more as the rescue of its own root, and then that again: what is written there is found there. */
async function rescue(rack: RigRack, login: GuestLogin, limit: number): Promise<Record<string, string>> {
  const began = performance.now();
  const words = ['rescue', '1', '--yes', '--authorized-keys', login.publicKeyFile];
  const asked = await rack.pirack(words, limit);
  if (asked.code !== 0) throw new Error(`pirack ${words.join(' ')}: ${asked.stdout}${asked.stderr}`);
  const inRescue = async (command: string) => said(await login.run(command, { role: 'rescue' }));
  const answers = {
    rescueSeconds: String(Math.round((performance.now() - began) / 1000)),
    rescueMount: await inRescue('awk \'$2 == "/mnt/root" { print $1, $3, $4 }\' /proc/mounts'),
    rescueState: await inRescue(
      'systemctl is-system-running --wait || systemctl list-units --failed --plain --no-legend',
    ),
    rescueWrote: await inRescue(
      'cat /mnt/root/etc/hostname && echo "from the rescue" >/mnt/root/root/note && echo written',
    ),
  };
  const cycled = await rack.pirack(['power', 'cycle', '1'], limit);
  if (cycled.code !== 0) throw new Error(`power cycle: ${cycled.stderr}`);
  await rack.until((now) => now.slots[0]?.condition === 'up', limit, 'the guest to be up in its own root again');
  return { ...answers, afterRescue: said(await login.run('cat /root/note; grep -c /mnt/root /proc/mounts || true')) };
}

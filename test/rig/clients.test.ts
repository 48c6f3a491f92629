import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cacheDirectory } from '../../src/cli/places.ts';
import { describeWith } from '../support/needs.ts';
import { rackFile } from './files.ts';
import { RigRack } from './rack.ts';

/** These are whole programs on a machine that may be busy: what they do is bounded, how long it takes is not tested. */
const LIMIT = 180_000;
const boot = join(cacheDirectory(), 'images/debian-12-pi/boot');
const programs = [
  'unshare',
  'busybox',
  'dhclient',
  'curl',
  'atftp',
  'tftp',
  'tcpdump',
  'nfs-cat',
  'nfs-cp',
  'ganesha.nfsd',
];

/** Option 43 as a Pi 3 ROM needs it, with its three trailing spaces (pi-boot §1.3). */
const OPTION_43 = '060103' + '0a0400505845' + '091700001452617370626572727920506920426f6f74202020' + 'ff';
const PI_3B = [
  '-V',
  'PXEClient:Arch:00000:UNDI:002001',
  '-x',
  `0x61:00${'44'.repeat(16)}`,
  '-x',
  '0x5d:0000',
  '-x',
  '0x5e:010201',
];

describeWith({ root: true, programs, files: [boot] })('real clients on the legs', () => {
  let rack: RigRack;
  let work: string;

  beforeAll(async () => {
    // Nothing is simulated in these slots: their namespaces are empty, and the clients below are the boards.
    rack = await RigRack.serve(
      rackFile(
        'rig-clients',
        '  - {slots: 1-3, switch: sw1, ports: 1-3, simulate: none}\n  - {slots: 4, switch: sw1, ports: 4, simulate: 3B}',
      ),
    );
    work = join(rack.directory, 'clients');
    mkdirSync(work);
    writeFileSync(
      join(work, 'udhcpc.sh'),
      '#!/bin/sh\nif [ "$1" = bound ]; then ip addr flush dev $interface; ip addr add $ip/30 dev $interface; env > "$OUT"; fi\n',
      { mode: 0o755 },
    );
    for (const slot of [1, 2, 3]) await rack.inside(`slot:${slot}`, ['ip', 'link', 'set', 'eth0', 'up']);
  }, 120_000);
  afterAll(() => rack?.stop(), 60_000);

  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

  async function udhcpc(slot: number, options: readonly string[]): Promise<Record<string, string>> {
    const out = join(work, `udhcpc.${slot}.env`);
    const script = join(work, 'udhcpc.sh');
    const ran = await rack.inside(`slot:${slot}`, [
      'env',
      `OUT=${out}`,
      'busybox',
      'udhcpc',
      '-i',
      'eth0',
      '-s',
      script,
      '-n',
      '-q',
      '-t',
      '5',
      '-T',
      '1',
      '-O',
      '43',
      '-O',
      '60',
      '-O',
      '66',
      '-O',
      '97',
      ...options,
    ]);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    return Object.fromEntries(
      readFileSync(out, 'utf8')
        .split('\n')
        .map((line) => line.split(/=(.*)/s).slice(0, 2)),
    );
  }

  it(
    'gives udhcpc, speaking as a Pi 3B, its address, option 43 byte for byte and option 66',
    async () => {
      const env = await udhcpc(1, PI_3B);
      expect(env).toMatchObject({ ip: '10.20.0.2', mask: '30', opt43: OPTION_43, siaddr: '10.20.0.1' });
      expect(env.tftp).toBe('10.20.0.1');
      expect(env.opt97).toBe(`00${'44'.repeat(16)}`);
    },
    LIMIT,
  );

  it(
    'gives dhclient the same, with a lease of its own leg',
    async () => {
      const file = (name: string) => join(work, name);
      writeFileSync(
        file('dhclient.conf'),
        'send vendor-class-identifier "PXEClient:Arch:00000:UNDI:002001";\noption uuid code 97 = string;\n' +
          `send uuid 00:${Array(16).fill('44').join(':')};\n` +
          'request subnet-mask, routers, tftp-server-name, vendor-encapsulated-options, vendor-class-identifier;\n',
      );
      writeFileSync(file('dhclient.sh'), '#!/bin/sh\n[ "$reason" = PREINIT ] || env > "$OUT"\nexit 0\n', {
        mode: 0o755,
      });
      writeFileSync(file('leases'), '');
      const ran = await rack.inside('slot:2', [
        'dhclient',
        '-4',
        '-1',
        '-e',
        `OUT=${file('dhclient.env')}`,
        '-cf',
        file('dhclient.conf'),
        '-sf',
        file('dhclient.sh'),
        '-lf',
        file('leases'),
        '-pf',
        file('dhclient.pid'),
        'eth0',
      ]);
      expect(ran, ran.stderr).toMatchObject({ code: 0 });
      const env = readFileSync(file('dhclient.env'), 'utf8');
      expect(env).toContain('new_ip_address=10.20.0.6\n');
      expect(env).toContain('new_tftp_server_name=10.20.0.5\n');
      const option43 = /^new_vendor_encapsulated_options=(.*)$/m.exec(env)?.[1] ?? '';
      const octets = option43.split(':').map((octet) => octet.padStart(2, '0'));
      expect(octets.join('')).toBe(OPTION_43);
    },
    LIMIT,
  );

  it(
    'sends an OFFER out of no other leg',
    async () => {
      const file = join(work, 'answers.pcap');
      // On every leg at once: each line of the reading names the interface.
      const capture = rack.inside(
        'controller',
        ['timeout', '20', 'tcpdump', '-Uni', 'any', '-w', file, 'udp src port 67'],
        LIMIT,
      );
      for (let waited = 0; !existsSync(file) && waited < 15_000; waited += 200) await pause(200);
      await udhcpc(3, PI_3B);
      await capture;
      const { stdout } = await rack.inside('controller', ['tcpdump', '-nnr', file]);
      const lines = stdout.split('\n').filter((line) => line !== '');
      // Each answer, and each frame that wakes a 3B (port 9), is on the leg of its own board, from that leg’s own address.
      const legs = lines.map((line) => {
        const [, leg, from, to] =
          / vlan10(\d) +Out IP 10\.20\.0\.(\d+)\.67 > 10\.20\.0\.(\d+)\.(?:68|9): /.exec(line)?.map(Number) ?? [];
        expect([from, to], line).toEqual([((leg ?? 0) - 1) * 4 + 1, ((leg ?? 0) - 1) * 4 + 2]);
        return leg;
      });
      expect(legs.filter((leg) => leg === 3).length).toBeGreaterThanOrEqual(2);
    },
    LIMIT,
  );

  it(
    'serves the same bytes to curl, atftp, tftp-hpa and busybox tftp through the serial prefix',
    async () => {
      await udhcpc(1, PI_3B);
      const server = '10.20.0.1';
      const mac = (await rack.inside('slot:1', ['cat', '/sys/class/net/eth0/address'])).stdout.trim();
      // A MAC that is not b8:27:eb says nothing of its serial, so the first request for a start*.elf teaches it.
      const serial = mac.startsWith('b8:27:eb') ? `1${mac.split(':').slice(3).join('').padStart(7, '0')}` : '1badc0de';
      const remote = (name: string) => `${serial}/${name}`;
      const wanted = {
        'start.elf': sha256(readFileSync(join(boot, 'start.elf'))),
        'kernel8.img': sha256(readFileSync(join(boot, 'kernel8.img'))),
      };
      for (const [name, hash] of Object.entries(wanted)) {
        const local = (client: string) => join(work, `${client}-${name}`);
        const clients: Record<string, readonly string[]> = {
          curl: ['curl', '-s', '-o', local('curl'), '--tftp-blksize', '1468', `tftp://${server}/${remote(name)}`],
          atftp: [
            'atftp',
            '-g',
            '-r',
            remote(name),
            '-l',
            local('atftp'),
            '--option',
            'blksize 1024',
            '--option',
            'windowsize 8',
            '--option',
            'tsize 0',
            server,
          ],
          'tftp-hpa': ['tftp', '-m', 'binary', server, '-c', 'get', remote(name), local('tftp-hpa')],
          busybox: ['busybox', 'tftp', '-g', '-b', '512', '-r', remote(name), '-l', local('busybox'), server],
        };
        for (const [client, command] of Object.entries(clients)) {
          const ran = await rack.inside('slot:1', command, 60_000);
          expect(ran, `${client}: ${ran.stderr}`).toMatchObject({ code: 0 });
          expect(sha256(readFileSync(local(client))), client).toBe(hash);
        }
      }
      // The serial now belongs to slot 1: another leg gets 404s for it, whoever asks.
      await udhcpc(2, PI_3B);
      for (const name of ['start.elf', 'config.txt', 'cmdline.txt']) {
        const stolen = await rack.inside('slot:2', [
          'curl',
          '-s',
          '-o',
          join(work, 'stolen'),
          `tftp://10.20.0.5/${remote(name)}`,
        ]);
        expect(stolen.code, name).toBe(68);
      }
      // … and over the other leg's own address too: the leg is the identity, not the address that was written to.
      const crossed = await rack.inside('slot:2', [
        'curl',
        '-s',
        '-m',
        '3',
        '-o',
        join(work, 'crossed'),
        `tftp://${server}/${remote('start.elf')}`,
      ]);
      expect(crossed.code).not.toBe(0);
    },
    LIMIT,
  );

  it(
    'exports each root to its own board alone, and what is written stays',
    async () => {
      await udhcpc(1, PI_3B);
      await udhcpc(2, PI_3B);
      const cmdline = await rack.inside('slot:1', ['curl', '-s', 'tftp://10.20.0.1/1badc0de/cmdline.txt']);
      const path = /nfsroot=10\.20\.0\.1:([^,\s]+),/.exec(cmdline.stdout)?.[1];
      expect(path, cmdline.stdout).toBeDefined();
      const read = (slot: number, server: string) =>
        rack.inside(`slot:${slot}`, ['nfs-cat', `nfs://${server}${path}/etc/hostname?version=3`]);
      const status = await rack.status();
      expect((await read(1, '10.20.0.1')).stdout.trim()).toBe(status?.slots[0]?.hostName);
      expect((await read(2, '10.20.0.5')).code).not.toBe(0);
      const note = join(work, 'note');
      copyFileSync(join(boot, 'fixup.dat'), note);
      const put = await rack.inside('slot:1', ['nfs-cp', note, `nfs://10.20.0.1${path}/root/note?version=3`]);
      expect(put, put.stderr).toMatchObject({ code: 0 });
      const back = await rack.inside('slot:1', [
        'sh',
        '-c',
        `nfs-cat 'nfs://10.20.0.1${path}/root/note?version=3' | sha256sum`,
      ]);
      expect(back.stdout.split(' ')[0]).toBe(sha256(readFileSync(note)));
    },
    LIMIT,
  );

  it(
    'agrees with Debian’s SNMP tools about power, in both directions',
    async () => {
      const at = ['-v2c', '-c', 'rig-community', '10.20.255.11'];
      const admin = '1.3.6.1.2.1.105.1.1.1.3.1.4';
      const get = async () => (await rack.inside('controller', ['snmpget', '-Oqv', ...at, admin])).stdout.trim();
      const shown = async () => {
        const { stdout } = await rack.pirack(['status', '--fresh', '--json']);
        return (JSON.parse(stdout) as { slots: { power: { admin: boolean } }[] }).slots[3]?.power.admin;
      };
      expect(await rack.pirack(['power', 'on', '4'])).toMatchObject({ code: 0 });
      expect([await get(), await shown()]).toEqual(['1', true]);
      expect(await rack.pirack(['power', 'off', '4'])).toMatchObject({ code: 0 });
      expect([await get(), await shown()]).toEqual(['2', false]);
      const set = (value: string) => rack.inside('controller', ['snmpset', ...at, admin, 'i', value]);
      expect(await set('1')).toMatchObject({ code: 0 });
      expect(await shown()).toBe(true);
      expect(await set('2')).toMatchObject({ code: 0 });
      expect(await shown()).toBe(false);
      expect(await rack.pirack(['power', 'cycle', '4'])).toMatchObject({ code: 0 });
      expect(await get()).toBe('1');
    },
    LIMIT,
  );
});

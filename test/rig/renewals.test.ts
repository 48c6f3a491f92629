import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cacheDirectory } from '../../src/cli/places.ts';
import { describeWith } from '../support/needs.ts';
import { type ClientFiles, START, writeClientFiles } from './dhcp-clients.ts';
import { rackFile } from './files.ts';
import { type HeldLease, heldLeases } from './leases.ts';
import { type PerfExchange, perfReport } from './perfdhcp.ts';
import { RigRack } from './rack.ts';

/** Whole programs on a machine that may be busy: what they do is bounded, how long it takes is not tested. */
const LIMIT = 180_000;
const boot = join(cacheDirectory(), 'images/debian-12-pi/boot');

/** As short as dhcpcd bears: clients renew after 10 s, and rebind after 17.5 s (16 s by IPv6). */
const RACK = rackFile('rig-renewals', '  - {slots: 1-6, switch: sw1, ports: 1-6, simulate: none}')
  .replace('ipv6: "2001:db8:20::/56"}', 'ipv6: "2001:db8:20::/56", routed: {prefix: "2001:db8:4000::/40", length: 56}}')
  .concat('dhcp: {lease: 20 s}\n');

const UDHCPC = 1;
const DHCLIENT = 2;
const DHCLIENT6 = 3;
const DHCPCD = 4;
const DHCP6C = 5;
const PERFDHCP = 6;
/** What each client holds. */
const HOLDS: readonly Pick<HeldLease, 'slot' | 'kind'>[] = [
  { slot: UDHCPC, kind: 'ipv4' },
  { slot: DHCLIENT, kind: 'ipv4' },
  { slot: DHCLIENT6, kind: 'address' },
  { slot: DHCPCD, kind: 'ipv4' },
  { slot: DHCPCD, kind: 'address' },
  { slot: DHCP6C, kind: 'address' },
  { slot: DHCP6C, kind: 'prefix' },
];

const programs = ['unshare', 'nft', 'perfdhcp', 'busybox', 'dhclient', 'dhcpcd', 'dhcp6c', 'ganesha.nfsd'];

describeWith({ root: true, programs, files: [boot] })('clients that live on while the controller is killed', () => {
  let rack: RigRack;
  let files: ClientFiles;
  let pids: ReadonlyMap<number, number>;

  beforeAll(async () => {
    rack = await RigRack.serve(RACK);
    const work = join(rack.directory, 'clients');
    mkdirSync(work);
    files = writeClientFiles(work);
    const started = await Promise.all(
      [UDHCPC, DHCLIENT, DHCLIENT6, DHCPCD, DHCP6C].map(async (slot) => {
        const ran = await sh(slot, `${START.link}\n${commandOf(slot)}`);
        expect(ran, `slot ${slot}: ${ran.stderr}`).toMatchObject({ code: 0 });
        return [slot, Number(ran.stdout.trim())] as const;
      }),
    );
    pids = new Map(started);
  }, 2 * LIMIT);
  afterAll(() => rack?.stop(), 60_000);

  const sh = (slot: number, script: string) => rack.inside(`slot:${slot}`, ['sh', '-c', script], LIMIT);
  const commandOf = (slot: number) =>
    new Map([
      [UDHCPC, START.udhcpc(files)],
      [DHCLIENT, START.dhclient4(files)],
      [DHCLIENT6, START.dhclient6(files)],
      [DHCPCD, START.dhcpcd(files)],
      [DHCP6C, START.dhcp6c(files)],
    ]).get(slot) as string;
  const said = (name: string) => readFileSync(join(files.directory, name), 'utf8');

  /**
   * Below what a leg may ask: by IPv6 that is ten messages a second. By IPv4 perfdhcp always poses as a relay, which no board is:
   * its hops and giaddr are made nought on their way out, and with them the checksum, so that the server sees a client.
   */
  async function perfdhcp(options: string): Promise<Record<string, PerfExchange>> {
    const ran = await sh(
      PERFDHCP,
      `${START.link}
       mac=$(ip -o link show eth0 | sed 's/.*ether \\([0-9a-f:]*\\).*/\\1/')
       ip address replace 10.20.0.22/30 dev eth0
       nft add table ip plain && nft 'add chain ip plain out { type filter hook output priority 0; }'
       nft flush chain ip plain out
       nft add rule ip plain out udp dport 67 @th,88,8 set 0 @th,256,32 set 0 @th,48,16 set 0
       exec perfdhcp -l eth0 -p 3 -d 20 -W 10000000 ${options}`,
    );
    expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
    return perfReport(ran.stdout);
  }

  /** Waits until every lease in `HOLDS` is as `done` wants it. */
  async function leases(what: string, done: (lease: HeldLease | undefined) => boolean): Promise<void> {
    let late: unknown;
    for (let tries = 0; tries < 300; tries++) {
      const rows = heldLeases(rack);
      const found = HOLDS.map((one) => rows.find(({ slot, kind }) => slot === one.slot && kind === one.kind));
      late = HOLDS.filter((_, i) => !done(found[i])).map((one) => ({ ...one, ...found[HOLDS.indexOf(one)] }));
      if (found.every(done)) return;
      await pause(200);
    }
    throw new Error(`waited 60 s for ${what}; still not: ${JSON.stringify(late)}`);
  }

  it(
    'each gets what its leg has',
    async () => {
      await leases('every client to have its lease', (lease) => lease?.held === true);
      expect(said('udhcpc')).toMatch(/^bound 10\.20\.0\.2 lease 20$/m);
      expect(said('dhclient4')).toMatch(/^BOUND 10\.20\.0\.6/m);
      expect(said('dhclient6')).toMatch(/^BOUND6 2001:db8:20:3::2 20 40$/m);
      expect(said('dhcpcd')).toMatch(/^BOUND 10\.20\.0\.14/m);
      expect(said('dhcpcd')).toMatch(/^BOUND6 2001:db8:20:4::2/m);
      expect((await sh(DHCP6C, 'ip -6 address show dev eth0')).stdout).toMatch(/2001:db8:20:5::2/);
    },
    LIMIT,
  );

  it(
    'after kill -9 each renews from the controller that came back; those whose renewals get lost rebind',
    async () => {
      // From here on nothing reaches the server by unicast, and no RENEW (type 5) by multicast: what is left is REBIND.
      expect(await sh(UDHCPC, files.dropUnicast)).toMatchObject({ code: 0 });
      expect(await sh(DHCP6C, files.dropRenew6)).toMatchObject({ code: 0 });
      const marks = new Map(['udhcpc', 'dhclient4', 'dhclient6', 'dhcpcd'].map((name) => [name, said(name).length]));
      const since = (name: string) => said(name).slice(marks.get(name));
      const before = (await rack.status())?.controller.pid;
      expect(await rack.inside('controller', ['kill', '-9', String(before)])).toMatchObject({ code: 0 });
      await rack.until((status) => status.controller.pid !== before, 60_000, 'the controller to be back');
      const back = Date.now();
      await leases('every lease to be renewed', (lease) => (lease?.givenAt ?? 0) > back && lease?.held === true);
      // Which of them it was depends on how long the controller was away.
      expect(since('udhcpc')).toMatch(/^(renew|bound) 10\.20\.0\.2 lease 20$/m);
      expect(since('dhclient4')).toMatch(/^(RENEW|REBIND|BOUND) 10\.20\.0\.6/m);
      expect(since('dhclient6')).toMatch(/^(RENEW|REBIND|BOUND)6 2001:db8:20:3::2 20 40$/m);
      expect(since('dhcpcd')).toMatch(/^(RENEW|REBIND|BOUND) 10\.20\.0\.14/m);
      expect(since('dhcpcd')).toMatch(/^(RENEW|REBIND|BOUND)6 2001:db8:20:4::2/m);
      for (const slot of [UDHCPC, DHCP6C]) {
        expect((await sh(slot, 'nft list ruleset')).stdout, `slot ${slot} lost a renewal`).toMatch(/packets [1-9]/);
      }
      // Nobody was refused.
      expect(since('udhcpc') + since('dhclient4') + since('dhcpcd')).not.toMatch(/^(FAIL|NAK|nak)/m);
      expect((await sh(DHCP6C, 'ip -6 address show dev eth0')).stdout).toMatch(/2001:db8:20:5::2/);
    },
    LIMIT,
  );

  it(
    'perfdhcp finds no fault, with one identity by IPv4 and with many by IPv6',
    async () => {
      const clean = { drops: 0, orphans: 0, rejected: 0 };
      const exchanges = await perfdhcp('-4 -r 10 -L 68 -R 1 -b mac=$mac 10.20.0.21');
      expect(exchanges).toMatchObject({ 'DISCOVER-OFFER': clean, 'REQUEST-ACK': clean });
      const many = await perfdhcp('-6 -r 4 -R 50 -e address-and-prefix -f 1 -F 1 all');
      expect(many).toMatchObject({
        'SOLICIT-ADVERTISE': clean,
        // It takes the answers to RENEW and RELEASE for orphans here before it finds what they belong to.
        'REQUEST-REPLY': { drops: 0, rejected: 0 },
        'RENEW-REPLY': { drops: 0, rejected: 0 },
        'RELEASE-REPLY': { drops: 0, rejected: 0 },
      });
      for (const found of [...Object.values(exchanges), ...Object.values(many)]) {
        expect(found.sent).toBeGreaterThan(0);
        expect(found.received).toBe(found.sent);
      }
    },
    LIMIT,
  );

  it(
    'each gives back what it has',
    async () => {
      for (const slot of [UDHCPC, DHCP6C]) await sh(slot, 'nft flush ruleset');
      const released = await Promise.all([
        sh(UDHCPC, `kill -USR2 ${pids.get(UDHCPC)}`),
        sh(DHCLIENT, START.release4(files)),
        sh(DHCLIENT6, START.release6(files)),
        sh(DHCPCD, `kill -ALRM ${pids.get(DHCPCD)}`),
        sh(DHCP6C, `kill -TERM $(cat ${join(files.directory, 'dhcp6c.pid')})`),
      ]);
      for (const ran of released) expect(ran, ran.stderr).toMatchObject({ code: 0 });
      await leases('every lease to be given back', (lease) => lease?.held === false);
      const route = await rack.inside('controller', ['ip', '-6', 'route', 'show', '2001:db8:4000:500::/56']);
      expect(route.stdout.trim()).toBe('');
    },
    LIMIT,
  );
});

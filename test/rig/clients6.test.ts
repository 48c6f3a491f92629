import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cacheDirectory } from '../../src/cli/places.ts';
import { describeWith } from '../support/needs.ts';
import { rackFile } from './files.ts';
import { RigRack } from './rack.ts';

/** Whole programs on a machine that may be busy: what they do is bounded, how long it takes is not tested. */
const LIMIT = 120_000;
const boot = join(cacheDirectory(), 'images/debian-12-pi/boot');

const RACK = rackFile('rig-clients6', '  - {slots: 1-4, switch: sw1, ports: 1-4, simulate: none}')
  .replace('ipv6: "2001:db8:20::/56"}', 'ipv6: "2001:db8:20::/56", routed: {prefix: "2001:db8:4000::/40", length: 56}}')
  .concat('ipv6: {dns: ["2001:db8:20::53"], nat64: "64:ff9b::/96", mtu: 1480}\n');

describeWith({ root: true, programs: ['unshare', 'rdisc6', 'dhclient', 'dhcp6c', 'ganesha.nfsd'], files: [boot] })(
  'real IPv6 clients on the legs',
  () => {
    let rack: RigRack;
    let work: string;

    beforeAll(async () => {
      rack = await RigRack.serve(RACK);
      work = join(rack.directory, 'clients');
      mkdirSync(work);
      for (const slot of [1, 2, 3, 4]) {
        await inside(slot, [
          'sh',
          '-c',
          'echo 0 >/proc/sys/net/ipv6/conf/all/disable_ipv6; echo 0 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6; echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_dad; ip link set lo up; ip link set eth0 up',
        ]);
      }
      // A link-local address is there a moment after the link.
      for (const slot of [1, 2, 3, 4]) await until(slot, 'fe80::');
    }, LIMIT);
    afterAll(() => rack?.stop(), 60_000);

    const inside = (slot: number, command: readonly string[]) => rack.inside(`slot:${slot}`, command);

    async function until(slot: number, text: string): Promise<string> {
      for (let tries = 0; tries < 100; tries++) {
        const { stdout } = await inside(slot, ['ip', '-6', 'address', 'show', 'dev', 'eth0']);
        if (stdout.includes(text)) return stdout;
        await pause(200);
      }
      throw new Error(`eth0 of slot ${slot} never had ${text}`);
    }

    /** The route as the controller has it; '' where there is none. */
    const route = async (prefix: string) =>
      (await rack.inside('controller', ['ip', '-6', 'route', 'show', prefix])).stdout.trim();

    /** As the controller has them on disk. */
    function leases(slot: number): { kind: string; lease: string; held: number }[] {
      const db = new Database(join(rack.directory, rack.name, 'state.db'), { readonly: true });
      const rows = db
        .prepare('SELECT kind, lease, expires_at > given_at AS held FROM leases6 WHERE slot = ?')
        .all(slot);
      db.close();
      return rows as ReturnType<typeof leases>;
    }

    /** A daemon keeps its standard output, and who waits for that to end waits for ever. */
    const dhcp6c = (slot: number, conf: string, pid: string) =>
      inside(slot, ['sh', '-c', `exec dhcp6c -c ${conf} -p ${pid} eth0 >/dev/null 2>&1`]);

    it(
      'rdisc6 hears the advertisement of its own leg at once, with DNS, NAT64 and MTU',
      async () => {
        for (const slot of [1, 2]) {
          const { code, stdout, stderr } = await inside(slot, ['rdisc6', '-1', '-w', '2000', '-r', '2', 'eth0']);
          expect(code, stdout + stderr).toBe(0);
          expect(stdout).toMatch(/Stateful address conf\.\s*:\s*Yes/);
          expect(stdout).toMatch(/Router lifetime\s*:\s*1800/);
          expect(stdout).toMatch(new RegExp(`Prefix\\s*:\\s*2001:db8:20:${slot}::/64`));
          expect(stdout).toMatch(/Autonomous address conf\.\s*:\s*No/);
          expect(stdout).toMatch(/MTU\s*:\s*1480/);
          expect(stdout).toMatch(/Recursive DNS server\s*:\s*2001:db8:20::53/);
          expect(stdout).toMatch(/rig\.example/);
        }
      },
      LIMIT,
    );

    it(
      'dhclient -6 gets the address of its leg, and gives it back',
      async () => {
        const file = (name: string) => join(work, name);
        writeFileSync(file('dhclient.conf'), 'timeout 10;\nrequest dhcp6.name-servers, dhcp6.domain-search;\n');
        const dhclient = (...mode: string[]) =>
          inside(1, [
            'dhclient',
            '-6',
            '-v',
            ...mode,
            '-cf',
            file('dhclient.conf'),
            '-lf',
            file('dhclient.leases'),
            '-pf',
            file('dhclient.pid'),
            '-sf',
            '/bin/true',
            'eth0',
          ]);
        expect(await dhclient('-1')).toMatchObject({ code: 0 });
        const lease = readFileSync(file('dhclient.leases'), 'utf8');
        expect(lease).toMatch(/iaaddr 2001:db8:20:1::2/);
        expect(lease).toMatch(/dhcp6\.name-servers 2001:db8:20::53/);
        expect(lease).toMatch(/dhcp6\.domain-search "rig\.example\."/);
        expect(leases(1)).toMatchObject([{ kind: 'address', lease: '2001:db8:20:1::2', held: 1 }]);
        await dhclient('-r');
        for (let tries = 0; tries < 50 && leases(1)[0]?.held === 1; tries++) await pause(200);
        expect(leases(1)).toMatchObject([{ kind: 'address', held: 0 }]);
      },
      LIMIT,
    );

    it(
      'dhcp6c gets address and prefix by rapid commit, and the prefix is routed to it until it is given back',
      async () => {
        const prefix = '2001:db8:4000:200::/56';
        const conf = join(work, 'dhcp6c.conf');
        writeFileSync(
          conf,
          `interface eth0 { send ia-na 0; send ia-pd 0; send rapid-commit; request domain-name-servers; };
id-assoc na 0 {};
id-assoc pd 0 { prefix-interface eth0 { sla-id 1; sla-len 8; }; };
`,
        );
        expect(await route(prefix)).toBe('');
        const pid = join(work, 'dhcp6c.pid');
        // Its answer to a rapid commit is one exchange; it then runs until it is told to stop, and releases what it has.
        expect(await dhcp6c(2, conf, pid)).toMatchObject({ code: 0 });
        await until(2, '2001:db8:20:2::2');
        expect(await route(prefix)).toMatch(/via fe80::[0-9a-f:]+ dev vlan102 proto dhcp/);
        const client = readFileSync(pid, 'utf8').trim();
        await rack.inside('controller', ['kill', '-TERM', client]);
        for (let tries = 0; tries < 50 && (await route(prefix)) !== ''; tries++) await pause(200);
        expect(await route(prefix)).toBe('');
      },
      LIMIT,
    );

    it(
      'a lease outlives the controller: after kill -9 the same address is confirmed and the prefix is routed again',
      async () => {
        const conf = join(work, 'again.conf');
        writeFileSync(
          conf,
          `interface eth0 { send ia-na 0; send ia-pd 0; };
id-assoc na 0 {};
id-assoc pd 0 { prefix-interface eth0 { sla-id 1; sla-len 8; }; };
`,
        );
        const pid = join(work, 'again.pid');
        expect(await dhcp6c(3, conf, pid)).toMatchObject({ code: 0 });
        await until(3, '2001:db8:20:3::2');
        const prefix = '2001:db8:4000:300::/56';
        await rack.inside('controller', ['ip', '-6', 'route', 'del', prefix]);
        const before = (await rack.status())?.controller.pid;
        expect(await rack.inside('controller', ['kill', '-9', String(before)])).toMatchObject({ code: 0 });
        await rack.until((status) => status.controller.pid !== before, 60_000, 'the controller to be back');
        for (let tries = 0; tries < 50 && (await route(prefix)) === ''; tries++) await pause(200);
        expect(await route(prefix)).toMatch(/dev vlan103/);
        await rack.inside('controller', ['kill', '-TERM', readFileSync(pid, 'utf8').trim()]);
      },
      LIMIT,
    );

    it(
      'what is said on one leg is heard on no other',
      async () => {
        const captures = [1, 2, 3, 4].map((slot) =>
          inside(slot, [
            'timeout',
            '6',
            'tcpdump',
            '-lni',
            'eth0',
            '-c',
            '40',
            'udp port 547 or udp port 546 or icmp6',
          ]),
        );
        await pause(1500);
        await inside(4, ['rdisc6', '-1', '-w', '1500', '-r', '1', 'eth0']);
        const heard = await Promise.all(captures);
        expect(heard[3]?.stdout).toMatch(/router advertisement/);
        const own = /fe80::[0-9a-f:]+ > ff02::2: .*router solicitation/.exec(heard[3]?.stdout ?? '');
        expect(own).not.toBeNull();
        for (const slot of [0, 1, 2]) expect(heard[slot]?.stdout).not.toMatch(/router solicitation/);
      },
      LIMIT,
    );
  },
);

import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cacheDirectory } from '../../src/cli/places.ts';
import { parseFirewall } from '../../src/net/firewall/index.ts';
import { describeWith } from '../support/needs.ts';
import { rackFile } from './files.ts';
import { RigRack } from './rack.ts';

const LIMIT = 120_000;
const boot = join(cacheDirectory(), 'images/debian-12-pi/boot');

describeWith({ root: true, programs: ['unshare', 'busybox', 'nft', 'tcpdump', 'ganesha.nfsd'], files: [boot] })(
  'a tenant who is root on its leg',
  () => {
    let rack: RigRack;

    beforeAll(async () => {
      rack = await RigRack.serve(rackFile('rig-hostile', '  - {slots: 1-2, switch: sw1, ports: 1-2, simulate: none}'));
      for (const slot of [1, 2]) {
        const base = (slot - 1) * 4;
        await inside(
          slot,
          `echo 0 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6; echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_dad
           ip link set lo up; ip link set eth0 up; ip addr add 10.20.0.${base + 2}/30 dev eth0
           ip -6 addr add 2001:db8:20:${slot}::2/64 dev eth0 nodad
           ip route add default via 10.20.0.${base + 1}; ip -6 route add default via 2001:db8:20:${slot}::1`,
        );
      }
    }, LIMIT);
    afterAll(() => rack?.stop(), 60_000);

    const inside = (slot: number, script: string) => rack.inside(`slot:${slot}`, ['sh', '-c', script]);
    const drops = async () =>
      parseFirewall((await rack.inside('controller', ['nft', '--json', 'list', 'table', 'inet', 'pirack'])).stdout)
        .drops;
    /** How many more packets each rule has dropped after `script` ran in the slot. */
    async function dropped(slot: number, script: string): Promise<Record<string, number>> {
      const before = await drops();
      await inside(slot, script);
      await pause(300);
      const after = await drops();
      return Object.fromEntries(
        [...after].map(([rule, count]) => [rule, count - (before.get(rule) ?? 0)]).filter(([, count]) => count !== 0),
      );
    }
    const tcp = (slot: number, address: string, port: number) =>
      inside(slot, `busybox nc -w 2 ${address} ${port} </dev/null`);

    it(
      'reaches what is there for it',
      async () => {
        expect(await inside(1, 'busybox ping -c 1 -W 2 10.20.0.1')).toMatchObject({ code: 0 });
        expect(await inside(1, 'busybox ping6 -c 1 -W 2 2001:db8:20:1::1')).toMatchObject({ code: 0 });
        expect(await tcp(1, '10.20.0.1', 2049)).toMatchObject({ code: 0 });
      },
      LIMIT,
    );

    it(
      'reaches no other leg’s address of the controller, by either protocol',
      async () => {
        expect((await tcp(1, '10.20.0.5', 2049)).code).not.toBe(0);
        expect((await tcp(1, '2001:db8:20:2::1', 2049)).code).not.toBe(0);
        expect((await inside(1, 'busybox ping -c 1 -W 1 10.20.0.5')).code).not.toBe(0);
        expect((await inside(1, 'busybox ping6 -c 1 -W 1 2001:db8:20:2::1')).code).not.toBe(0);
      },
      LIMIT,
    );

    it(
      'opens no connection to a service that is not for boards',
      async () => {
        const server = rack.inside('controller', ['busybox', 'nc', '-l', '-p', '8080', '-w', '10']);
        await pause(500);
        expect((await tcp(1, '10.20.0.1', 8080)).code).not.toBe(0);
        expect(await dropped(1, 'busybox nc -w 1 10.20.0.1 8080 </dev/null')).toMatchObject({
          'tcp-new': expect.any(Number),
        });
        await server;
      },
      LIMIT,
    );

    it(
      'sends under no address but its own',
      async () => {
        const spoof4 =
          'ip addr add 10.20.0.6/32 dev eth0; busybox ping -c 2 -W 1 -I 10.20.0.6 10.20.0.1; ip addr del 10.20.0.6/32 dev eth0';
        expect(await dropped(1, spoof4)).toMatchObject({ source4: expect.any(Number) });
        const spoof6 =
          'ip -6 addr add 2001:db8:20:2::2/128 dev eth0 nodad; busybox ping6 -c 2 -W 1 -I 2001:db8:20:2::2 2001:db8:20:1::1; ip -6 addr del 2001:db8:20:2::2/128 dev eth0';
        expect(await dropped(1, spoof6)).toMatchObject({ source6: expect.any(Number) });
      },
      LIMIT,
    );

    it(
      'sends the controller no fragments',
      async () => {
        expect(await dropped(1, 'busybox ping -c 1 -W 1 -s 4000 10.20.0.1')).toMatchObject({
          fragment4: expect.any(Number),
        });
        expect(await dropped(1, 'busybox ping6 -c 1 -W 1 -s 4000 2001:db8:20:1::1')).toMatchObject({
          fragment6: expect.any(Number),
        });
      },
      LIMIT,
    );
  },
);

import { describe, expect, it } from 'vitest';
import { parseNfsRoot } from '../../../src/sim/board/cmdline.ts';
import { boardNetns, fabricLayout, netnsPath, portLink } from '../../../src/sim/fabric/layout.ts';
import { managementSource } from '../../../src/sim/fabric/management.ts';
import { addressCommands } from '../../../src/sim/fabric/netns-os/addresses.ts';
import { nullCall } from '../../../src/sim/fabric/netns-os/mount-witness.ts';
import { url } from '../../../src/sim/fabric/netns-os/root.ts';
import { parseIpv4 } from '../../../src/wire/address.ts';
import { testPlan } from './support/plan.ts';

describe('fabricLayout', () => {
  const words = (commands: readonly (readonly string[])[]) => commands.map((command) => command.join(' '));

  it('makes one bridge, one leg and one cable a slot, in this order', () => {
    const layout = fabricLayout(testPlan({ models: ['3B', 'qemu', undefined] }));
    expect(layout.namespaces).toEqual(['sw', 'b001', 'b003']);
    expect(words(layout.links)).toEqual([
      'link add c101 netns sw type veth peer name vlan101',
      'link add p1 netns sw type veth peer name eth0 netns b001 address b8:27:eb:3f:36:77',
      'link add c102 netns sw type veth peer name vlan102',
      'link add c103 netns sw type veth peer name vlan103',
      'link add p3 netns sw type veth peer name eth0 netns b003',
      'link add mgmt0 type veth peer name mgmt0 netns sw',
    ]);
    expect(words(layout.switch).slice(0, 9)).toEqual([
      'link add br101 type bridge stp_state 0 forward_delay 0 mcast_snooping 0',
      'link set dev br101 up',
      'link set dev c101 master br101 up',
      'link add br102 type bridge stp_state 0 forward_delay 0 mcast_snooping 0',
      'link set dev br102 up',
      'link set dev c102 master br102 up',
      'tuntap add dev p2 mode tap',
      'link add br103 type bridge stp_state 0 forward_delay 0 mcast_snooping 0',
      'link set dev br103 up',
    ]);
    // Nothing is simulated in slot 3: no power will bring its port up, so it is up from the start.
    expect(words(layout.switch)).toContain('link set dev p3 up');
    expect(layout.managementIpv6).toBe(false);
    expect(words(layout.management)).toEqual([
      'link set dev mgmt0 up',
      'addr add 198.18.255.254/32 dev mgmt0',
      'route add 192.0.2.11/32 dev mgmt0 src 198.18.255.254',
    ]);
    expect(words(layout.switch)).toContain('addr add 192.0.2.11/32 dev mgmt0');
    expect(words(layout.switch)).toContain('route add 198.18.255.254/32 dev mgmt0');
  });

  it('has names that fit the kernel for every slot', () => {
    const layout = fabricLayout(testPlan({ models: new Array(1200).fill('3B+') }));
    const names = [...layout.links, ...layout.switch].flat().filter((word) => /^(p|c|br|vlan|b)\d+$/.test(word));
    expect(Math.max(...names.map((name) => name.length))).toBeLessThanOrEqual(15);
    expect(new Set(layout.namespaces).size).toBe(1201);
    expect([boardNetns(7), boardNetns(1080), portLink(7), netnsPath('b007')]).toEqual([
      'b007',
      'b1080',
      'p7',
      '/run/netns/b007',
    ]);
  });
});

describe('managementSource', () => {
  it('keeps out of the way of the plan', () => {
    const plan = testPlan({ models: ['3B'] });
    expect(managementSource(plan, 4)).toBe('198.18.255.254');
    expect(managementSource(plan, 6)).toBe('2001:2::fffe');
    const [slot] = plan.slots;
    const taken = {
      ...plan,
      slots: [{ ...slot!, ipv4: { ...slot!.ipv4, network: '198.18.255.252/30' }, routed: '2001:2::/48' }],
      switches: [{ ...plan.switches[0]!, address: '192.0.2.254' }],
    };
    expect(managementSource(taken, 4)).toBe('198.51.100.254');
    expect(managementSource(taken, 6)).toBe('2001:db8:ffff:ffff::fffe');
    const none = { ...taken, slots: [...taken.slots, { ...slot!, routed: '2001:db8:ffff::/48' }] };
    expect(() => managementSource(none, 6)).toThrow(/expected one of 2001:2::fffe, .* to be free/);
  });
});

describe('the operating system of a virtual board', () => {
  const ipv4 = {
    address: parseIpv4('10.1.2.3'),
    prefixLength: 30,
    router: parseIpv4('10.1.2.1'),
    server: undefined,
  };

  it.each<[string, string[]]>([
    ['', ['link set dev lo up', 'addr replace 10.1.2.3/30 dev eth0', 'route replace 0.0.0.0/0 via 10.1.2.1 dev eth0']],
    [
      'pirack.ipv6=2001:db8::2/64,2001:db8::1',
      [
        'link set dev lo up',
        'addr replace 10.1.2.3/30 dev eth0',
        'route replace 0.0.0.0/0 via 10.1.2.1 dev eth0',
        'addr replace 2001:db8::2/64 dev eth0 nodad',
        'route replace ::/0 via 2001:db8::1 dev eth0',
      ],
    ],
  ])('addresses for %j', (cmdline, commands) => {
    expect(addressCommands({ cmdline, ipv4 })).toEqual(commands);
  });

  it.each(['2001:db8::2', '2001:db8::2/64,x', '2001:db8::2/129', 'x/64', '::2/64 dev lo', '::2/64,::1;reboot'])(
    'refuses pirack.ipv6=%s',
    (value) => {
      const [word] = value.split(' ');
      if (word !== value)
        expect(addressCommands({ cmdline: `pirack.ipv6=${value}`, ipv4 }).join()).not.toContain('dev lo,');
      else expect(() => addressCommands({ cmdline: `pirack.ipv6=${value}`, ipv4 })).toThrow('expected pirack.ipv6=');
    },
  );

  it.each([
    ['nfsroot=10.1.2.1:/srv/pi/7,vers=3,tcp', '/etc/hostname', 'nfs://10.1.2.1/srv/pi/7/etc/hostname?version=3'],
    ['nfsroot=10.1.2.1:/b007,vers=4.1', '/', 'nfs://10.1.2.1/b007/?version=4'],
    [
      'nfsroot=10.1.2.1:/a,port=2050,mountport=20049',
      '/x',
      'nfs://10.1.2.1/a/x?version=3&nfsport=2050&mountport=20049',
    ],
    ['nfsroot=10.1.2.1:/', '/etc/hostname', 'nfs://10.1.2.1/etc/hostname?version=3'],
  ])('%s as libnfs wants it', (cmdline, file, expected) => {
    expect(url(parseNfsRoot(cmdline, undefined), file)).toBe(expected);
  });

  it('calls procedure NULL of NFSv3 in one record', () => {
    expect(Buffer.from(nullCall(7)).toString('hex')).toBe(
      [
        '80000028',
        '00000007',
        '00000000',
        '00000002',
        '000186a3',
        '00000003',
        '00000000',
        '00000000',
        '00000000',
        '00000000',
        '00000000',
      ].join(''),
    );
  });
});

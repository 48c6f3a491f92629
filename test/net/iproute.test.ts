import { describe, expect, it } from 'vitest';
import { ipBatch, parseAddresses, parseBatchErrors, parseLink, parseNeighbour } from '../../src/net/iproute.ts';
import { describeWith } from '../support/needs.ts';
import { SEALED, sealed } from './support/sealed.ts';

describe('what ip prints', () => {
  it('is read for a VLAN interface', () => {
    const entry = {
      ifindex: 7,
      link: 'eth1',
      ifname: 'vlan101',
      flags: ['NO-CARRIER', 'BROADCAST', 'UP'],
      mtu: 1500,
      address: '02:00:00:00:00:07',
      linkinfo: { info_kind: 'vlan', info_data: { protocol: '802.1Q', id: 101, flags: ['REORDER_HDR'] } },
    };
    expect(parseLink(entry)).toEqual({
      ifindex: 7,
      ifname: 'vlan101',
      up: true,
      carrier: false,
      mtu: 1500,
      mac: '02:00:00:00:00:07',
      kind: 'vlan',
      parent: 'eth1',
      vlan: 101,
    });
  });

  it('is read for a tunnel, which has no Ethernet address', () => {
    const entry = {
      ifindex: 9,
      ifname: 'gre0',
      flags: [],
      mtu: 1476,
      address: '0.0.0.0',
      linkinfo: { info_kind: 'gre' },
    };
    expect(parseLink(entry)).toMatchObject({ mac: undefined, up: false, kind: 'gre', parent: undefined });
  });

  it.each([
    [{}, false],
    [{ tentative: true }, true],
    [{ dadfailed: true }, true],
    [{ nodad: true }, false],
  ])('tells whether an address can be used: %j', (flags, unusable) => {
    const info = { family: 'inet6', local: 'fd00::1', prefixlen: 64, scope: 'global', ...flags };
    expect(parseAddresses({ ifname: 'vlan101', addr_info: [info, {}] })).toEqual([
      { ifname: 'vlan101', family: 6, address: 'fd00::1', prefix: 64, scope: 'global', unusable },
    ]);
  });

  it('is read for a neighbour that did not answer', () => {
    expect(parseNeighbour({ dst: '10.20.0.2', dev: 'vlan101', state: ['FAILED'] })).toEqual({
      ifname: 'vlan101',
      address: '10.20.0.2',
      mac: undefined,
      state: 'FAILED',
    });
  });
});

describe('errors of a batch', () => {
  const commands = [['first'], ['second'], ['third', 'word']];

  it('belong to the command whose number follows them', () => {
    const stderr = 'RTNETLINK answers: File exists\nCommand failed -:1\nCannot find device "x"\nCommand failed -:3\n';
    expect(parseBatchErrors(commands, stderr)).toEqual([
      [
        { command: ['first'], message: 'RTNETLINK answers: File exists' },
        { command: ['third', 'word'], message: 'Cannot find device "x"' },
      ],
      undefined,
    ]);
  });

  it('say where ip gave up, with whatever failed before', () => {
    const stderr = 'No.\nCommand failed -:1\nError: any valid prefix is expected rather than "x".\n';
    expect(parseBatchErrors(commands, stderr)).toEqual([
      [{ command: ['first'], message: 'No.' }],
      'Error: any valid prefix is expected rather than "x".',
    ]);
    expect(parseBatchErrors(commands, '')).toEqual([[], 'no reason given']);
  });

  it.each(['', 'a b', 'a\nlink', 'a;b', '"a"', '#', 'a\\', 'é'])('cannot come from a word such as %j', async (word) => {
    await expect(ipBatch([['link', 'set', word, 'up']])).rejects.toThrow(RangeError);
  });
});

interface Iproute {
  links: unknown[][];
  addresses: object[];
  neighbours: object[];
  routes: unknown[][];
  routes6: object[];
  outcomes: object[];
  leg1: number;
  added: boolean;
}

describeWith(SEALED)('ip in a namespace', () => {
  it('is read and written', async () => {
    const seen = await sealed<Iproute>('iproute.ts');
    const veth = ['veth', null, null];
    expect(seen.links).toEqual([
      ['lo', true, null, null, null],
      ['leg1', true, ...veth],
      ['leg2', true, ...veth],
      ['br0', false, 'bridge', null, null],
    ]);
    expect(seen.addresses).toEqual([
      { ifname: 'leg1', family: 4, address: '10.20.1.1', prefix: 30, scope: 'global', unusable: false },
      { ifname: 'leg2', family: 4, address: '10.20.2.1', prefix: 30, scope: 'global', unusable: false },
      { ifname: 'leg2', family: 6, address: 'fd00:9::1', prefix: 64, scope: 'global', unusable: false },
    ]);
    expect(seen.neighbours).toEqual([
      { ifname: 'leg1', address: '10.20.1.2', mac: 'b8:27:eb:00:00:01', state: 'PERMANENT' },
    ]);
    expect(seen.routes.toSorted()).toEqual([
      ['10.20.1.0/30', 'leg1', null, 'unicast'],
      ['10.20.2.0/30', 'leg2', null, 'unicast'],
      ['192.0.2.0/24', 'leg1', '10.20.1.2', 'unicast'],
      ['198.51.100.0/24', null, null, 'blackhole'],
    ]);
    expect(seen.routes6).toMatchObject([{ destination: 'fd00:9::/64', ifname: 'leg2', table: 'main' }]);
    expect(seen.outcomes).toEqual([
      { done: 0 },
      { done: 1 },
      {
        name: 'IpBatchFailed',
        failures: [
          ['link set dev nope up', 'Cannot find device "nope"'],
          ['address add 10.20.1.1/30 dev leg1', expect.stringMatching(/already assigned|File exists/)],
        ], // ip exits when a neighbour command fails
        stopped: expect.stringContaining('No such'),
        message: expect.stringContaining('ip link set dev nope up: Cannot find device "nope"; ip address add'),
      },
      {
        name: 'IpBatchFailed',
        failures: [['link set dev nope up', 'Cannot find device "nope"']],
        stopped: expect.stringContaining('10.99.0.300'),
        message: expect.stringContaining('ip gave up: '),
      },
    ]);
    expect(seen.added).toBe(true); // the command after two that failed was carried out
    expect(seen.leg1).toBe(1400); // the one after a word that ip cannot read was not
  });
});

import pino from 'pino';
import { describe, expect, it } from 'vitest';
import type { Inet6Target } from '../../../src/net/inet6.ts';
import type { Udp6Batch } from '../../../src/net/udp6.ts';
import { Dhcpv6Server, type Lease6 } from '../../../src/netboot/dhcpv6/server.ts';
import { seconds, slotNumber } from '../../../src/rack/units.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import type { Ipv6 } from '../../../src/wire/address.ts';
import { type Dhcpv6Packet, decodeDhcpv6, encodeDhcpv6, MessageType6 as M } from '../../../src/wire/dhcpv6/index.ts';
import { ipv6Bytes, ipv6Text } from '../../../src/wire/ipv6-text.ts';
import { PI4_INFORMATION_REQUEST, PI4_REQUEST, PI4_SOLICIT } from '../../wire/dhcpv6/bytes.ts';
import { BOARD, CLIENT_ID, leg6, message, na, pd, SERVER, SERVER_ID } from './support.ts';

const HOST = 'fe80::dea6:32ff:fe00:5301';
const ALL_SERVERS = 'ff02::1:2';

interface Arrival {
  readonly ifindex: number;
  readonly packet: Dhcpv6Packet | Uint8Array;
  readonly from?: string;
  readonly to?: string;
}

/** A server with legs of slots 1 and 2 on interfaces 11 and 12, and a lease store that commits when told. */
class Bench {
  readonly clock = new VirtualClock();
  readonly sent: { ifindex: number; to: string; port: number; packet: Dhcpv6Packet }[] = [];
  readonly leases: Lease6[] = [];
  readonly kernel: string[] = [];
  readonly milestones: string[] = [];
  readonly server: Dhcpv6Server;
  holdCommits = false;
  kernelError: Error | undefined;
  #commits: { resolve: () => void; reject: (error: Error) => void }[] = [];
  #handler: (batch: Udp6Batch) => void = () => {};

  constructor() {
    const bootServer = '2001:db8:20:1::1' as Ipv6;
    const two = leg6({
      slot: slotNumber(2),
      interface: 'vlan102',
      board: '2001:db8:20:2::2' as Ipv6,
      routed: undefined,
    });
    const legs = new Map([
      [11, leg6({ bootServer })],
      [12, two],
    ]);
    this.server = new Dhcpv6Server({
      socket: {
        onBatch: (handler) => {
          this.#handler = handler;
        },
        onSendError: () => {},
        send: (bytes, to: Inet6Target & { peerPort: number }) => {
          const { ifindex, peerAddress, peerPort } = to;
          this.sent.push({ ifindex, to: ipv6Text(peerAddress), port: peerPort, packet: decodeDhcpv6(bytes) });
        },
        flush: () => {},
      },
      legs: (ifindex) => legs.get(ifindex),
      server: SERVER,
      leases: {
        record: (lease) => void this.leases.push(lease),
        committed: () =>
          this.holdCommits
            ? new Promise((resolve, reject) => void this.#commits.push({ resolve, reject }))
            : Promise.resolve(),
      },
      kernel: {
        route: async (leg, via) => {
          if (this.kernelError) throw this.kernelError;
          this.kernel.push(`route ${leg.interface} ${leg.routed?.prefix} via ${via}`);
        },
        firmware: async (leg, linkLocal, begins) => {
          this.kernel.push(`firmware ${leg.interface} as ${linkLocal}${begins ? ' begins' : ''}`);
        },
        system: async (leg) => {
          this.kernel.push(`system ${leg.interface}`);
        },
      },
      observe: () => {},
      milestone: (slot, milestone) => void this.milestones.push(`${slot} ${milestone}`),
      clock: this.clock,
      log: pino({ level: 'silent' }),
    });
  }

  async exchange(...arrivals: Arrival[]) {
    const bytes = arrivals.map(({ packet }) => (packet instanceof Uint8Array ? packet.slice() : encodeDhcpv6(packet)));
    this.#handler({
      count: arrivals.length,
      ifindex: (i) => arrivals[i]!.ifindex,
      peerAddress: (i) => ipv6Bytes(arrivals[i]!.from ?? HOST),
      localAddress: (i) => ipv6Bytes(arrivals[i]!.to ?? ALL_SERVERS),
      peerBegins: () => false,
      localBegins: () => false,
      peerPort: () => 546,
      bytes: (i) => bytes[i]!,
      truncated: () => false,
    });
    // The arena is the socket's: what was kept must have been copied.
    for (const view of bytes) view.fill(0xee);
    await this.clock.advanceAsync(1);
    return this.sent.splice(0);
  }

  async settleCommits(error?: Error): Promise<void> {
    for (const { resolve, reject } of this.#commits.splice(0)) error === undefined ? resolve() : reject(error);
    await this.clock.advanceAsync(1);
  }
}

const request = message(M.request, CLIENT_ID, SERVER_ID, na(7));
const withPrefix = message(M.request, CLIENT_ID, SERVER_ID, na(7), pd(8));

describe('an answer', () => {
  it('leaves by the leg it was asked on, to the link-local address that asked', async () => {
    const bench = new Bench();
    const sent = await bench.exchange({ ifindex: 12, packet: message(M.solicit, CLIENT_ID, na(7)) });
    expect(sent.map(({ ifindex, to, port, packet }) => [ifindex, to, port, packet.type])).toEqual([
      [12, HOST, 546, M.advertise],
    ]);
  });

  it('that binds leaves after its commit, and the route of the prefix is there before it', async () => {
    const bench = new Bench();
    bench.holdCommits = true;
    expect(await bench.exchange({ ifindex: 11, packet: withPrefix })).toEqual([]);
    expect(bench.leases.map(({ kind, lease, via }) => [kind, lease, via])).toEqual([
      ['address', BOARD, HOST],
      ['prefix', '2001:db8:4000:100::/56', HOST],
    ]);
    expect(bench.kernel).toEqual([]);
    await bench.settleCommits();
    expect(bench.kernel).toEqual(['system vlan101', `route vlan101 2001:db8:4000:100:: via ${HOST}`]);
    expect(bench.sent.map(({ packet }) => packet.type)).toEqual([M.reply]);
  });

  it('whose commit failed never leaves, and the client may ask again', async () => {
    const bench = new Bench();
    bench.holdCommits = true;
    await bench.exchange({ ifindex: 11, packet: request });
    await bench.settleCommits(new Error('disk full'));
    expect(bench.sent).toEqual([]);
    expect(bench.server.counters.commitFailures).toBe(1);
    bench.holdCommits = false;
    await bench.clock.advanceAsync(seconds(1));
    expect(await bench.exchange({ ifindex: 11, packet: request })).toHaveLength(1);
  });

  it('leaves although its route could not be made, and that is counted', async () => {
    const bench = new Bench();
    bench.kernelError = new Error('RTNETLINK answers: no such device');
    expect(await bench.exchange({ ifindex: 11, packet: withPrefix })).toHaveLength(1);
    expect(bench.server.counters.kernelFailures).toBe(1);
  });

  it('is one for a message that comes twice at once', async () => {
    const bench = new Bench();
    const sent = await bench.exchange({ ifindex: 11, packet: request }, { ifindex: 11, packet: request });
    expect(sent).toHaveLength(1);
    expect(bench.server.counters.duplicates).toBe(1);
    await bench.clock.advanceAsync(seconds(1));
    expect(await bench.exchange({ ifindex: 11, packet: request })).toHaveLength(1);
  });
});

it('a RELEASE takes the route away', async () => {
  const bench = new Bench();
  const packet = message(M.release, CLIENT_ID, SERVER_ID, pd(8, ['2001:db8:4000:100::', 56]));
  await bench.exchange({ ifindex: 11, packet });
  expect(bench.kernel).toEqual(['route vlan101 2001:db8:4000:100:: via undefined']);
  expect(bench.leases[0]).toMatchObject({ kind: 'prefix' });
  expect(bench.leases[0]?.expiresAt).toBe(bench.leases[0]?.givenAt);
});

it('the kernel knows where firmware is before its first answer leaves: it answers no second solicitation', async () => {
  const bench = new Bench();
  const packet = decodeDhcpv6(PI4_REQUEST);
  const options = packet.options.map((option) => (option.code === 2 ? SERVER_ID : option));
  await bench.exchange({ ifindex: 11, packet: { ...packet, options } });
  expect(bench.kernel).toEqual([`firmware vlan101 as ${HOST}`]);
  expect(bench.milestones).toEqual(['1 offer']);
});

it('firmware is told to the kernel with its SOLICIT and its INFORMATION-REQUEST, and only in a slot that boots so', async () => {
  const bench = new Bench();
  await bench.exchange({ ifindex: 11, packet: decodeDhcpv6(PI4_SOLICIT) });
  await bench.exchange({ ifindex: 11, packet: decodeDhcpv6(PI4_INFORMATION_REQUEST) });
  await bench.exchange({ ifindex: 12, packet: decodeDhcpv6(PI4_SOLICIT) });
  expect(bench.kernel).toEqual([`firmware vlan101 as ${HOST} begins`, `firmware vlan101 as ${HOST} begins`]);
  expect(bench.server.counters.sent).toBe(3);
});

describe('dropped and counted', () => {
  it.each<[string, Arrival, string]>([
    ['on an interface that is no leg', { ifindex: 99, packet: request }, 'notALeg'],
    ['from a global address', { ifindex: 11, packet: request, from: '2001:db8:20:2::2' }, 'foreignSource'],
    ['from nobody', { ifindex: 11, packet: request, from: '::' }, 'foreignSource'],
    ['that is none', { ifindex: 11, packet: Uint8Array.of(1, 2) }, 'malformed'],
  ])('a message %s', async (_what, arrival, counter) => {
    const bench = new Bench();
    expect(await bench.exchange(arrival)).toEqual([]);
    expect(bench.server.counters).toMatchObject({ received: 1, [counter]: 1 });
  });

  it('what is over the rate of one leg, while another is answered', async () => {
    const bench = new Bench();
    const flood = Array.from({ length: 1000 }, (_, i) => ({
      ifindex: 11,
      packet: { ...message(M.solicit, CLIENT_ID, na(7)), transactionId: i },
    }));
    const sent = await bench.exchange(...flood, { ifindex: 12, packet: message(M.solicit, CLIENT_ID, na(7)) });
    expect(sent.filter(({ ifindex }) => ifindex === 11).length).toBe(50);
    expect(sent.filter(({ ifindex }) => ifindex === 12).length).toBe(1);
    expect(bench.server.counters.limited).toBe(950);
  });

  it('everything once it is closed', async () => {
    const bench = new Bench();
    bench.server.close();
    expect(await bench.exchange({ ifindex: 11, packet: request })).toEqual([]);
  });
});

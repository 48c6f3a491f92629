import pino from 'pino';
import { describe, expect, it } from 'vitest';
import type { Icmp6Batch } from '../../../src/net/icmp6.ts';
import type { Inet6Target } from '../../../src/net/inet6.ts';
import { nextInterval } from '../../../src/netboot/ra/intervals.ts';
import { advertisementOf, type RaLeg } from '../../../src/netboot/ra/leg.ts';
import { RaServer } from '../../../src/netboot/ra/server.ts';
import { seconds, slotNumber } from '../../../src/rack/units.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { type Ipv6, parseMac } from '../../../src/wire/address.ts';
import { encodeRouterAdvertisement, encodeRouterSolicitation } from '../../../src/wire/icmpv6/index.ts';
import { ipv6Bytes, ipv6Text } from '../../../src/wire/ipv6-text.ts';

const SETTINGS = { routerLifetime: 1800, preferred: 43200, valid: 86400 };
const HOST = 'fe80::dea6:32ff:fe00:5301';

function leg(slot: number, solicited: RaLeg['solicited'] = 'host'): RaLeg {
  return {
    slot: slotNumber(slot),
    interface: `vlan${100 + slot}`,
    mac: parseMac('02:00:00:00:53:01'),
    prefix: `2001:db8:20:${slot}::` as Ipv6,
    autonomous: false,
    mtu: 1500,
    dnsServers: ['2001:db8:20:1::1' as Ipv6],
    searchDomains: ['rack.example'],
    nat64: { prefix: '64:ff9b::' as Ipv6, length: 96 },
    solicited,
  };
}

class Bench {
  readonly clock = new VirtualClock();
  readonly sent: { at: number; ifindex: number; to: string; lifetime: number; bytes: string }[] = [];
  readonly server: RaServer;
  #queue: { bytes: Uint8Array; to: Inet6Target }[] = [];
  #handler: (batch: Icmp6Batch) => void = () => {};

  constructor(random: () => number = () => 0.5) {
    this.server = new RaServer({
      socket: {
        onBatch: (handler) => {
          this.#handler = handler;
        },
        onSendError: () => {},
        send: (bytes, to) => void this.#queue.push({ bytes: bytes.slice(), to }),
        flush: () => {
          for (const { bytes, to } of this.#queue.splice(0)) {
            const lifetime = new DataView(bytes.buffer, bytes.byteOffset).getUint16(6);
            const text = Buffer.from(bytes).toString('hex');
            const at = this.clock.monotonic();
            this.sent.push({ at, ifindex: to.ifindex, to: ipv6Text(to.peerAddress), lifetime, bytes: text });
          }
        },
      },
      ifindex: ({ slot }) => (slot === 9 ? undefined : 10 + slot),
      settings: SETTINGS,
      clock: this.clock,
      random,
      log: pino({ level: 'silent' }),
    });
  }

  solicit(ifindex: number, from: string, change: { hopLimit?: number; bytes?: Uint8Array } = {}): void {
    const mac = from === '::' ? undefined : parseMac('dc:a6:32:00:53:01');
    const bytes = change.bytes ?? encodeRouterSolicitation({ sourceMac: mac });
    this.#handler({
      count: 1,
      ifindex: () => ifindex,
      peerAddress: () => ipv6Bytes(from),
      localAddress: () => ipv6Bytes('ff02::2'),
      bytes: () => bytes,
      truncated: () => false,
      hopLimit: () => change.hopLimit ?? 255,
    });
  }

  /** What was sent since the last call. */
  take() {
    return this.sent.splice(0);
  }
}

async function quiet(bench: Bench): Promise<void> {
  await bench.clock.advanceAsync(seconds(60));
  bench.take();
}

describe('a solicitation', () => {
  it('of a host with an address is answered at once, to it alone, on its own leg', async () => {
    const bench = new Bench();
    bench.server.setLegs([leg(1), leg(2)]);
    await quiet(bench);
    bench.solicit(12, HOST);
    const expected = Buffer.from(encodeRouterAdvertisement(advertisementOf(leg(2), SETTINGS))).toString('hex');
    expect(bench.take()).toEqual([
      { at: bench.clock.monotonic(), ifindex: 12, to: HOST, lifetime: 1800, bytes: expected },
    ]);
    expect(expected).toContain(Buffer.from(ipv6Bytes('2001:db8:20:2::')).toString('hex'));
  });

  it('of a host without one is answered to all nodes, at most every three seconds', async () => {
    const bench = new Bench();
    bench.server.setLegs([leg(1)]);
    await quiet(bench);
    const began = bench.clock.monotonic();
    bench.solicit(11, '::');
    bench.solicit(11, '::');
    bench.solicit(11, '::');
    await bench.clock.advanceAsync(seconds(10));
    expect(bench.take().map(({ at, to }) => [at - began, to])).toEqual([
      [0, 'ff02::1'],
      [3000, 'ff02::1'],
    ]);
  });

  it('on the leg of a slot that boots over IPv6 is answered to all nodes: firmware may be asked for its MAC only once', async () => {
    const bench = new Bench();
    bench.server.setLegs([leg(1, 'all-nodes')]);
    await quiet(bench);
    bench.solicit(11, HOST);
    expect(bench.take()).toMatchObject([{ ifindex: 11, to: 'ff02::1' }]);
  });

  it('of a global address is answered to all nodes: advertisements come from link-local addresses only', async () => {
    const bench = new Bench();
    bench.server.setLegs([leg(1)]);
    await quiet(bench);
    bench.solicit(11, '2001:db8:20:1::2');
    expect(bench.take().map(({ to }) => to)).toEqual(['ff02::1']);
  });

  it.each([
    ['from beyond the link', 11, { hopLimit: 64 }, 'foreign'],
    ['that is none', 11, { bytes: Uint8Array.of(133, 0) }, 'malformed'],
    ['on an interface that is no leg', 99, {}, 'notALeg'],
  ] as const)('%s is dropped and counted', async (_what, ifindex, change, counter) => {
    const bench = new Bench();
    bench.server.setLegs([leg(1)]);
    await quiet(bench);
    bench.solicit(ifindex, HOST, change);
    expect(bench.take()).toEqual([]);
    expect(bench.server.counters).toMatchObject({ received: 1, [counter]: 1 });
  });

  it('flood is answered in bounds, and costs another leg nothing', async () => {
    const bench = new Bench();
    bench.server.setLegs([leg(1), leg(2)]);
    await quiet(bench);
    for (let i = 0; i < 5000; i++) bench.solicit(11, HOST);
    expect(bench.take().length).toBeLessThanOrEqual(10);
    bench.solicit(12, HOST);
    expect(bench.take().map(({ ifindex }) => ifindex)).toEqual([12]);
    expect(bench.server.counters.limited).toBeGreaterThan(4900);
  });
});

describe('by themselves', () => {
  it('three leave soon after the start, then one every 200 to 600 s, with jitter', async () => {
    let seed = 0;
    const bench = new Bench(() => {
      seed = (seed * 16807 + 7) % 2147483647;
      return seed / 2147483647;
    });
    bench.server.setLegs([leg(1)]);
    await bench.clock.advanceAsync(seconds(6000));
    const times = bench.take().map(({ at }) => at);
    const gaps = times.slice(1).map((at, i) => at - (times[i] as number));
    expect(times[0]).toBeLessThan(1000);
    expect(gaps.slice(0, 2)).toEqual([16000, 16000]);
    for (const gap of gaps.slice(2)) {
      expect(gap).toBeGreaterThanOrEqual(200_000);
      expect(gap).toBeLessThanOrEqual(600_000);
    }
    expect(new Set(gaps.slice(2)).size).toBeGreaterThan(3);
  });

  it('again soon when the link comes up', async () => {
    const bench = new Bench();
    bench.server.setLegs([leg(1)]);
    await quiet(bench);
    const at = bench.clock.monotonic();
    bench.server.linkUp(11);
    await bench.clock.advanceAsync(seconds(1));
    expect(bench.take().map((one) => one.at - at)).toEqual([0]);
  });

  it('the longest interval is a third of the router’s lifetime: two may be lost', () => {
    expect(nextInterval(3, 0.999999)).toBeLessThanOrEqual((SETTINGS.routerLifetime * 1000) / 3);
  });
});

describe('legs and the end', () => {
  it('a leg without an interface is left out; one that is planned anew says its new things', async () => {
    const bench = new Bench();
    bench.server.setLegs([leg(9), leg(1)]);
    await quiet(bench);
    bench.server.setLegs([{ ...leg(1), autonomous: true }]);
    bench.solicit(11, HOST);
    const expected = encodeRouterAdvertisement(advertisementOf({ ...leg(1), autonomous: true }, SETTINGS));
    expect(bench.take()[0]?.bytes).toBe(Buffer.from(expected).toString('hex'));
  });

  it('goodbye on every leg: lifetime 0, the prefix as good as before, and nothing after it', async () => {
    const bench = new Bench();
    bench.server.setLegs([leg(1), leg(2)]);
    await quiet(bench);
    bench.server.close();
    bench.server.close();
    bench.solicit(11, HOST);
    await bench.clock.advanceAsync(seconds(1000));
    const sent = bench.take();
    expect(sent.map(({ ifindex, to, lifetime }) => [ifindex, to, lifetime])).toEqual([
      [11, 'ff02::1', 0],
      [12, 'ff02::1', 0],
    ]);
    // Prefix information: on-link, valid a day, preferred half a day.
    expect(sent[0]?.bytes).toContain('0304408000015180' + '0000a8c0');
  });
});

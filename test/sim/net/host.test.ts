import { describe, expect, it } from 'vitest';
import { ALL_NODES, ALL_ROUTERS, ICMP6_TYPE } from '../../../src/net/icmp6.ts';
import type { UdpBatch } from '../../../src/net/udp.ts';
import { millis } from '../../../src/rack/units.ts';
import { VirtualHost } from '../../../src/sim/net/host.ts';
import { MemoryBody } from '../../../src/sim/net/memory-body.ts';
import { linkLocalOf } from '../../../src/sim/net/nd.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { VirtualWire } from '../../../src/sim/virtual-wire.ts';
import { type Ipv4, ipv4ToNumber, parseIpv4, parseMac } from '../../../src/wire/address.ts';
import { decodeFrame, type Frame } from '../../../src/wire/ethernet/index.ts';
import { encodeRouterSolicitation } from '../../../src/wire/icmpv6/index.ts';
import { ipv6Bytes } from '../../../src/wire/ipv6-text.ts';

const MACS = [parseMac('02:00:00:00:00:01'), parseMac('02:00:00:00:00:02')] as const;
const ADDRESSES = [parseIpv4('10.20.0.1'), parseIpv4('10.20.0.2')] as const;
const [ONE, TWO] = ADDRESSES.map(ipv4ToNumber) as [number, number];
const ALL = 0xffffffff;

/** Two hosts on one wire, and every frame on it. */
function pair() {
  const clock = new VirtualClock();
  const wire = new VirtualWire({ clock });
  const frames: Frame[] = [];
  wire.port().onFrame((frame) => frames.push(decodeFrame(frame.slice())));
  const hosts = MACS.map((mac, i) => {
    const host = new VirtualHost(clock);
    const ipv4 = { address: ADDRESSES[i] as Ipv4, prefixLength: 30 };
    const ipv6 = [ipv6Bytes(`2001:db8::${i + 1}`)];
    host.add({ ifindex: 7 + i, name: `eth${i}`, mac, wire: wire.port(), ipv4, ipv6 });
    return host;
  }) as [VirtualHost, VirtualHost];
  const kinds = () => frames.map((frame) => frame.kind);
  return { clock, wire, frames, hosts, kinds, pass: (time = 10) => clock.advance(time) };
}

interface Heard {
  readonly text: string;
  readonly from: number;
  readonly port: number;
  readonly ifindex: number;
  readonly to: number;
}

/** What a socket hears, batch by batch. */
function heard(socket: { onBatch(handler: (batch: UdpBatch) => void): void }): Heard[][] {
  const batches: Heard[][] = [];
  socket.onBatch((batch) => {
    batches.push(
      Array.from({ length: batch.count }, (_, i) => ({
        text: Buffer.from(batch.bytes(i)).toString(),
        from: batch.peerAddress(i),
        port: batch.peerPort(i),
        ifindex: batch.ifindex(i),
        to: batch.destinationAddress(i),
      })),
    );
  });
  return batches;
}

const text = (value: string) => Buffer.from(value);
const to = (peerAddress: number, peerPort: number, ifindex = 7) => ({
  ifindex,
  localAddress: 0,
  peerAddress,
  peerPort,
});

describe('a virtual host', () => {
  it('asks who has an address, sends what waited for the answer, and does not ask again', () => {
    const { hosts, kinds, pass } = pair();
    const [from, at] = [hosts[0].openUdp4(67), hosts[1].openUdp4(68)];
    const batches = heard(at);
    from.send(text('one'), to(TWO, 68));
    from.send(text('two'), to(TWO, 68));
    pass();
    expect(kinds()).toEqual([]);
    from.flush();
    pass();
    expect(kinds()).toEqual(['arp', 'arp', 'udp4', 'udp4']);
    expect(batches).toEqual([
      [
        { text: 'one', from: ONE, port: 67, ifindex: 8, to: TWO },
        { text: 'two', from: ONE, port: 67, ifindex: 8, to: TWO },
      ],
    ]);
    at.send(text('back'), to(ONE, 67, 8));
    at.flush();
    pass();
    expect(kinds().slice(4)).toEqual(['udp4']);
    expect(from.stats).toMatchObject({ sent: 2, received: 1 });
  });

  it('needs not ask where the entry is permanent, whatever somebody else claims', () => {
    const { hosts, frames, pass } = pair();
    const stranger = parseMac('02:00:00:00:00:99');
    hosts[0].setPermanentNeighbour4('eth0', ADDRESSES[1], stranger);
    const other = hosts[1].openUdp4(68);
    other.send(text('hello'), to(ONE, 1, 8));
    other.flush();
    pass();
    const socket = hosts[0].openUdp4(67);
    socket.send(text('offer'), to(TWO, 68));
    socket.flush();
    pass();
    expect(frames.at(-1)).toMatchObject({ kind: 'udp4', destination: stranger });
  });

  it('gives up an address that nobody has after three questions', () => {
    const { hosts, clock, kinds } = pair();
    hosts[1].down();
    const socket = hosts[0].openUdp4(67);
    for (let i = 0; i < 20; i++) socket.send(text('x'), to(TWO, 68));
    socket.flush();
    clock.advance(10_000);
    expect(kinds()).toEqual(['arp', 'arp', 'arp']);
    expect(hosts[0].interfaces[0]?.neighbours4).toMatchObject({ asked: 3, unresolved: 20 });
  });

  it('broadcasts without asking, and hears broadcasts with the address that they went to', () => {
    const { hosts, kinds, pass } = pair();
    const batches = heard(hosts[1].openUdp4(67));
    const socket = hosts[0].openUdp4(68);
    for (const address of [ALL, ONE + 2]) socket.send(text('discover'), to(address, 67));
    socket.flush();
    pass();
    expect(kinds()).toEqual(['udp4', 'udp4']);
    expect(batches.flat().map((each) => each.to)).toEqual([ALL, ONE + 2]);
  });

  it('says what it cannot send', () => {
    const { hosts } = pair();
    const socket = hosts[0].openUdp4(67);
    const errors: unknown[] = [];
    socket.onSendError((...error) => errors.push(error));
    socket.send(text('x'), to(TWO, 68, 99));
    socket.send(text('x'), to(ipv4ToNumber(parseIpv4('192.0.2.1')), 68));
    socket.flush();
    expect(errors).toEqual([
      [99, 19, 'ENODEV'],
      [7, 101, 'ENETUNREACH'],
    ]);
    expect(() => hosts[0].openUdp4(67)).toThrow('EADDRINUSE');
    expect(() => socket.send(new Uint8Array(3000), to(TWO, 68))).toThrow(RangeError);
  });

  it('overwrites what a handler keeps, as an arena is', () => {
    const { hosts, pass } = pair();
    let kept: Uint8Array | undefined;
    hosts[1].openUdp4(68).onBatch((batch) => {
      kept = batch.bytes(0);
    });
    const socket = hosts[0].openUdp4(67);
    socket.send(text('abc'), to(ALL, 68));
    socket.flush();
    pass();
    expect([...(kept ?? [])]).toEqual([0xee, 0xee, 0xee]);
  });

  it('sends parts of a body alone and as a window, until it is released', () => {
    const { hosts, pass } = pair();
    const batches = heard(hosts[1].openUdp4(68));
    const socket = hosts[0].openUdp4(69);
    const body = new MemoryBody(text('abcdefg'));
    socket.sendBody(text('>'), body, 1, 2, to(ALL, 68));
    socket.sendWindow(text('123'), body, 0, 7, 3, to(ALL, 68));
    expect(() => socket.sendBody(text('>'), body, 6, 2, to(ALL, 68))).toThrow(RangeError);
    body.release();
    expect(() => socket.sendBody(text('>'), body, 0, 1, to(ALL, 68))).toThrow('released');
    socket.flush();
    pass();
    expect(batches.flat().map((each) => each.text)).toEqual(['>bc', '1abc', '2def', '3g']);
  });
});

describe('a virtual host over IPv6', () => {
  it('hears solicitations where it takes part, and answers to who asked without asking back', () => {
    const { hosts, clock, frames, pass } = pair();
    const [router, host] = [hosts[0].openIcmp6(), hosts[1].openIcmp6([ICMP6_TYPE.routerAdvertisement])];
    let seen = 0;
    host.onBatch((batch) => {
      for (let i = 0; i < batch.count; i++) if (batch.hopLimit(i) === 255) seen++;
    });
    router.onBatch((batch) => {
      router.send(Uint8Array.of(134, ...new Uint8Array(15)), { ifindex: 7, peerAddress: batch.peerAddress(0) });
      router.flush();
    });
    const solicit = () => {
      host.send(encodeRouterSolicitation({ sourceMac: MACS[1] }), { ifindex: 8, peerAddress: ALL_ROUTERS });
      host.flush();
      pass();
    };
    solicit();
    expect(seen).toBe(0);
    router.join(7, ALL_ROUTERS);
    solicit();
    expect(seen).toBe(1);
    expect(frames.map(({ destination }) => destination)).toEqual(['33:33:00:00:00:02', '33:33:00:00:00:02', MACS[1]]);
    clock.after(millis(0), () => {
      router.send(Uint8Array.of(134, ...new Uint8Array(15)), { ifindex: 7, peerAddress: ALL_NODES });
      router.flush();
    });
    pass();
    expect(seen).toBe(2);
  });

  it('finds a neighbour by solicitation, and sends from an address of the same scope', () => {
    const { hosts, frames, pass } = pair();
    const from: string[] = [];
    hosts[1].openUdp6(547).onBatch((batch) => {
      for (let i = 0; i < batch.count; i++) from.push(Buffer.from(batch.peerAddress(i)).toString('hex'));
    });
    const socket = hosts[0].openUdp6(546);
    for (const peerAddress of [ipv6Bytes('2001:db8::2'), linkLocalOf(MACS[1])]) {
      socket.send(text('x'), { ifindex: 7, peerAddress, peerPort: 547 });
      socket.flush();
      pass();
    }
    expect(from).toEqual(
      [Buffer.from(ipv6Bytes('2001:db8::1')), Buffer.from(linkLocalOf(MACS[0]))].map((b) => b.toString('hex')),
    );
    // Question, answer, datagram; twice.
    expect(frames).toHaveLength(6);
  });
});

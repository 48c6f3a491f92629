import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../src/netboot/dhcpv4/settings.ts';
import { millis, slotNumber } from '../../../src/rack/units.ts';
import { parseIpv4, parseMac } from '../../../src/wire/address.ts';
import { type Dhcpv4Packet, decodeDhcpv4, encodeDhcpv4, readMessageType } from '../../../src/wire/dhcpv4/index.ts';
import { hex } from '../../wire/dhcpv4/bytes.ts';
import { EEPROM_PI4, EEPROM_PI4_REQUEST, OFFER_3B, OPTION_43, ROM_3B, ROM_3B_PLUS } from '../../wire/dhcpv4/roms.ts';
import { Bench, MAC, request, type SentDatagram } from './support.ts';

const LEG_1 = 11;
const LEG_2 = 12;
const LEG_3 = 13;
const CONTROLLER_1 = 0x0a140001;
const BOARD_1 = 0x0a140002;
const BOARD_2 = 0x0a140006;
const BROADCAST = 0xffffffff;
const board1 = parseIpv4('10.20.0.2');

const osDiscover = (fields: Partial<Dhcpv4Packet> = {}) => encodeDhcpv4(request('350101 ff', fields));
const osRequest = (fields: Partial<Dhcpv4Packet> = {}) =>
  encodeDhcpv4(request('350103 32040a140002 36040a140001 ff', fields));
const types = (sent: readonly SentDatagram[]) => sent.map(({ bytes }) => readMessageType(decodeDhcpv4(bytes).options));
const delays = (delay: number) => ({ offerDelay: { ...DEFAULT_SETTINGS.offerDelay, '3B': millis(delay) } });

describe('an answer', () => {
  it('leaves by the leg it came in on, from the leg’s address, to the MAC that asked', async () => {
    const bench = new Bench();
    const [offer] = await bench.exchange({ ifindex: LEG_1, bytes: ROM_3B });
    expect(offer).toEqual({
      ifindex: LEG_1,
      localAddress: CONTROLLER_1,
      peerAddress: BOARD_1,
      peerPort: 68,
      bytes: OFFER_3B,
      neighbour: 'b8:27:eb:07:bc:c6',
    });
  });

  it('goes to each leg its own, although all ROMs say the same transaction id', async () => {
    const bench = new Bench();
    const sent = await bench.exchange({ ifindex: LEG_1, bytes: ROM_3B }, { ifindex: LEG_2, bytes: ROM_3B_PLUS });
    expect(sent.map(({ ifindex, peerAddress, neighbour }) => [ifindex, peerAddress, neighbour])).toEqual([
      [LEG_1, BOARD_1, 'b8:27:eb:07:bc:c6'],
      [LEG_2, BOARD_2, 'b8:27:eb:69:20:2e'],
    ]);
    expect(bench.milestones).toEqual([
      '1 discover: rom-3b b8:27:eb:07:bc:c6',
      '2 discover: rom-serial b8:27:eb:69:20:2e serial 4c69202e',
      '1 offer: 10.20.0.2 to rom-3b b8:27:eb:07:bc:c6',
      '2 offer: 10.20.0.6 to rom-serial b8:27:eb:69:20:2e serial 4c69202e',
    ]);
    expect(bench.server.counters).toMatchObject({ received: 2, offers: 2, sent: 2 });
  });

  it('is broadcast where the client wants that, and touches no neighbour entry before the address is given', async () => {
    const bench = new Bench();
    const [offer] = await bench.exchange({ ifindex: LEG_1, bytes: osDiscover({ flags: 0x8000 }) });
    expect(offer).toMatchObject({ peerAddress: BROADCAST, ifindex: LEG_1, localAddress: CONTROLLER_1 });
    expect(bench.neighbours.size).toBe(0);
    await bench.exchange({ ifindex: LEG_1, bytes: osRequest({ flags: 0x8000 }) });
    expect(bench.neighbours.get('vlan101 10.20.0.2')).toBe(MAC);
  });

  it('to a REQUEST without class or identifier is that of the DISCOVER before it', async () => {
    const bench = new Bench();
    const { options, ...rest } = decodeDhcpv4(EEPROM_PI4_REQUEST);
    const bare = new Map([...options].filter(([code]) => code !== 60 && code !== 97));
    const bytes = encodeDhcpv4({ ...rest, options: bare });
    await bench.exchange({ ifindex: LEG_2, bytes: EEPROM_PI4 });
    const [ack] = await bench.exchange({ ifindex: LEG_2, bytes });
    expect(decodeDhcpv4(ack?.bytes as Uint8Array).options.get(43)).toEqual(OPTION_43);
    expect(bench.milestones.some((line) => line.includes('kernel_dhcp'))).toBe(false);

    const [plain] = await bench.exchange({ ifindex: LEG_2, bytes: encodeDhcpv4({ ...rest, xid: 5, options: bare }) });
    expect(decodeDhcpv4(plain?.bytes as Uint8Array).options.has(43)).toBe(false);
    expect(bench.milestones.at(-1)).toBe('2 kernel_dhcp: 10.20.0.6 to os e4:5f:01:09:02:f7');
  });

  it('gives the address to the newest client of the leg', async () => {
    const bench = new Bench();
    const second = parseMac('02:00:00:00:00:02');
    await bench.exchange({ ifindex: LEG_1, bytes: osRequest() });
    const [ack] = await bench.exchange({ ifindex: LEG_1, bytes: osRequest({ chaddr: second, xid: 9 }) });
    expect(ack).toMatchObject({ neighbour: second, peerAddress: BOARD_1 });
    expect(bench.leases.map(({ mac, address }) => [mac, address])).toEqual([
      [MAC, '10.20.0.2'],
      [second, '10.20.0.2'],
    ]);
  });

  it('goes to the right MAC of two on one leg in one batch', async () => {
    const bench = new Bench();
    const second = parseMac('02:00:00:00:00:02');
    const sent = await bench.exchange(
      { ifindex: LEG_1, bytes: osRequest() },
      { ifindex: LEG_1, bytes: osRequest({ chaddr: second, xid: 9 }) },
    );
    expect(sent.map(({ bytes, neighbour }) => [decodeDhcpv4(bytes).chaddr, neighbour])).toEqual([
      [MAC, MAC],
      [second, second],
    ]);
    expect(bench.server.counters.sent).toBe(2);
  });
});

describe('leases', () => {
  it('an ACK and a ROM’s OFFER leave only after the commit; one commit for the batch', async () => {
    const bench = new Bench();
    bench.holdCommits = true;
    const before = await bench.exchange(
      { ifindex: LEG_1, bytes: ROM_3B },
      { ifindex: LEG_2, bytes: EEPROM_PI4_REQUEST },
      { ifindex: 13, bytes: osDiscover() },
    );
    expect(before.map(({ ifindex }) => ifindex)).toEqual([13]);
    expect(bench.leases).toEqual([
      {
        slot: 1,
        address: '10.20.0.2',
        mac: 'b8:27:eb:07:bc:c6',
        client: 'rom-3b (PXEClient:Arch:00000:UNDI:002001)',
        givenAt: bench.clock.now(),
        expiresAt: bench.clock.now() + 12 * 3600 * 1000,
      },
      expect.objectContaining({ slot: 2, address: '10.20.0.6', mac: 'e4:5f:01:09:02:f7' }),
    ]);
    expect(bench.milestones.some((line) => line.includes('offer'))).toBe(false);
    await bench.commit();
    expect(types(bench.sent.slice(1))).toEqual([2, 5]);
  });

  it('without a commit there is no answer, and the next try is answered', async () => {
    const bench = new Bench();
    bench.holdCommits = true;
    bench.receive({ ifindex: LEG_1, bytes: ROM_3B });
    await bench.failCommit();
    expect(bench.sent).toEqual([]);
    expect(bench.server.counters).toMatchObject({ commitFailures: 1, sent: 0 });
    bench.holdCommits = false;
    await bench.clock.advanceAsync(5000);
    expect(await bench.exchange({ ifindex: LEG_1, bytes: ROM_3B })).toHaveLength(1);
  });

  it('RELEASE and DECLINE end the lease now, and nothing is sent', async () => {
    const bench = new Bench();
    const release = encodeDhcpv4(request('350107 36040a140001 ff', { ciaddr: board1 }));
    const decline = encodeDhcpv4(request('350104 36040a140001 32040a140002 ff'));
    const sent = await bench.exchange(
      { ifindex: LEG_1, bytes: release, destination: '10.20.0.1' },
      { ifindex: LEG_1, bytes: decline },
    );
    expect(sent).toEqual([]);
    expect(bench.leases.map(({ givenAt, expiresAt }) => expiresAt - givenAt)).toEqual([0, 0]);
    expect(bench.server.counters).toMatchObject({ releases: 1, declines: 1 });
  });
});

describe('where a datagram comes from', () => {
  it('interfaces that are no leg are not answered', async () => {
    const bench = new Bench();
    expect(await bench.exchange({ ifindex: 2, bytes: ROM_3B })).toEqual([]);
    expect(bench.server.counters).toMatchObject({ received: 1, notALeg: 1, offers: 0 });
    expect(bench.leases).toEqual([]);
  });

  it.each([
    ['another leg’s controller', '10.20.0.5', 0],
    ['another address', '192.0.2.1', 0],
    ['another subnet’s broadcast', '10.20.0.7', 0],
    ['the leg’s own address', '10.20.0.1', 1],
    ['the subnet’s broadcast', '10.20.0.3', 1],
    ['everybody', '255.255.255.255', 1],
  ])('sent to %s (%s): %i answers', async (_name, destination, answers) => {
    const bench = new Bench();
    expect(await bench.exchange({ ifindex: LEG_1, bytes: osDiscover(), destination })).toHaveLength(answers);
    expect(bench.server.counters.foreignDestination).toBe(1 - answers);
  });

  it('a REQUEST to the leg’s own address is a renewal', async () => {
    const bench = new Bench();
    const bytes = encodeDhcpv4(request('350103 ff', { ciaddr: board1 }));
    const [ack] = await bench.exchange({ ifindex: LEG_1, bytes, destination: '10.20.0.1' });
    expect(ack).toMatchObject({ peerAddress: BOARD_1, neighbour: MAC });
    expect(types([ack as SentDatagram])).toEqual([5]);
  });
});

describe('bad input', () => {
  it('is counted and the others of its batch are served', async () => {
    const bench = new Bench();
    const sent = await bench.exchange(
      { ifindex: LEG_1, bytes: new Uint8Array() },
      { ifindex: LEG_1, bytes: hex('00') },
      { ifindex: LEG_1, bytes: ROM_3B.subarray(0, 250) },
      { ifindex: LEG_1, bytes: ROM_3B, truncated: true },
      { ifindex: LEG_1, bytes: osDiscover({ giaddr: parseIpv4('10.9.9.9') }) },
      { ifindex: LEG_1, bytes: ROM_3B },
    );
    expect(sent).toHaveLength(1);
    expect(bench.server.counters).toMatchObject({ received: 6, malformed: 3, truncated: 1, offers: 1, faults: 0 });
    expect(bench.server.counters.ignored.relayed).toBe(1);
  });

  it('a fault over one message costs no other message its answer, and is counted', async () => {
    const bench = new Bench();
    bench.observeError = new Error('no such slot');
    const sent = await bench.exchange({ ifindex: LEG_1, bytes: ROM_3B }, { ifindex: LEG_2, bytes: ROM_3B_PLUS });
    expect(sent).toHaveLength(2);
    expect(bench.server.counters).toMatchObject({ faults: 2, sent: 2 });
  });

  it('an answer whose neighbour entry cannot be set is not sent, and counted', async () => {
    const bench = new Bench();
    bench.neighbourError = new Error('ENODEV');
    expect(await bench.exchange({ ifindex: LEG_1, bytes: ROM_3B })).toEqual([]);
    expect(bench.server.counters).toMatchObject({ neighbourFailures: 1, sent: 0, faults: 0 });
    expect(bench.milestones).toEqual(['1 discover: rom-3b b8:27:eb:07:bc:c6']);
  });

  it('what the kernel refuses to send is counted', () => {
    const bench = new Bench();
    bench.refuse(LEG_1);
    expect(bench.server.counters.sendErrors).toBe(1);
  });
});

describe('duplicates', () => {
  it('one DISCOVER doubled by the network gets one answer', async () => {
    const bench = new Bench();
    const arrival = { ifindex: LEG_1, bytes: ROM_3B };
    expect(await bench.exchange(arrival, arrival)).toHaveLength(1);
    await bench.clock.advanceAsync(19);
    expect(await bench.exchange(arrival)).toHaveLength(0);
    expect(bench.server.counters).toMatchObject({ duplicates: 2, offers: 1 });
    expect(bench.leases).toHaveLength(1);
  });

  it('bootcode.bin’s DISCOVER 100 ms later, with the same transaction id, is a new one', async () => {
    const bench = new Bench();
    await bench.exchange({ ifindex: LEG_1, bytes: ROM_3B });
    await bench.clock.advanceAsync(100);
    expect(await bench.exchange({ ifindex: LEG_1, bytes: ROM_3B })).toHaveLength(1);
  });

  it('a repetition while the answer still waits is a duplicate, however late', async () => {
    const bench = new Bench();
    bench.holdCommits = true;
    bench.receive({ ifindex: LEG_1, bytes: ROM_3B });
    await bench.clock.advanceAsync(5000);
    bench.receive({ ifindex: LEG_1, bytes: ROM_3B });
    expect(bench.server.counters.duplicates).toBe(1);
    await bench.commit();
    expect(bench.sent.filter(({ peerPort }) => peerPort === 68)).toHaveLength(1);
  });

  it('the same bytes on another leg are no duplicate', async () => {
    const bench = new Bench();
    expect(await bench.exchange({ ifindex: LEG_1, bytes: ROM_3B }, { ifindex: LEG_2, bytes: ROM_3B })).toHaveLength(2);
  });

  it('a REQUEST is no duplicate of its DISCOVER', async () => {
    const bench = new Bench();
    expect(
      await bench.exchange({ ifindex: LEG_1, bytes: osDiscover() }, { ifindex: LEG_1, bytes: osRequest() }),
    ).toHaveLength(2);
  });
});

describe('an OFFER held back', () => {
  const answers = (bench: Bench) => bench.sent.filter(({ peerPort }) => peerPort === 68);

  it('leaves when due, counted from its DISCOVER', async () => {
    const bench = new Bench(delays(2000));
    expect(await bench.exchange({ ifindex: LEG_1, bytes: ROM_3B })).toEqual([]);
    await bench.clock.advanceAsync(1999);
    expect(answers(bench)).toEqual([]);
    expect(bench.milestones).toEqual(['1 discover: rom-3b b8:27:eb:07:bc:c6']);
    await bench.clock.advanceAsync(1);
    expect(types(answers(bench))).toEqual([2]);
    expect(bench.milestones.at(-1)).toMatch(/^1 offer/);
  });

  it('is delayed by the commit only as far as that lasts longer', async () => {
    const bench = new Bench(delays(2000));
    bench.holdCommits = true;
    bench.receive({ ifindex: LEG_1, bytes: ROM_3B });
    await bench.clock.advanceAsync(2500);
    expect(bench.sent).toEqual([]);
    await bench.commit();
    expect(answers(bench)).toHaveLength(1);
  });

  it('is void when the leg asks anew', async () => {
    const bench = new Bench(delays(2000));
    await bench.exchange({ ifindex: LEG_1, bytes: ROM_3B });
    await bench.clock.advanceAsync(1000);
    expect(types(await bench.exchange({ ifindex: LEG_1, bytes: osDiscover() }))).toEqual([2]);
    await bench.clock.advanceAsync(10_000);
    expect(answers(bench)).toHaveLength(1);
    expect(bench.server.counters.superseded).toBe(1);
  });
});

describe('waking a Pi 3 ROM', () => {
  const nudges = (bench: Bench) => bench.sent.filter(({ peerPort }) => peerPort === 9);

  it('two datagrams to its address at +0.6 s and +1.2 s', async () => {
    const bench = new Bench();
    await bench.exchange({ ifindex: LEG_1, bytes: ROM_3B });
    await bench.clock.advanceAsync(599);
    expect(nudges(bench)).toHaveLength(0);
    await bench.clock.advanceAsync(1);
    expect(nudges(bench)).toHaveLength(1);
    await bench.clock.advanceAsync(600);
    await bench.clock.advanceAsync(10_000);
    expect(nudges(bench)).toHaveLength(2);
    expect(nudges(bench)[0]).toMatchObject({
      ifindex: LEG_1,
      localAddress: CONTROLLER_1,
      peerAddress: BOARD_1,
      neighbour: MAC,
    });
    expect(bench.server.counters).toMatchObject({ nudges: 2, sent: 1 });
  });

  it('counts from the DISCOVER, also where the OFFER is held back, with the neighbour entry there', async () => {
    const bench = new Bench(delays(2000));
    await bench.exchange({ ifindex: LEG_1, bytes: ROM_3B });
    await bench.clock.advanceAsync(600);
    expect(bench.sent).toMatchObject([{ peerPort: 9, peerAddress: BOARD_1, neighbour: MAC }]);
    await bench.clock.advanceAsync(1_400);
    expect(bench.sent.map(({ peerPort }) => peerPort)).toEqual([9, 9, 68]);
    await bench.clock.advanceAsync(10_000);
    expect(bench.sent).toHaveLength(3);
  });

  it('is late by the commit no more than the OFFER is', async () => {
    const bench = new Bench();
    bench.holdCommits = true;
    bench.receive({ ifindex: LEG_1, bytes: ROM_3B });
    await bench.clock.advanceAsync(700);
    expect(bench.sent).toEqual([]);
    await bench.commit();
    await bench.clock.advanceAsync(0);
    expect(bench.sent.map(({ peerPort }) => peerPort)).toEqual([68, 9]);
    await bench.clock.advanceAsync(500);
    expect(nudges(bench)).toHaveLength(2);
  });

  it('is not tried where the neighbour entry of an OFFER held back cannot be made', async () => {
    const bench = new Bench(delays(2000));
    bench.neighbourError = new Error('ENODEV');
    await bench.exchange({ ifindex: LEG_1, bytes: ROM_3B });
    await bench.clock.advanceAsync(10_000);
    expect(bench.sent).toEqual([]);
  });

  it('has times of its own for each model; bootcode.bin of a 3B has those of its board', async () => {
    const nudgesAt = { ...DEFAULT_SETTINGS.nudges, '3B': [millis(100)], '3B+': [], '4B': [millis(300)] };
    const bench = new Bench({ nudges: nudgesAt });
    const second = Buffer.from(ROM_3B_PLUS);
    // The MAC of the 3B on leg 1, whose serial the second stage tells: 07bcc6 with any first byte, low byte first.
    second.set([0xb8, 0x27, 0xeb, 0x07, 0xbc, 0xc6], 28);
    const serial = second.indexOf(Buffer.from('6111002e20694c', 'hex')) + 3;
    for (let i = 0; i < 4; i++) second.set([0xc6, 0xbc, 0x07, 0x8b], serial + i * 4);
    await bench.exchange({ ifindex: LEG_1, bytes: ROM_3B }, { ifindex: LEG_2, bytes: ROM_3B_PLUS });
    await bench.exchange({ ifindex: LEG_3, bytes: EEPROM_PI4 });
    await bench.clock.advanceAsync(200);
    expect(nudges(bench).map(({ ifindex }) => ifindex)).toEqual([LEG_1]);
    await bench.clock.advanceAsync(200);
    expect(nudges(bench).map(({ ifindex }) => ifindex)).toEqual([LEG_1, LEG_3]);
    await bench.exchange({ ifindex: LEG_1, bytes: second }, { ifindex: LEG_2, bytes: second });
    await bench.clock.advanceAsync(200);
    expect(nudges(bench).map(({ ifindex }) => ifindex)).toEqual([LEG_1, LEG_3, LEG_1]);
  });

  it('stops at the first file that the board asks for', async () => {
    const bench = new Bench();
    await bench.exchange({ ifindex: LEG_1, bytes: ROM_3B }, { ifindex: LEG_2, bytes: ROM_3B_PLUS });
    await bench.clock.advanceAsync(700);
    bench.server.firstRequest(slotNumber(1));
    bench.server.firstRequest(slotNumber(9));
    await bench.clock.advanceAsync(10_000);
    expect(nudges(bench).map(({ ifindex }) => ifindex)).toEqual([LEG_1, LEG_2, LEG_2]);
  });

  it('starts over with the next DISCOVER', async () => {
    const bench = new Bench();
    await bench.exchange({ ifindex: LEG_1, bytes: ROM_3B });
    await bench.clock.advanceAsync(500);
    await bench.exchange({ ifindex: LEG_1, bytes: ROM_3B });
    await bench.clock.advanceAsync(599);
    expect(nudges(bench)).toHaveLength(0);
    await bench.clock.advanceAsync(10_000);
    expect(nudges(bench)).toHaveLength(2);
  });

  it('is not done for a Pi 4', async () => {
    const bench = new Bench();
    await bench.exchange({ ifindex: LEG_2, bytes: EEPROM_PI4 });
    await bench.clock.advanceAsync(10_000);
    expect(nudges(bench)).toEqual([]);
  });
});

describe('a leg that floods', () => {
  const discovers = (count: number, from: number) =>
    Array.from({ length: count }, (_, i) => ({ ifindex: LEG_1, bytes: osDiscover({ xid: from + i }) }));

  it('is answered at its rate; the others do not notice', async () => {
    const bench = new Bench({ rate: { burst: 10, perSecond: 5 } });
    const sent = await bench.exchange(...discovers(100, 1), { ifindex: LEG_2, bytes: ROM_3B_PLUS });
    expect(sent.map(({ ifindex }) => ifindex)).toEqual([...new Array(10).fill(LEG_1), LEG_2]);
    expect(bench.server.counters.limited).toBe(90);
    await bench.clock.advanceAsync(1000);
    expect(await bench.exchange(...discovers(100, 1000))).toHaveLength(5);
    await bench.clock.advanceAsync(60_000);
    expect(await bench.exchange(...discovers(100, 2000))).toHaveLength(10);
  });

  it('spends its rate on bytes that are no message, too', async () => {
    const bench = new Bench({ rate: { burst: 10, perSecond: 5 } });
    const junk = Array.from({ length: 100 }, () => ({ ifindex: LEG_1, bytes: hex('00') }));
    await bench.exchange(...junk);
    expect(bench.server.counters).toMatchObject({ malformed: 10, limited: 90 });
  });
});

it('after close nothing more is sent', async () => {
  const bench = new Bench(delays(1000));
  bench.holdCommits = true;
  bench.receive({ ifindex: LEG_2, bytes: ROM_3B_PLUS });
  await bench.commit();
  bench.receive({ ifindex: LEG_1, bytes: ROM_3B });
  await bench.commit();
  bench.receive({ ifindex: 13, bytes: osRequest({ xid: 3 }) });
  bench.server.close();
  await bench.commit();
  bench.receive({ ifindex: LEG_1, bytes: osDiscover() });
  await bench.clock.advanceAsync(10_000);
  expect(bench.sent.map(({ ifindex }) => ifindex)).toEqual([LEG_2]);
  expect(bench.clock.pending).toBe(0);
});

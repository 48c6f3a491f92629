import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classify } from '../../../src/netboot/dhcpv4/classify.ts';
import { decide } from '../../../src/netboot/dhcpv4/decide.ts';
import { prepareLeg } from '../../../src/netboot/dhcpv4/leg.ts';
import { DEFAULT_SETTINGS } from '../../../src/netboot/dhcpv4/settings.ts';
import { decodeDhcpv4, encodeDhcpv4, readMessageType } from '../../../src/wire/dhcpv4/index.ts';
import { anyPacket, likelyRequest } from '../../wire/dhcpv4/arbitrary.ts';
import { ROM_3B } from '../../wire/dhcpv4/roms.ts';
import { Bench, leg } from './support.ts';

describe('decide', () => {
  const packets = fc.oneof({ weight: 1, arbitrary: anyPacket }, { weight: 4, arbitrary: likelyRequest });

  it('never throws, and every answer is the leg’s address or none, in a packet that fits a frame', () => {
    const outcomes = new Map<string, number>();
    fc.assert(
      fc.property(packets, fc.boolean(), fc.nat(600), (packet, unicast, length) => {
        const client = classify(packet, length);
        const decision = decide({ packet, leg: prepareLeg(leg()), client, unicast, settings: DEFAULT_SETTINGS });
        outcomes.set(decision.outcome, (outcomes.get(decision.outcome) ?? 0) + 1);
        if (!('reply' in decision)) return;
        const { reply, delivery } = decision;
        expect(['0.0.0.0', '10.20.0.2']).toContain(reply.yiaddr);
        expect(['10.20.0.2', '255.255.255.255']).toContain(delivery.address);
        expect(reply).toMatchObject({ op: 2, xid: packet.xid, chaddr: packet.chaddr, giaddr: '0.0.0.0' });
        const bytes = encodeDhcpv4(reply);
        expect(bytes.length).toBeLessThanOrEqual(1472);
        expect(decodeDhcpv4(bytes)).toEqual(reply);
        expect([2, 5, 6]).toContain(readMessageType(reply.options));
      }),
      { numRuns: 3000 },
    );
    for (const outcome of ['offer', 'ack', 'nak', 'released', 'declined', 'ignored'])
      expect(outcomes.get(outcome)).toBeGreaterThan(0);
  });
});

describe('the server', () => {
  it('counts any bytes in exactly one place, throws for none, and still answers', async () => {
    const changed = fc.array(fc.tuple(fc.nat(ROM_3B.length - 1), fc.nat(255)), { maxLength: 6 }).map((changes) => {
      const bytes = ROM_3B.slice();
      for (const [at, value] of changes) bytes[at] = value;
      return bytes;
    });
    const datagram = fc.oneof(fc.uint8Array({ maxLength: 400 }), changed, likelyRequest.map(encodeDhcpv4));
    const arrival = fc.record({ ifindex: fc.integer({ min: 10, max: 13 }), bytes: datagram, truncated: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(arrival, { maxLength: 12 }), { maxLength: 4 }), async (batches) => {
        const bench = new Bench();
        for (const batch of batches) await bench.exchange(...batch);
        const { counters } = bench.server;
        const { ignored, ...c } = counters;
        const refused = c.notALeg + c.foreignDestination + c.limited + c.truncated + c.malformed + c.duplicates;
        const ignoredSum = Object.values(ignored).reduce((sum, count) => sum + count, 0);
        const decided = c.offers + c.acks + c.naks + c.releases + c.declines;
        expect(refused + ignoredSum + decided).toBe(c.received);
        expect(c.faults).toBe(0);
        await bench.clock.advanceAsync(60_000);
        expect(await bench.exchange({ ifindex: 11, bytes: ROM_3B })).toHaveLength(1);
      }),
      { numRuns: 100 },
    );
  });
});

import { describe, expect, it } from 'vitest';
import { slotNumber } from '../../../src/rack/units.ts';
import { decodeDhcpv4, encodeDhcpv4 } from '../../../src/wire/dhcpv4/index.ts';
import { ROM_3B, ROM_3B_PLUS } from '../../wire/dhcpv4/roms.ts';
import { Bench, MAC } from './support.ts';

const LEG_1 = 11;
const LEG_2 = 12;

describe('the second stage of a Pi 3', () => {
  const kinds = (bench: Bench) => bench.observations.map(({ observation }) => observation.kind);

  it('is told from a ROM by the file that was fetched between them', async () => {
    const bench = new Bench();
    const arrival = { ifindex: LEG_2, bytes: ROM_3B_PLUS };
    await bench.exchange(arrival);
    await bench.clock.advanceAsync(5000);
    await bench.exchange(arrival);
    await bench.clock.advanceAsync(1200);
    bench.server.firstRequest(slotNumber(2));
    await bench.clock.advanceAsync(100);
    await bench.exchange(arrival);
    // A minute later it is another boot.
    await bench.clock.advanceAsync(60_000);
    await bench.exchange(arrival);
    expect(kinds(bench)).toEqual(['rom-serial', 'rom-serial', 'bootcode', 'rom-serial']);
  });

  it('is woken as the ROM was (pi-boot §1.5)', async () => {
    const bench = new Bench();
    await bench.exchange({ ifindex: LEG_1, bytes: ROM_3B });
    bench.server.firstRequest(slotNumber(1));
    await bench.clock.advanceAsync(100);
    await bench.exchange({ ifindex: LEG_1, bytes: encodeDhcpv4({ ...decodeDhcpv4(ROM_3B_PLUS), chaddr: MAC }) });
    await bench.clock.advanceAsync(2000);
    expect(kinds(bench)).toEqual(['rom-3b', 'bootcode']);
    expect(bench.server.counters.nudges).toBe(2);
  });
});

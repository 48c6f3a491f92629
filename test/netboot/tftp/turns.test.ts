import { describe, expect, it } from 'vitest';
import { LegState } from '../../../src/netboot/tftp/leg-state.ts';
import { Turns } from '../../../src/netboot/tftp/turns.ts';
import { millis, slotNumber } from '../../../src/rack/units.ts';
import type { Ipv4 } from '../../../src/wire/address.ts';

const legOf = (slot: number) =>
  new LegState(
    { ifindex: slot, slot: slotNumber(slot), controller: '10.20.0.1' as Ipv4, board: '10.20.0.2' as Ipv4 },
    2,
    millis(0),
  );

function bench(cost: (slot: number) => number) {
  const [hostile, honest, another] = [legOf(1), legOf(2), legOf(3)];
  const later: (() => void)[] = [];
  const served: string[] = [];
  const turns = new Turns({
    later: (run) => void later.push(run),
    serve: (leg, key, block) => {
      served.push(`${leg.leg.slot}:${key}:${block}`);
      return cost(leg.leg.slot);
    },
    served: () => {},
  });
  const loop = () => {
    for (const run of later.splice(0)) run();
  };
  return { turns, served, loop, later, hostile, honest, another };
}

describe('turns', () => {
  it('a board in lockstep is served at once, always', () => {
    const { turns, served, later, honest } = bench(() => 1);
    for (let block = 1; block <= 1000; block++) {
      turns.begin();
      turns.take(honest, 600, block);
    }
    expect(served).toHaveLength(1000);
    expect(later).toHaveLength(0);
  });

  it('a dozen transfers of whole windows do not keep a neighbour’s one block waiting', () => {
    const { turns, served, loop, hostile, honest } = bench((slot) => (slot === 1 ? 32 : 1));
    for (let round = 0; round < 200; round++) {
      turns.begin();
      for (let key = 0; key < 12; key++) turns.take(hostile, key, round);
      turns.take(honest, 600, round);
      // Served in the very turn in which it asked.
      expect(served.at(-1)).toBe(`2:600:${round}`);
      loop();
    }
    const windows = served.filter((one) => one.startsWith('1:')).length;
    expect(windows).toBeGreaterThan(50);
    // Not one a transfer and round, as it wanted.
    expect(windows).toBeLessThanOrEqual(401);
  });

  it('of several that want more each gets as much', () => {
    const { turns, served, loop, hostile, another } = bench((slot) => (slot === 1 ? 32 : 4));
    for (let round = 0; round < 400; round++) {
      turns.begin();
      for (let key = 0; key < 8; key++) for (const leg of [hostile, another]) turns.take(leg, key, round);
      loop();
    }
    const blocks = (slot: number, each: number) => served.filter((one) => one.startsWith(`${slot}:`)).length * each;
    const ratio = blocks(1, 32) / blocks(3, 4);
    expect(ratio).toBeGreaterThan(0.8);
    expect(ratio).toBeLessThan(1.25);
  });

  it('everything that waited is served in the end, the newest ACK of each client', () => {
    const { turns, served, loop, later, hostile } = bench(() => 32);
    turns.begin();
    for (let block = 0; block < 10; block++) for (let key = 0; key < 3; key++) turns.take(hostile, key, block);
    for (let i = 0; i < 100 && later.length > 0; i++) loop();
    expect(later).toHaveLength(0);
    expect(served).toEqual(['1:0:0', '1:1:9', '1:2:9', '1:0:9']);
  });
});

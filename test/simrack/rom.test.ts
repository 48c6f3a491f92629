import { afterEach, describe, expect, it } from 'vitest';
import type { BootTimings, Plan } from '../../src/rack/plan.ts';
import { millis, type SlotNumber, slotNumber } from '../../src/rack/units.ts';
import { openSimRack, type SimRack } from './support/rack.ts';

/** A 3B, a 3B+ and a Pi 4 on the first switch. */
const [B3, PLUS, B4] = [1, 13, 25].map(slotNumber) as [SlotNumber, SlotNumber, SlotNumber];

const open: SimRack[] = [];
afterEach(() => {
  for (const rack of open.splice(0)) rack.close();
});

/** For the 3B; for the 3B+ too, because a plan without nudges is one without. */
const timed =
  (change: Partial<BootTimings>) =>
  (plan: Plan): Plan => ({
    ...plan,
    timings: {
      ...plan.timings,
      '3B': { ...plan.timings['3B'], ...change },
      '3B+': { ...plan.timings['3B+'], ...change },
    },
  });

async function run(time: number, change: Partial<BootTimings> = {}): Promise<SimRack> {
  const rack = openSimRack({ seed: 1, slots: [B3, PLUS, B4], plan: timed(change) });
  open.push(rack);
  await rack.start();
  await rack.clock.advanceAsync(time);
  return rack;
}

const stages = (rack: SimRack) => [B3, PLUS, B4].map((slot) => rack.boards.get(slot)!.board.status().stage);
const times = (...each: number[]) => ({ nudges: each.map(millis) });

describe('a 3B on a port where nobody talks', () => {
  it('boots with the nudges: one DISCOVER of each stage and of the kernel', async () => {
    const rack = await run(40_000);
    expect(stages(rack)).toEqual(['os-up', 'os-up', 'os-up']);
    expect(rack.boards.get(B3)!.board.status().counters).toMatchObject({ discovers: 3, offers: 3 });
    expect(rack.trace.nudges).toBe(4);
  });

  it('does not boot without them: it hears five OFFERs, looks at none, and is dead', async () => {
    const rack = await run(40_000, { nudges: [] });
    expect(stages(rack)).toEqual(['dead', 'os-up', 'os-up']);
    expect(rack.boards.get(B3)!.board.status()).toMatchObject({
      reason: 'the boot ROM got no usable OFFER for five DISCOVERs',
      counters: { discovers: 5, offers: 5, readRequests: 0 },
    });
    expect(rack.trace.nudges).toBe(0);
  });

  it('needs both: the first keeps it waiting, the second lets it go on', async () => {
    for (const only of [times(600), times(1200)]) {
      expect(stages(await run(40_000, only))[0]).toBe('dead');
    }
  });

  it('boots with an OFFER held back for two seconds, because the nudges do not wait for it', async () => {
    const rack = await run(45_000, { offerDelay: millis(2000) });
    expect(stages(rack)).toEqual(['os-up', 'os-up', 'os-up']);
    expect(rack.trace.answersBeforeNeighbour).toBe(0);
  });

  it('boots with a later one where the rack file has nudges enough, and not where it has too few', async () => {
    const offerDelay = millis(3500);
    expect(stages(await run(45_000, { offerDelay }))[0]).toBe('dead');
    const enough = times(600, 1200, 1800, 2400, 3000);
    expect(stages(await run(50_000, { offerDelay, ...enough }))[0]).toBe('os-up');
  });
});

describe('a tagged frame', () => {
  const tagged = Uint8Array.from([
    ...new Array(12).fill(0xff),
    0x81,
    0x00,
    0x00,
    101,
    0x08,
    0x06,
    ...new Array(44).fill(0),
  ]);

  it('hangs a 3B and no other; its power is cycled, and it comes up', async () => {
    const rack = await run(0);
    await rack.until(() => stages(rack)[0] === 'rom-dhcp', 30_000);
    for (const slot of [B3, PLUS, B4]) rack.network.wires.get(slot)!.port().send(tagged);
    await rack.clock.advanceAsync(10);
    expect(rack.boards.get(B3)!.board.status()).toMatchObject({ stage: 'hung', counters: { taggedFrames: 1 } });
    await rack.until(rack.settled, 300_000);
    expect(rack.conditions()).toEqual({ up: 3 });
    expect([B3, PLUS, B4].map((slot) => rack.boards.get(slot)!.powered)).toEqual([2, 1, 1]);
    expect(rack.boards.get(B3)!.cutIn).toEqual(['hung']);
  });

  it('is seen by the trace, which therefore would have seen one of the controller’s', async () => {
    const rack = await run(100);
    const wire = rack.trace.tap(B3, 'controller', rack.network.wires.get(B3)!.port());
    wire.send(tagged);
    expect(rack.trace.tagged).toBe(1);
  });
});

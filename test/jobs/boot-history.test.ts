import { afterEach, describe, expect, it } from 'vitest';
import { BootHistory } from '../../src/jobs/boot-history.ts';
import { takeTftpEvents } from '../../src/jobs/tftp-sightings.ts';
import type { SlotEvent } from '../../src/netboot/tftp/events.ts';
import { BOOTS_COMPARED } from '../../src/rack/neighbours.ts';
import { progressSentence } from '../../src/rack/timeline.ts';
import { millis, type SlotNumber, slotNumber } from '../../src/rack/units.ts';
import { makePlan } from '../support/plan.ts';
import { openTestRack, type TestRack } from './support/test-rack.ts';

type WithoutPlace<Event> = Event extends unknown ? Omit<Event, 'slot' | 'at'> : never;
type Told = WithoutPlace<SlotEvent>;

let rack: TestRack | undefined;
afterEach(() => {
  rack?.close();
  rack = undefined;
});

function open(slots: number) {
  rack = openTestRack(makePlan(slots));
  return rack;
}

/** One boot, from power to SSH, in which the kernel takes so many milliseconds. */
async function boot(on: TestRack, slot: SlotNumber, kernel: number): Promise<void> {
  on.state.saw(slot, 'power_on', '');
  on.state.saw(slot, 'first_request', '');
  on.state.saw(slot, 'firmware_sent', '');
  await on.pass(kernel, kernel);
  on.state.saw(slot, 'kernel_sent', '');
  on.state.saw(slot, 'ssh_up', '');
  await on.pass(10, 10);
}

const slowEvents = (on: TestRack) =>
  on.store.events.after(0, 1000).flatMap(({ kind, text }) => (/^board_(not_)?slow$/.test(kind) ? [text] : []));

describe('boots of neighbours', () => {
  it('make a slow board an event once, and its recovery another, also over a restart', async () => {
    const on = open(6);
    const all = on.plan.slots.map(({ slot }) => slot);
    const last = all.at(-1) as SlotNumber;
    for (const slot of all) on.state.observe(slot, { model: '3B+' });
    let history = new BootHistory(on.plan, on.state, []);
    for (let round = 0; round < 2; round++)
      for (const slot of all) await boot(on, slot, slot === last ? 40_000 : 12_000);
    expect(history.slow(last)).toMatchObject([{ span: 'kernel', ms: 40_000, usual: 12_000, neighbours: 5 }]);
    expect(slowEvents(on)).toEqual([
      `slot ${last} boots slowly: 40.0 s for loading its kernel, where its 5 neighbours take 12.0 s`,
    ]);
    on.restart();
    history = new BootHistory(on.plan, on.state, on.store.boots.cameUp(BOOTS_COMPARED));
    expect(history.slow(last)).toHaveLength(1);
    for (let round = 0; round < 3; round++) await boot(on, last, 12_000);
    expect(history.slow(last)).toEqual([]);
    expect(slowEvents(on).slice(1)).toEqual([`slot ${last} boots as fast as its neighbours again`]);
  });

  it('are not compared with boards that nobody knows the model of', async () => {
    const on = open(6);
    const history = new BootHistory(on.plan, on.state, []);
    for (const { slot } of on.plan.slots) for (let round = 0; round < 2; round++) await boot(on, slot, slot * 9000);
    expect(on.plan.slots.flatMap(({ slot }) => history.slow(slot))).toEqual([]);
    expect(slowEvents(on)).toEqual([]);
  });
});

describe('what TFTP tells', () => {
  it('becomes per cent while it goes on, and bytes of each stage when it is over', async () => {
    const on = open(1);
    const slot = slotNumber(1);
    const tell = (...events: readonly Told[]) =>
      takeTftpEvents(
        events.map((event) => ({ ...event, slot, at: millis(0) }) as SlotEvent),
        { state: on.state, firstRequest: () => undefined, learned: () => undefined, crashed: () => undefined },
      );
    const file = (path: string) => ({ name: `8b07bcc6/${path}`, path });
    const request = (path: string, outcome: 'served' | 'missing-expected') =>
      ({ type: 'request', ...file(path), outcome }) as const;
    const complete = (path: string, bytes: number, ms: number) =>
      ({ type: 'complete', ...file(path), bytes, ms, blksize: 512, windowsize: 1, retransmits: 1 }) as const;
    const sentence = () => {
      const { boot: now } = on.state.get(slot);
      return now && progressSentence(now);
    };
    on.state.saw(slot, 'power_on', '');
    await on.pass(50);
    tell(request('bootsig.bin', 'missing-expected'), request('start.elf', 'served'));
    tell({ type: 'progress', ...file('start.elf'), bytes: 1_000_000, size: 3_000_000 });
    expect(sentence()).toBe('Loading firmware (33 %)');
    tell(complete('start.elf', 3_000_000, 2700));
    expect(sentence()).toBe('Loading kernel');
    tell(request('kernel8.img', 'served'), {
      type: 'progress',
      ...file('kernel8.img'),
      bytes: 6_200_000,
      size: 10_000_000,
    });
    expect(sentence()).toBe('Loading kernel (62 %)');
    tell(complete('kernel8.img', 10_000_000, 10_000));
    expect(sentence()).toBe('Starting kernel');
    await on.pass(50);
    on.state.endBoot(slot, 'stuck', 'a test');
    await on.pass(50);
    const [row] = on.store.boots.ofSlot(slot, 1);
    expect(row).toMatchObject({
      outcome: 'stuck',
      image: on.plan.slots[0]?.image,
      loads: [
        { stage: 'first_request', requests: 2, missing: 1, files: 1, bytes: 3_000_000, ms: 2700, retransmits: 1 },
        { stage: 'firmware_sent', requests: 1, missing: 0, files: 1, bytes: 10_000_000, ms: 10_000 },
      ],
    });
    expect(row?.steps.map(({ milestone }) => milestone)).toEqual([
      'power_on',
      'first_request',
      'firmware_sent',
      'kernel_sent',
    ]);
  });
});

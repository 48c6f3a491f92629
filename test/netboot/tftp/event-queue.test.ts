import { expect, it } from 'vitest';
import { EventQueue } from '../../../src/netboot/tftp/event-queue.ts';
import type { SlotEvent } from '../../../src/netboot/tftp/events.ts';
import { millis, slotNumber } from '../../../src/rack/units.ts';
import { ManualClock } from './manual-clock.ts';

const event = (slot: number): SlotEvent => ({
  type: 'first_request',
  slot: slotNumber(slot),
  at: millis(0),
  name: 'x',
});

it('a slot that floods loses its own events and nobody else’s', () => {
  const batches: (readonly SlotEvent[])[] = [];
  const clock = new ManualClock();
  const queue = new EventQueue(clock, (events) => void batches.push(events));
  for (let i = 0; i < 10_000; i++) queue.push(event(1));
  queue.push(event(2));
  clock.advance(20);
  const sent = batches.flat();
  expect(sent.filter(({ slot }) => slot === 2)).toHaveLength(1);
  expect(sent.filter(({ slot }) => slot === 1).length).toBeLessThan(100);
  expect(queue.dropped).toBe(10_001 - sent.length);
  queue.push(event(1));
  queue.flush();
  expect(batches.at(-1)).toHaveLength(1);
});

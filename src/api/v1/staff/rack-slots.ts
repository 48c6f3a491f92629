/** Slots as staff name them: one in a path, or a range. */
import { z } from 'zod';
import { parseSlots, UnknownSlotsError } from '../../../rack/slots.ts';
import type { SlotView } from '../../control/protocol.ts';
import { ApiError } from '../../http/errors.ts';
import type { Services } from '../../http/services.ts';

export const slotParams = z.object({ slot: z.string().describe('number of the slot') });
export const rangeText = z.string().min(1).max(1_000).describe('slots such as 7, 1-36,40 or all');
export const rangeParams = z.object({ slots: rangeText });

export function slotOf({ mirror }: Services, text: string): SlotView {
  const slot = /^[1-9]\d{0,5}$/.test(text) ? mirror.rack().slots.get(Number(text)) : undefined;
  if (slot === undefined) throw new ApiError('not_found', 'no such slot in this rack');
  return slot;
}

/** The slots of a range, in order. Throws bad_request that says which slots there are. */
export function slotsOf({ mirror }: Services, text: string): readonly SlotView[] {
  const { rack, slots } = mirror.rack();
  try {
    return parseSlots(text, { rack, slots: [...slots.values()] }).map((slot) => slots.get(slot) as SlotView);
  } catch (cause) {
    if (cause instanceof UnknownSlotsError) throw new ApiError('bad_request', `slots: ${cause.message}`, { cause });
    throw cause;
  }
}

export const numbersOf = (services: Services, text: string): number[] =>
  slotsOf(services, text).map(({ slot }) => slot);

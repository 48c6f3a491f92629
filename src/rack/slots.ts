/** Slots as a person names them on a command line or in a form: `7`, `1-36,40`, `all`. */
import { formatRange, parseRange, RangeSyntaxError } from './range.ts';
import { type SlotNumber, slotNumber } from './units.ts';

/** A plan, or whatever else names a rack's slots. */
export interface SlotsOfRack {
  readonly rack: string;
  readonly slots: readonly { readonly slot: number }[];
}

/** Slots that the rack does not have, or a text that names no slots. The message says which slots there are. */
export class UnknownSlotsError extends Error {
  override readonly name = 'UnknownSlotsError';
}

/** The named slots in ascending order. Throws UnknownSlotsError. */
export function parseSlots(text: string, plan: SlotsOfRack): SlotNumber[] {
  const known = new Set<number>(plan.slots.map((slot) => slot.slot));
  const valid = known.size === 0 ? 'but it has no slots' : `expected slots from ${formatRange(known)}`;
  if (text.trim() === 'all') return [...known].sort((a, b) => a - b).map(slotNumber);
  const numbers = numbersOf(text, valid);
  const missing = numbers.filter((number) => !known.has(number));
  if (missing.length > 0) {
    const which = missing.length === 1 ? `slot ${missing[0]} is` : `slots ${formatRange(missing)} are`;
    throw new UnknownSlotsError(`${which} not in rack ${plan.rack}; ${valid}`);
  }
  return numbers.sort((a, b) => a - b).map(slotNumber);
}

function numbersOf(text: string, valid: string): number[] {
  try {
    return parseRange(text, { min: 0, max: 999_999 });
  } catch (error) {
    if (error instanceof RangeSyntaxError) throw new UnknownSlotsError(`${error.message}; ${valid}`, { cause: error });
    throw error;
  }
}

import { InvalidArgumentError } from 'commander';
import { parseRange, RangeSyntaxError } from '../rack/range.ts';
import { parseSlots, type SlotsOfRack, UnknownSlotsError } from '../rack/slots.ts';
import type { SlotNumber } from '../rack/units.ts';
import { CliError, EXIT } from './exit.ts';

/** One line for the help of every command that takes slots. */
export const SLOTS_HELP = 'slots such as 7, 1-36,40 or all';

/** For commander, before the plan is known: refuses what can be no range. The text is kept. */
export function slotsArgument(text: string): string {
  if (text.trim() === 'all') return text;
  try {
    parseRange(text, { min: 1, max: 999_999 });
    return text;
  } catch (cause) {
    if (cause instanceof RangeSyntaxError) throw new InvalidArgumentError(`${cause.message}; expected ${SLOTS_HELP}.`);
    throw cause;
  }
}

/** The slots of this rack that `text` names; CliError (wrong usage) that says which slots there are. */
export function slotsOf(text: string, plan: SlotsOfRack): SlotNumber[] {
  try {
    return parseSlots(text, plan);
  } catch (cause) {
    if (cause instanceof UnknownSlotsError) throw new CliError(EXIT.usage, cause.message, { cause });
    throw cause;
  }
}

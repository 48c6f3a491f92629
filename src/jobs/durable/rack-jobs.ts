/** Jobs of the rack as a whole: one at a time, as of a slot; no board has this number. */
import { type SlotNumber, slotNumber } from '../../rack/units.ts';

export const WHOLE_RACK: SlotNumber = slotNumber(0);

export const subjectOf = (slot: SlotNumber): string => (slot === WHOLE_RACK ? 'the rack' : `slot ${slot}`);

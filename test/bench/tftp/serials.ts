import type { SlotNumber } from '../../../src/rack/units.ts';

/** The serial number of the board in a slot: 8 hex digits. */
export const serialOf = (slot: SlotNumber): string => (0xb07b_0000 + slot).toString(16);

/** The rack's branded numbers. Each is made in one place (the rack file, a switch answer, a clock) and trusted afterwards. */

/** A place for one board, numbered from 1. */
export type SlotNumber = number & { readonly __brand: 'SlotNumber' };

/** An IEEE 802.1Q VLAN id, 1 to 4094. */
export type VlanId = number & { readonly __brand: 'VlanId' };

export type Watts = number & { readonly __brand: 'Watts' };

/** Milliseconds: a duration, or a time since the Unix epoch where the name says `at` or `now`. */
export type Millis = number & { readonly __brand: 'Millis' };

export type Bytes = number & { readonly __brand: 'Bytes' };

export const slotNumber = (value: number): SlotNumber => value as SlotNumber;
export const vlanId = (value: number): VlanId => value as VlanId;
export const watts = (value: number): Watts => value as Watts;
export const millis = (value: number): Millis => value as Millis;
export const bytes = (value: number): Bytes => value as Bytes;
export const seconds = (value: number): Millis => (value * 1000) as Millis;
export const hours = (value: number): Millis => (value * 3_600_000) as Millis;
export const minutes = (value: number): Millis => (value * 60_000) as Millis;

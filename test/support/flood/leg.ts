/** What a hostile board knows of its leg, and the dice it throws. */
import { randomBytes } from 'node:crypto';
import type { Ipv4, Mac } from '../../../src/wire/address.ts';
import { macFromBytes } from '../../../src/wire/address.ts';

export interface HostileLeg {
  readonly board: Ipv4;
  readonly controller: Ipv4;
  /** 16 bytes each. */
  readonly board6: Uint8Array;
  readonly controller6: Uint8Array;
  /** Of the controller's end, as frames on the leg show it. */
  readonly controllerMac: Mac;
}

export const below = (limit: number): number => Math.floor(Math.random() * limit);

export const oneOf = <T>(choices: readonly T[]): T => choices[below(choices.length)] as T;

export const noise = (length: number): Uint8Array => randomBytes(length);

/** A locally administered MAC that nobody has. */
export function anyMac(): Mac {
  const bytes = randomBytes(6);
  bytes[0] = ((bytes[0] as number) & 0xfc) | 2;
  return macFromBytes(bytes);
}

/** The network half of `of`, and made-up bits behind it. */
export function neighbourOf(of: Uint8Array): Uint8Array {
  return Uint8Array.of(...of.subarray(0, 8), ...randomBytes(8));
}

export const anyLinkLocal = (): Uint8Array => Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, ...randomBytes(8));

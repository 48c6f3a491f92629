/**
 * What a Pi's boot ROM, bootcode.bin and EEPROM bootloader send over DHCP, and what the answer has to hold
 * (pi-boot §1.2, §1.3, §1.6, §2.1, §2.2). Every function returns a fresh array: byte arrays cannot be frozen.
 */

export { type ClientUuid, constantUuid, parseClientUuid, serialUuid, taggedUuid } from './client-uuid.ts';

/** The transaction id of every Pi 3 ROM and bootcode.bin ever made: 653460281 in dnsmasq's log. */
export const ROM_XID = 0x26f30339;

/** Option 60 of ROM, bootcode.bin and the Pi 4 EEPROM: 32 bytes. */
export const VENDOR_CLASS = 'PXEClient:Arch:00000:UNDI:002001';

/** The string that a board looks for in option 43. */
export const BOOT_MENU_NAME = 'Raspberry Pi Boot';

/** DISCOVERs that a Pi 3 ROM sends before it goes silent until its power is cut, and the pause between them. */
export const ROM_DISCOVER_COUNT = 5;
export const ROM_DISCOVER_INTERVAL_MS = 5000;
/** Longest time from the first DISCOVER of a ROM until it gives up. */
export const ROM_DISCOVER_WINDOW_MS = ROM_DISCOVER_COUNT * ROM_DISCOVER_INTERVAL_MS;

/** Pi 4 defaults: the pause before a DISCOVER or REQUEST is repeated, and the limit for all of DHCP (pi-boot §2.3). */
export const EEPROM_DHCP_RETRY_MS = 4000;
export const EEPROM_DHCP_TIMEOUT_MS = 45000;

/** After a DISCOVER of a 3B ROM: when a frame keeps it from aborting, and when one makes it act on the OFFER (pi-boot §1.5). */
export const ROM_NUDGES_MS: readonly number[] = Object.freeze([600, 1200]);

/** UDP destination port of a nudge; any frame will do, so this is discard (RFC 863). */
export const NUDGE_PORT = 9;

/** DHCP lengths (op to end option) by which stages can be told apart. */
export const ROM_3B_DHCP_LENGTH = 320;
export const LATER_DHCP_LENGTH = 322;

/** Who speaks: the mask ROM of a 3B or a 3B+, bootcode.bin of either, or the EEPROM of a Pi 4. */
export type DiscoverStage = '3B-rom' | '3B+-rom' | 'bootcode' | '4B-eeprom';

/** Option 55 of a 3B ROM: vendor options, class, boot file, 128 to 135, TFTP server. */
export const PRL_3B: readonly number[] = Object.freeze([43, 60, 67, 128, 129, 130, 131, 132, 133, 134, 135, 66]);
/** Option 55 of a 3B+ ROM and of bootcode.bin: the same, then subnet mask and router. */
export const PRL_BOOTCODE: readonly number[] = Object.freeze([...PRL_3B, 1, 3]);
/** Option 55 of a Pi 4 EEPROM: the same fourteen in rising order. */
export const PRL_EEPROM: readonly number[] = Object.freeze([...PRL_BOOTCODE].sort((a, b) => a - b));

const PRL: Readonly<Record<DiscoverStage, readonly number[]>> = Object.freeze({
  '3B-rom': PRL_3B,
  '3B+-rom': PRL_BOOTCODE,
  bootcode: PRL_BOOTCODE,
  '4B-eeprom': PRL_EEPROM,
});

/** The values of the options of a DISCOVER, in the order in which they stand on the wire; the end option follows. */
export function discoverOptions(
  stage: DiscoverStage,
  clientUuid: Uint8Array,
): (readonly [code: number, value: Uint8Array])[] {
  return [
    [53, Uint8Array.of(1)],
    [55, Uint8Array.from(PRL[stage])],
    [93, Uint8Array.of(0, 0)],
    [94, Uint8Array.of(1, 2, 1)],
    [97, clientUuid],
    [60, ascii(VENDOR_CLASS)],
  ];
}

/** Trailing spaces that a 3B ROM needs, because it computes the length of the menu entry wrong; harmless to all others. */
export const MENU_SPACES = 3;

/**
 * Option 43 of the answer: sub 6 discovery control 3, sub 10 menu prompt "PXE" without a wait, sub 9 a menu of the
 * one entry. 35 bytes with the trailing spaces, 32 without.
 */
export function vendorOptions(trailingSpaces = true): Uint8Array {
  const name = ascii(BOOT_MENU_NAME + (trailingSpaces ? ' '.repeat(MENU_SPACES) : ''));
  return Uint8Array.of(
    ...[6, 1, 3],
    ...[10, 4, 0, ...ascii('PXE')],
    ...[9, name.length + 3, 0, 0, name.length, ...name],
    255,
  );
}

/** Option 60 of the answer. */
export const ANSWER_VENDOR_CLASS = 'PXEClient';

/** Option 66 of the answer: the digits as ASCII and no NUL; binary addresses are refused by boards (pi-boot §1.3, §2.2). */
export function tftpServerName(dottedQuad: string): Uint8Array {
  return ascii(dottedQuad);
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/**
 * What firmware that boots over IPv6 is told (RFC 5970), by what it says it is (IANA "Processor Architecture Types").
 *
 * Boot file parameters (option 60) are never sent: no firmware of a board needs any, and EDK2 reads them as the file's
 * size.
 */
import type { Ipv6 } from '../../wire/address.ts';

export type FirmwareKind6 = 'eeprom' | 'uefi' | 'firmware';

/** A Raspberry Pi's own loader (pi-boot §3.3). */
const PI_BOOT = 0x29;
/** UEFI of x86 and ARM, from the network and over HTTP. */
const UEFI = [0x06, 0x07, 0x09, 0x0a, 0x0b, 0x0f, 0x10, 0x12, 0x13];
const UEFI_ARM64 = 0x0b;

/** The name under which UEFI looks on any medium that says nothing else (UEFI 2.10 §3.5.1.1). */
export const UEFI_BOOT_FILE = 'EFI/BOOT/BOOTAA64.EFI';

export function firmwareKind(architectures: readonly number[]): FirmwareKind6 | undefined {
  if (architectures.length === 0) return undefined;
  if (architectures.includes(PI_BOOT)) return 'eeprom';
  return architectures.some((one) => UEFI.includes(one)) ? 'uefi' : 'firmware';
}

/**
 * The boot file URL (§3.1). A Pi's loader knows the names itself and wants the server alone, as a literal: it asks no
 * resolver. UEFI wants a file; of an architecture other than ours there is none.
 */
export function bootFileUrl(server: Ipv6, architectures: readonly number[]): string | undefined {
  if (firmwareKind(architectures) !== 'uefi') return `tftp://[${server}]/`;
  return architectures.includes(UEFI_ARM64) ? `tftp://[${server}]/${UEFI_BOOT_FILE}` : undefined;
}

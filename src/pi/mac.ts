/** MAC addresses of Raspberry Pis: hints only, never identity (pi-boot §1.9; a tenant can change them). */
import { type Mac, parseMac } from '../wire/address.ts';

/** Prefixes seen on boards so far. Such lists go stale, so a foreign prefix is worth a remark and nothing more. */
export const PI_OUIS: readonly string[] = Object.freeze([
  'b8:27:eb', // Pi 1 to 3, Zero
  'dc:a6:32', // Pi 4
  'e4:5f:01',
  '28:cd:c1',
  'd8:3a:dd',
  '2c:cf:67',
]);

/** The prefix under which the MAC of a Pi up to 3 is made from its serial. */
export const SERIAL_OUI = 'b8:27:eb';

export function looksLikePiMac(mac: Mac): boolean {
  return PI_OUIS.some((oui) => mac.startsWith(oui));
}

/** A serial as TFTP shows it: the low 32 bits in eight lower-case hex digits. */
export const SERIAL8 = /^[0-9a-f]{8}$/;

/** The MAC of a Pi up to model 3: b8:27:eb and the low three bytes of the serial. Wrong for a Pi 4 and later. */
export function macFromSerial(serial8: string): Mac {
  if (!SERIAL8.test(serial8)) {
    throw new RangeError(`expected a serial of eight hex digits such as 8b07bcc6, got ${JSON.stringify(serial8)}`);
  }
  return parseMac(`${SERIAL_OUI}:${serial8.slice(2, 4)}:${serial8.slice(4, 6)}:${serial8.slice(6, 8)}`);
}

/**
 * Whether the MAC is the one that a Pi up to model 3 makes from this serial. False is no proof of fraud: OTP rows 64-65
 * override the MAC.
 */
export function serialMatchesMac(serial8: string, mac: Mac): boolean {
  return SERIAL8.test(serial8) && macFromSerial(serial8) === mac;
}

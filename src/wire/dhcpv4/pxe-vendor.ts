/**
 * Option 43 as PXE 2.1 uses it (§2.2.3, table 2-1): sub-options of type, length and value up to type 255. What a
 * Raspberry Pi looks for in it is the text of a boot menu entry (pi-boot §1.3).
 */
import { Writer } from '../cursor.ts';
import { DhcpOption } from './options.ts';
import { latin1, optionError, textValue } from './values.ts';

export const PxeSuboption = Object.freeze({
  discoveryControl: 6,
  bootMenu: 9,
  menuPrompt: 10,
  end: 255,
} as const);

export interface PxeVendor {
  /** Sub-option 6: bit 0 = no broadcast discovery, bit 1 = no multicast discovery. */
  readonly discoveryControl?: number;
  /** Sub-option 10: seconds until the first menu entry is taken, 0 = at once, 255 = never. */
  readonly menuPrompt?: { readonly timeout: number; readonly prompt: string };
  /** Sub-option 9: menu entries; type 0 = boot from local disk in PXE's words, and what dnsmasq sends to a Pi. */
  readonly bootMenu?: readonly { readonly type: number; readonly description: string }[];
}

/** Reads a value that follows the PXE layout; unknown sub-options are stepped over. */
export function decodePxeVendor(value: Uint8Array): PxeVendor {
  const vendor: { -readonly [K in keyof PxeVendor]: PxeVendor[K] } = {};
  let at = 0;
  while (at < value.length) {
    const code = value[at] as number;
    if (code === PxeSuboption.end) break;
    if (code === 0) {
      at++;
      continue;
    }
    const length = value[at + 1];
    if (length === undefined || at + 2 + length > value.length) {
      throw fail(at, `sub-option ${code} runs over the end of ${value.length} bytes`);
    }
    const body = value.subarray(at + 2, at + 2 + length);
    if (code === PxeSuboption.discoveryControl) {
      if (length !== 1) throw fail(at, `expected 1 byte of discovery control, got ${length}`);
      vendor.discoveryControl = body[0] as number;
    } else if (code === PxeSuboption.menuPrompt) {
      if (length < 1) throw fail(at, 'expected at least 1 byte of menu prompt, got 0');
      vendor.menuPrompt = { timeout: body[0] as number, prompt: latin1(body.subarray(1)) };
    } else if (code === PxeSuboption.bootMenu) {
      vendor.bootMenu = decodeBootMenu(body, at + 2);
    }
    at += 2 + length;
  }
  return vendor;
}

/** Writes sub-options 6, 10, 9 in that order (dnsmasq's, which Pis are known to take) and the end. */
export function encodePxeVendor(vendor: PxeVendor): Uint8Array {
  const writer = new Writer();
  if (vendor.discoveryControl !== undefined) {
    writer.u8(PxeSuboption.discoveryControl).u8(1).u8(vendor.discoveryControl);
  }
  if (vendor.menuPrompt) {
    const prompt = textValue(vendor.menuPrompt.prompt);
    writer.u8(PxeSuboption.menuPrompt).u8(bounded(1 + prompt.length));
    writer.u8(vendor.menuPrompt.timeout).bytes(prompt);
  }
  if (vendor.bootMenu) {
    const menu = new Writer();
    for (const { type, description } of vendor.bootMenu) {
      const text = textValue(description);
      menu.u16(type).u8(bounded(text.length)).bytes(text);
    }
    writer.u8(PxeSuboption.bootMenu).u8(bounded(menu.length)).bytes(menu.done());
  }
  return writer.u8(PxeSuboption.end).done();
}

function decodeBootMenu(body: Uint8Array, base: number): { type: number; description: string }[] {
  const entries: { type: number; description: string }[] = [];
  let at = 0;
  while (at < body.length) {
    const length = body[at + 2];
    if (length === undefined || at + 3 + length > body.length) {
      throw fail(base + at, `menu entry ${entries.length} runs over the end of the boot menu`);
    }
    const type = ((body[at] as number) << 8) | (body[at + 1] as number);
    entries.push({ type, description: latin1(body.subarray(at + 3, at + 3 + length)) });
    at += 3 + length;
  }
  return entries;
}

function bounded(length: number): number {
  if (length > 255) throw new RangeError(`expected at most 255 bytes in a PXE sub-option, got ${length}`);
  return length;
}

function fail(at: number, reason: string) {
  return optionError(DhcpOption.vendorSpecific, reason, at);
}

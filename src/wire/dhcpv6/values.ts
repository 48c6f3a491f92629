/** The value shapes of the plain options: lists of addresses, of codes, of domain names. */
import { Writer } from '../cursor.ts';
import { encodeName } from '../domain-name.ts';
import { Option6 } from './options.ts';
import { option6Error } from './packet.ts';

/** Option Request (RFC 8415 §21.7) and client architectures (RFC 5970 §3.3): 16-bit codes. */
export function readCodes(code: number, value: Uint8Array): number[] {
  if (value.length % 2 !== 0) throw option6Error(code, `expected an even length, got ${value.length}`);
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  return Array.from({ length: value.length / 2 }, (_, i) => view.getUint16(i * 2));
}

export function codesValue(codes: readonly number[]): Uint8Array {
  const writer = new Writer(codes.length * 2);
  for (const code of codes) writer.u16(code);
  return writer.done();
}

/** Elapsed Time (§21.9), in hundredths of a second since the client's exchange began. */
export function readElapsed(value: Uint8Array): number {
  if (value.length !== 2) throw option6Error(Option6.elapsedTime, `expected 2 bytes, got ${value.length}`);
  return ((value[0] as number) << 8) | (value[1] as number);
}

/** DNS servers (RFC 3646 §3): addresses of 16 bytes, one after the other. */
export function addresses6Value(addresses: readonly Uint8Array[]): Uint8Array {
  const writer = new Writer(addresses.length * 16);
  for (const address of addresses) {
    if (address.length !== 16) throw new RangeError(`expected an address of 16 bytes, got ${address.length}`);
    writer.bytes(address);
  }
  return writer.done();
}

/** Domain search list (RFC 3646 §4): names in DNS form without compression (RFC 8415 §10). */
export function domainsValue(names: readonly string[]): Uint8Array {
  const writer = new Writer(64);
  for (const name of names) writer.bytes(encodeName(name));
  return writer.done();
}

/** Vendor Class (§21.16): the enterprise number, then opaque strings with their lengths. */
export function readVendorClass(value: Uint8Array): { readonly enterprise: number; readonly classes: Uint8Array[] } {
  if (value.length < 4) throw option6Error(Option6.vendorClass, `expected at least 4 bytes, got ${value.length}`);
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  const classes: Uint8Array[] = [];
  for (let at = 4; at < value.length; ) {
    if (at + 2 > value.length) throw option6Error(Option6.vendorClass, 'a length is cut short', at);
    const length = view.getUint16(at);
    if (at + 2 + length > value.length) {
      throw option6Error(Option6.vendorClass, `says ${length} bytes, ${value.length - at - 2} left`, at);
    }
    classes.push(value.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return { enterprise: view.getUint32(0), classes };
}

export function vendorClassValue(enterprise: number, classes: readonly Uint8Array[]): Uint8Array {
  const writer = new Writer(32).u32(enterprise);
  for (const one of classes) writer.u16(one.length).bytes(one);
  return writer.done();
}

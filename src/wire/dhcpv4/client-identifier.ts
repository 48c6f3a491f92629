/** Option 61, client identifier (RFC 2132 §9.14; RFC 4361 §6.1). A claim of the client: shown, never trusted. */
import { type Mac, macFromBytes } from '../address.ts';
import { DhcpOption } from './options.ts';
import { type OptionMap, optionError } from './values.ts';

export type ClientIdentifier =
  /** Type 1: the Ethernet address. */
  | { readonly kind: 'ethernet'; readonly mac: Mac }
  /** Type 255: IAID and DUID as in DHCPv6. */
  | { readonly kind: 'duid'; readonly iaid: number; readonly duid: Uint8Array }
  /** Any other type, 0 for text or opaque bytes. */
  | { readonly kind: 'opaque'; readonly type: number; readonly value: Uint8Array };

/** The identifier, or undefined where the option is absent. */
export function readClientIdentifier(options: OptionMap): ClientIdentifier | undefined {
  const value = options.get(DhcpOption.clientIdentifier);
  if (value === undefined) return undefined;
  if (value.length < 2) {
    throw optionError(DhcpOption.clientIdentifier, `expected at least 2 bytes, got ${value.length}`);
  }
  const type = value[0] as number;
  const rest = value.subarray(1);
  if (type === 1 && rest.length === 6) return { kind: 'ethernet', mac: macFromBytes(rest) };
  if (type === 255 && rest.length > 4) {
    const iaid = new DataView(rest.buffer, rest.byteOffset, 4).getUint32(0);
    return { kind: 'duid', iaid, duid: rest.subarray(4) };
  }
  return { kind: 'opaque', type, value: rest };
}

export function clientIdentifierValue(identifier: ClientIdentifier): Uint8Array {
  switch (identifier.kind) {
    case 'ethernet':
      return Uint8Array.from([1, ...identifier.mac.split(':').map((pair) => Number.parseInt(pair, 16))]);
    case 'duid': {
      const { iaid, duid } = identifier;
      return Uint8Array.from([255, iaid >>> 24, iaid >>> 16, iaid >>> 8, iaid, ...duid]);
    }
    case 'opaque':
      return Uint8Array.from([identifier.type, ...identifier.value]);
  }
}

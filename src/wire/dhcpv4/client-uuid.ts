/**
 * Option 97, client machine identifier (RFC 4578 §2.3): a type byte, 0 for sixteen bytes of UUID. What a Raspberry Pi
 * puts into the sixteen bytes is told by `src/pi`.
 */
import { DhcpOption } from './options.ts';
import { type OptionMap, optionError } from './values.ts';

export const CLIENT_UUID_LENGTH = 17;

/** The option's 17 bytes, type byte first; undefined where it is absent. Other types and lengths are a DecodeError. */
export function readClientUuid(options: OptionMap): Uint8Array | undefined {
  const value = options.get(DhcpOption.clientUuid);
  if (value === undefined) return undefined;
  if (value.length !== CLIENT_UUID_LENGTH || value[0] !== 0) {
    const reason = `expected type 0 and 16 bytes, got ${value.length} bytes, type ${value[0] ?? 'missing'}`;
    throw optionError(DhcpOption.clientUuid, reason);
  }
  return value;
}

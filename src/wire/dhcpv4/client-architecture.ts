/** Options 93 and 94, client system architecture and network interface (RFC 4578 §2.1, §2.2). */
import { DhcpOption } from './options.ts';
import { expectLength, type OptionMap, optionError } from './values.ts';

/** IANA "Processor Architecture Types", the few that meet a Raspberry Pi. */
export const Architecture = Object.freeze({
  /** Claimed by every Pi ROM and EEPROM (pi-boot §2.1). */
  x86Bios: 0,
  armUefi32: 0x0a,
  armUefi64: 0x0b,
  armUefi64Http: 0x13,
  armUboot32: 0x15,
  armUboot64: 0x16,
  piBoot: 0x29,
} as const);

/** The architectures the client claims, most wanted first; undefined where the option is absent. */
export function readClientArchitectures(options: OptionMap): readonly number[] | undefined {
  const value = options.get(DhcpOption.clientArchitecture);
  if (value === undefined) return undefined;
  if (value.length === 0 || value.length % 2 !== 0) {
    throw optionError(DhcpOption.clientArchitecture, `expected a positive even length, got ${value.length}`);
  }
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  return Array.from({ length: value.length / 2 }, (_, i) => view.getUint16(i * 2));
}

/** The UNDI version, undefined where the option is absent. */
export function readNetworkInterface(
  options: OptionMap,
): { readonly type: number; readonly major: number; readonly minor: number } | undefined {
  const value = options.get(DhcpOption.clientNetworkInterface);
  if (value === undefined) return undefined;
  expectLength(DhcpOption.clientNetworkInterface, value, 3);
  return { type: value[0] as number, major: value[1] as number, minor: value[2] as number };
}

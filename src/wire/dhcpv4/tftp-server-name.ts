/**
 * Option 66, TFTP server name (RFC 2132 §9.4), as a Raspberry Pi wants it: a dotted quad in ASCII digits, because it has
 * no resolver; no NUL after it, and never four binary bytes, which the Pi 4 rejects (pi-boot §1.3, §2.2).
 */
import { type Ipv4, parseIpv4 } from '../address.ts';
import { DhcpOption } from './options.ts';
import { type OptionMap, optionError, readText, textValue } from './values.ts';

export function tftpServerNameValue(address: Ipv4): Uint8Array {
  return textValue(address);
}

/** The address in the option as a Pi would read it; a DecodeError for names and binary addresses. */
export function readTftpServerAddress(options: OptionMap): Ipv4 | undefined {
  const text = readText(options, DhcpOption.tftpServerName);
  if (text === undefined) return undefined;
  try {
    return parseIpv4(text);
  } catch {
    throw optionError(DhcpOption.tftpServerName, `expected a dotted quad in ASCII, got ${JSON.stringify(text)}`);
  }
}

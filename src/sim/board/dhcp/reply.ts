/** How firmware reads the answer to its DISCOVER (pi-boot §1.2, §1.3, §1.4, §2.2): no more checks than it makes. */
import { BOOT_MENU_NAME, MENU_SPACES, ROM_XID } from '../../../pi/rom.ts';
import { type Ipv4, parseIpv4 } from '../../../wire/address.ts';
import { DhcpOption, type Dhcpv4Packet, decodePxeVendor } from '../../../wire/dhcpv4/index.ts';
import { latin1 } from '../../../wire/dhcpv4/values.ts';

/** `rom-3B` and `rom` (3B+ ROM and bootcode.bin) differ in how long they think that the menu name is. */
export type ReplyReader = 'rom-3B' | 'rom' | 'eeprom';

export interface BootReply {
  /** yiaddr: taken at once by the ROM, asked for by the EEPROM. */
  readonly address: Ipv4;
  readonly bootServer: Ipv4;
}

/** What the firmware takes from a reply, or in a few words why it goes on waiting. */
export type ReplyVerdict = { readonly reply: BootReply } | { readonly refused: string };

/**
 * A ROM takes any OFFER with its one constant transaction id, whoever it was meant for; relayed ones only from the 3B+
 * on, since the 3B stumbles over `hops`.
 */
export function readRomOffer(packet: Dhcpv4Packet, from: Ipv4, reader: 'rom-3B' | 'rom'): ReplyVerdict {
  if (packet.op !== 2 || packet.xid !== ROM_XID) return { refused: 'not an answer to a boot ROM' };
  if (packet.options.get(DhcpOption.messageType)?.[0] !== 2) return { refused: 'not an OFFER' };
  if (reader === 'rom-3B' && packet.hops !== 0) return { refused: `hops is ${packet.hops}: a relayed OFFER` };
  return withServer(packet, from, reader);
}

/** The EEPROM checks transaction id and hardware address, and refuses an answer without a boot server. */
export function readEepromReply(
  packet: Dhcpv4Packet,
  from: Ipv4,
  awaited: { readonly xid: number; readonly mac: string; readonly type: 2 | 5 },
): ReplyVerdict {
  if (packet.op !== 2 || packet.xid !== awaited.xid || packet.chaddr !== awaited.mac) return { refused: 'not for us' };
  const type = packet.options.get(DhcpOption.messageType)?.[0];
  if (type !== awaited.type) return { refused: `message type ${type}, expected ${awaited.type}` };
  return withServer(packet, from, 'eeprom');
}

/** Options 43 and 66 in the order of the wire; the last one that holds a server wins. siaddr and option 67 do nothing. */
export function bootServer(packet: Dhcpv4Packet, from: Ipv4, reader: ReplyReader): Ipv4 | undefined {
  let server: Ipv4 | undefined;
  for (const [code, value] of packet.options) {
    if (code === DhcpOption.vendorSpecific && namesPi(value, reader)) server = from;
    if (code === DhcpOption.tftpServerName) server = dottedQuad(value) ?? server;
  }
  return server;
}

function withServer(packet: Dhcpv4Packet, from: Ipv4, reader: ReplyReader): ReplyVerdict {
  const server = bootServer(packet, from, reader);
  if (server === undefined) return { refused: 'neither option 43 nor option 66 names a boot server' };
  return { reply: { address: packet.yiaddr, bootServer: server } };
}

/** ROMs look for the bytes anywhere in option 43; the EEPROM wants them as an entry of a PXE boot menu. */
function namesPi(value: Uint8Array, reader: ReplyReader): boolean {
  if (reader !== 'eeprom') {
    const wanted = reader === 'rom-3B' ? BOOT_MENU_NAME + ' '.repeat(MENU_SPACES) : BOOT_MENU_NAME;
    return latin1(value).includes(wanted);
  }
  try {
    const menu = decodePxeVendor(value).bootMenu ?? [];
    return menu.some((entry) => entry.description.trimEnd() === BOOT_MENU_NAME);
  } catch {
    return false;
  }
}

/** ASCII digits and dots and nothing else: four binary bytes, names and a NUL at the end are no address. */
function dottedQuad(value: Uint8Array): Ipv4 | undefined {
  try {
    return parseIpv4(latin1(value));
  } catch {
    return undefined;
  }
}

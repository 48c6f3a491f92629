/** The DHCP messages of firmware, byte for byte as on the wire (pi-boot §1.2, §2.1). */
import { constantUuid, type DiscoverStage, discoverOptions, ROM_XID, serialUuid, taggedUuid } from '../../../pi/rom.ts';
import { macToBytes } from '../../../wire/address.ts';
import { Writer } from '../../../wire/cursor.ts';
import { DhcpOption, MessageType } from '../../../wire/dhcpv4/index.ts';
import type { BoardIdentity } from '../identity.ts';

const MAGIC_COOKIE = 0x63825363;
const NAME_FIELDS = 64 + 128;

/** A DISCOVER ends with its end option and is not padded: 320 bytes from a 3B ROM, 322 from everything later. */
export function discover(stage: DiscoverStage, identity: BoardIdentity, xid = ROM_XID): Uint8Array {
  return message(identity, xid, discoverOptions(stage, clientUuid(stage, identity)));
}

/** The EEPROM's REQUEST: the DISCOVER's options with the address and the server that it chose. */
export function eepromRequest(
  identity: BoardIdentity,
  xid: number,
  chosen: { address: Uint8Array; server: Uint8Array },
) {
  const [, ...rest] = discoverOptions('4B-eeprom', clientUuid('4B-eeprom', identity));
  return message(identity, xid, [
    [DhcpOption.messageType, Uint8Array.of(MessageType.request)],
    [DhcpOption.requestedAddress, chosen.address],
    [DhcpOption.serverIdentifier, chosen.server],
    ...rest,
  ]);
}

/** Option 97 of that stage on that board. */
export function clientUuid(stage: DiscoverStage, { mac, revision, serial8 }: BoardIdentity): Uint8Array {
  if (stage === '3B-rom') return constantUuid();
  if (stage === '4B-eeprom') return taggedUuid('pi4', { revision, mac: macToBytes(mac), serial: serial8 });
  return serialUuid(serial8);
}

/** `flags` 0: the answer is to come as a unicast to an address that nobody answers ARP for yet. */
function message(
  identity: BoardIdentity,
  xid: number,
  options: readonly (readonly [number, Uint8Array])[],
): Uint8Array {
  const writer = new Writer(400).u8(1).u8(1).u8(6).u8(0).u32(xid).u16(0).u16(0).zeros(16);
  writer
    .bytes(macToBytes(identity.mac))
    .zeros(10 + NAME_FIELDS)
    .u32(MAGIC_COOKIE);
  for (const [code, value] of options) writer.u8(code).u8(value.length).bytes(value);
  return writer.u8(DhcpOption.end).done();
}

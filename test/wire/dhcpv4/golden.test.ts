import { describe, expect, it } from 'vitest';
import { parseIpv4, parseMac } from '../../../src/wire/address.ts';
import {
  decodeDhcpv4,
  decodePxeVendor,
  encodeDhcpv4,
  MessageType,
  parsePxeClass,
  readClassIdentifier,
  readClientArchitectures,
  readClientUuid,
  readMessageType,
  readNetworkInterface,
  readParameterRequestList,
  readTftpServerAddress,
} from '../../../src/wire/dhcpv4/index.ts';
import { hex } from './bytes.ts';
import { EEPROM_PI4, OFFER_3B, OPTION_43, ROM_3B, ROM_3B_PLUS } from './roms.ts';

describe('the DISCOVER of a 3B ROM (pi-boot §1.2)', () => {
  const packet = decodeDhcpv4(ROM_3B);

  it('has 320 bytes', () => expect(ROM_3B.length).toBe(320));

  it('decodes to its fields', () => {
    expect(packet).toMatchObject({ op: 1, hops: 0, xid: 0x26f30339, secs: 0, flags: 0, chaddr: 'b8:27:eb:07:bc:c6' });
    expect([...packet.options.keys()]).toEqual([53, 55, 93, 94, 97, 60]);
    expect(readMessageType(packet.options)).toBe(MessageType.discover);
    expect(readParameterRequestList(packet.options)).toEqual([43, 60, 67, 128, 129, 130, 131, 132, 133, 134, 135, 66]);
    expect(readClientArchitectures(packet.options)).toEqual([0]);
    expect(readNetworkInterface(packet.options)).toEqual({ type: 1, major: 2, minor: 1 });
    expect(readClientUuid(packet.options)).toEqual(hex(`00${'44'.repeat(16)}`));
    expect(parsePxeClass(readClassIdentifier(packet.options) as string)).toEqual({
      architecture: 0,
      undiMajor: 2,
      undiMinor: 1,
    });
  });

  it.each([
    ['3B', ROM_3B],
    ['3B+', ROM_3B_PLUS],
    ['Pi 4', EEPROM_PI4],
  ])('of a %s encodes back to the same bytes', (_name, bytes) => {
    expect(encodeDhcpv4(decodeDhcpv4(bytes))).toEqual(bytes);
  });
});

describe('the OFFER that a 3B ROM takes (pi-boot §1.3)', () => {
  const packet = decodeDhcpv4(OFFER_3B);

  it('decodes to its fields', () => {
    expect(packet).toMatchObject({ op: 2, yiaddr: '10.20.0.2', siaddr: '10.20.0.1', xid: 0x26f30339 });
    expect([...packet.options.keys()]).toEqual([53, 54, 51, 58, 59, 1, 28, 60, 97, 43, 66]);
    expect(packet.options.get(43)).toEqual(OPTION_43);
    expect(readTftpServerAddress(packet.options)).toBe(parseIpv4('10.20.0.1'));
    expect(packet.chaddr).toBe(parseMac('b8:27:eb:07:bc:c6'));
  });

  it('encodes back to the same bytes', () => expect(encodeDhcpv4(packet)).toEqual(OFFER_3B));

  it('names the menu entry with its three spaces', () => {
    expect(OPTION_43.length).toBe(35);
    expect(decodePxeVendor(OPTION_43)).toEqual({
      discoveryControl: 3,
      menuPrompt: { timeout: 0, prompt: 'PXE' },
      bootMenu: [{ type: 0, description: 'Raspberry Pi Boot   ' }],
    });
  });
});

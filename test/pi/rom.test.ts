import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  constantUuid,
  type DiscoverStage,
  discoverOptions,
  LATER_DHCP_LENGTH,
  parseClientUuid,
  ROM_3B_DHCP_LENGTH,
  ROM_DISCOVER_WINDOW_MS,
  ROM_XID,
  serialUuid,
  taggedUuid,
  tftpServerName,
  VENDOR_CLASS,
  vendorOptions,
} from '../../src/pi/rom.ts';
import { macToBytes, parseMac } from '../../src/wire/address.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const unhex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(/[: ]/g, ''), 'hex'));

describe('what boards send', () => {
  it('has the transaction id that dnsmasq logs as 653460281', () => expect(ROM_XID).toBe(653460281));
  it('has a vendor class of 32 bytes', () => expect(VENDOR_CLASS).toHaveLength(32));
  it('gives up 25 s after the first DISCOVER', () => expect(ROM_DISCOVER_WINDOW_MS).toBe(25_000));

  it('sends the options of a 3B ROM byte for byte', () => {
    const bytes = discoverOptions('3B-rom', constantUuid()).map(([code, value]) =>
      hex(Uint8Array.of(code, value.length, ...value)),
    );
    expect(bytes).toEqual([
      '350101',
      '370c2b3c438081828384858687' + '42',
      '5d020000',
      '5e03010201',
      `611100${'44'.repeat(16)}`,
      `3c20${Buffer.from('PXEClient:Arch:00000:UNDI:002001').toString('hex')}`,
    ]);
  });

  it.each<[DiscoverStage, number, number]>([
    ['3B-rom', 12, ROM_3B_DHCP_LENGTH],
    ['3B+-rom', 14, LATER_DHCP_LENGTH],
    ['bootcode', 14, LATER_DHCP_LENGTH],
    ['4B-eeprom', 14, LATER_DHCP_LENGTH],
  ])('%s asks for %i options in a DISCOVER of %i bytes', (stage, asked, length) => {
    const options = discoverOptions(stage, constantUuid());
    expect(options.find(([code]) => code === 55)?.[1]).toHaveLength(asked);
    const fixedPartAndCookie = 240;
    const body = options.reduce((sum, [, value]) => sum + 2 + value.length, 0);
    expect(fixedPartAndCookie + body + 1).toBe(length);
  });
});

describe('option 97', () => {
  it('of a 3B is a constant', () => expect(parseClientUuid(constantUuid())).toEqual({ kind: '3B-constant' }));

  it('of a 3B+ holds the serial four times, little-endian', () => {
    expect(hex(serialUuid('4c69202e'))).toBe(`00${'2e20694c'.repeat(4)}`);
    expect(parseClientUuid(serialUuid('4c69202e'))).toEqual({ kind: 'serial-repeated', serial: '4c69202e' });
  });

  it('of a real Pi 4 tells revision, MAC and serial', () => {
    const seen = unhex('00:34:69:50:52:14:31:d0:00:01:09:02:f7:3d:f0:cd:91');
    const told = { revision: 0xd03114, macTail: '01:09:02:f7', serial: '91cdf03d' };
    expect(parseClientUuid(seen)).toEqual({ kind: 'pi4', ...told });
    const mac = macToBytes(parseMac('e4:5f:01:09:02:f7'));
    expect(taggedUuid('pi4', { revision: 0xd03114, mac, serial: '91cdf03d' })).toEqual(seen);
    expect(parseClientUuid(taggedUuid('pi5', { ...told, mac }))).toEqual({ kind: 'pi5', ...told });
    // A 4B with the bootloader of 2021-04-29 has the tag the other way round.
    const turned = Uint8Array.from(seen);
    turned.set([...seen.subarray(1, 5)].reverse(), 1);
    expect(parseClientUuid(turned)).toEqual({ kind: 'pi4', ...told });
  });

  it.each([
    ['empty', ''],
    ['too short', '0044444444'],
    ['too long', `00${'44'.repeat(17)}`],
    ['of type 1', `01${'44'.repeat(16)}`],
    ['a random UUID', '00112233445566778899aabbccddeeff01'],
    ['of a Pi 4 cut short', '0034695052'],
  ])('%s is other', (_title, text) => expect(parseClientUuid(unhex(text))).toEqual({ kind: 'other' }));

  it('any bytes are some kind, and serials come back', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => parseClientUuid(bytes).kind.length > 0));
    fc.assert(
      fc.property(fc.nat(0xffffffff), (number) => {
        const serial = number.toString(16).padStart(8, '0');
        fc.pre(serial !== '44444444');
        expect(parseClientUuid(serialUuid(serial))).toEqual({ kind: 'serial-repeated', serial });
      }),
    );
  });

  it('finds its bytes inside a larger buffer', () => {
    const packet = new Uint8Array(60);
    packet.set(serialUuid('8b07bcc6'), 21);
    expect(parseClientUuid(packet.subarray(21, 38))).toEqual({ kind: 'serial-repeated', serial: '8b07bcc6' });
  });

  it('refuses to be built from nonsense', () => {
    expect(() => serialUuid('xyz')).toThrow('expected a serial of eight hex digits, got "xyz"');
    const board = { revision: 0, mac: new Uint8Array(4), serial: '00000000' };
    expect(() => taggedUuid('pi4', board)).toThrow('expected a MAC address of 6 bytes, got 4');
  });
});

describe('what the answer holds', () => {
  it('option 43 with trailing spaces, 35 bytes', () => {
    expect(hex(vendorOptions())).toBe(
      '060103' + '0a0400505845' + '0917000014' + '526173706265727279205069' + '20426f6f74' + '202020' + 'ff',
    );
    expect(vendorOptions()).toHaveLength(35);
  });

  it('option 43 without them, 32 bytes as in the official capture', () => {
    expect(hex(vendorOptions(false))).toBe(
      '060103' + '0a0400505845' + '0914000011' + '526173706265727279205069' + '20426f6f74' + 'ff',
    );
    expect(vendorOptions(false)).toHaveLength(32);
  });

  it('option 66 as digits without a NUL', () => {
    expect(Buffer.from(tftpServerName('10.20.0.1')).toString('latin1')).toBe('10.20.0.1');
  });

  it('hands out a fresh array each time', () => {
    vendorOptions().fill(0);
    expect(vendorOptions()[0]).toBe(6);
  });
});

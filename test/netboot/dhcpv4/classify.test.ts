import { describe, expect, it } from 'vitest';
import { type Before, classify } from '../../../src/netboot/dhcpv4/classify.ts';
import { parseMac } from '../../../src/wire/address.ts';
import { type Dhcpv4Packet, decodeDhcpv4 } from '../../../src/wire/dhcpv4/index.ts';
import { EEPROM_PI4, EEPROM_PI4_REQUEST, ROM_3B, ROM_3B_PLUS } from '../../wire/dhcpv4/roms.ts';
import { request } from './support.ts';

const text = (value: string) => Buffer.from(value);
const from = (bytes: Uint8Array, change: (packet: Dhcpv4Packet) => Partial<Dhcpv4Packet> = () => ({})) => {
  const packet = decodeDhcpv4(bytes);
  return classify({ ...packet, ...change(packet) }, bytes.length);
};
const withOption = (code: number, value: Uint8Array | undefined) => (packet: Dhcpv4Packet) => {
  const options = new Map(packet.options);
  if (value) options.set(code, value);
  else options.delete(code);
  return { options };
};

describe('boot firmware of a Pi', () => {
  it('3B ROM', () => {
    expect(from(ROM_3B)).toEqual({
      kind: 'rom-3b',
      answer: 'pi',
      firmware: true,
      offerIsFinal: true,
      timing: '3B',
      className: 'PXEClient:Arch:00000:UNDI:002001',
      model: '3B',
    });
  });

  it('3B+ ROM or bootcode.bin, with the serial', () => {
    const seen = from(ROM_3B_PLUS);
    expect(seen).toMatchObject({
      kind: 'rom-serial',
      answer: 'pi',
      offerIsFinal: true,
      timing: '3B+',
      serial: '4c69202e',
    });
    expect(seen).not.toHaveProperty('doubt');
    expect(seen).not.toHaveProperty('model');
  });

  it('Pi 4 EEPROM, with revision, model and serial', () => {
    const seen = from(EEPROM_PI4);
    expect(seen).toMatchObject({
      kind: 'eeprom-pi4',
      answer: 'pi',
      offerIsFinal: false,
      timing: '4B',
      serial: '91cdf03d',
      revision: 0xd03114,
      model: '4B',
    });
    expect(seen).not.toHaveProperty('doubt');
  });

  it('a Pi 4 with DHCP_OPTION97=0: the serial repeated, but neither the ROM’s transaction id nor a MAC made of it', () => {
    const seen = from(ROM_3B_PLUS, () => ({ xid: 7, chaddr: parseMac('e4:5f:01:09:02:f7') }));
    expect(seen).toMatchObject({ kind: 'eeprom-pi4', offerIsFinal: false, serial: '4c69202e' });
  });

  it('a Pi 5 by its tag', () => {
    const uuid = Uint8Array.from([0, ...text('5iPR'), 0x70, 0x41, 0xd0, 0, 1, 9, 2, 0xf7, 1, 2, 3, 4]);
    expect(from(EEPROM_PI4, withOption(97, uuid))).toMatchObject({
      kind: 'eeprom-pi5',
      timing: 'default',
      revision: 0xd04170,
      model: '5',
      serial: '04030201',
    });
  });

  it('a Pi by its identifier alone, as in a REQUEST without class', () => {
    expect(from(EEPROM_PI4_REQUEST, withOption(60, undefined))).toMatchObject({ kind: 'eeprom-pi4', answer: 'pi' });
  });

  it('the class of a Pi with an unknown identifier, or none, still gets what a Pi boots by', () => {
    const unknown = { kind: 'unknown', answer: 'pi', firmware: true, offerIsFinal: true };
    expect(
      from(
        EEPROM_PI4,
        withOption(
          97,
          Uint8Array.from({ length: 17 }, (_, i) => i),
        ),
      ),
    ).toMatchObject(unknown);
    expect(from(EEPROM_PI4, withOption(97, undefined))).toMatchObject(unknown);
  });
});

describe('what came before tells the second stage from a ROM', () => {
  const mac = decodeDhcpv4(ROM_3B_PLUS).chaddr;
  const serialAfter = (before: Before | undefined) => classify(decodeDhcpv4(ROM_3B_PLUS), ROM_3B_PLUS.length, before);

  it.each<[string, Before | undefined, string]>([
    ['nothing', undefined, 'rom-serial'],
    ['a 3B ROM', { kind: 'rom-3b', mac, fetching: true }, 'bootcode'],
    ['a 3B ROM whose requests were not heard of', { kind: 'rom-3b', mac, fetching: false }, 'bootcode'],
    ['a 3B+ ROM that fetched', { kind: 'rom-serial', mac, fetching: true }, 'bootcode'],
    ['a 3B+ ROM that tries again', { kind: 'rom-serial', mac, fetching: false }, 'rom-serial'],
    ['a second stage that tries again', { kind: 'bootcode', mac, fetching: false }, 'bootcode'],
    ['a second stage that fetched: a quick restart', { kind: 'bootcode', mac, fetching: true }, 'rom-serial'],
    ['a ROM of another board', { kind: 'rom-3b', mac: parseMac('b8:27:eb:00:00:01'), fetching: true }, 'rom-serial'],
    ['a Pi 4', { kind: 'eeprom-pi4', mac, fetching: true }, 'rom-serial'],
  ])('after %s', (_name, before, kind) => expect(serialAfter(before).kind).toBe(kind));

  it('a second stage after a 3B ROM is of a 3B, and tells the serial that the ROM does not', () => {
    const seen = serialAfter({ kind: 'rom-3b', mac, fetching: true });
    expect(seen).toMatchObject({ model: '3B', timing: '3B', serial: '4c69202e', offerIsFinal: true, answer: 'pi' });
  });

  it('does not change what tells itself', () => {
    const before: Before = { kind: 'rom-3b', mac: decodeDhcpv4(EEPROM_PI4).chaddr, fetching: true };
    expect(classify(decodeDhcpv4(EEPROM_PI4), EEPROM_PI4.length, before)).toEqual(from(EEPROM_PI4));
  });
});

describe('what does not hold together is told', () => {
  it.each([
    [
      'a 3B ROM with another transaction id',
      from(ROM_3B, () => ({ xid: 0xabc })),
      'transaction id abc is not that of a Pi 3 ROM',
    ],
    ['a 3B ROM of another length', classify(decodeDhcpv4(ROM_3B), 321), '321 bytes of DHCP, expected 320 of this ROM'],
    [
      'a 3B+ ROM of another length',
      classify(decodeDhcpv4(ROM_3B_PLUS), 300),
      '300 bytes of DHCP, expected 322 of this ROM',
    ],
    [
      'a serial under another MAC',
      from(ROM_3B_PLUS, () => ({ chaddr: parseMac('b8:27:eb:00:00:01') })),
      'serial 4c69202e does not belong to MAC b8:27:eb:00:00:01',
    ],
    [
      'a Pi 4 under another MAC',
      from(EEPROM_PI4, () => ({ chaddr: parseMac('e4:5f:01:09:02:f8') })),
      'option 97 names a MAC that ends in 01:09:02:f7, not e4:5f:01:09:02:f8',
    ],
    [
      'a revision of no known model',
      from(
        EEPROM_PI4,
        withOption(97, Uint8Array.from([0, ...text('4iPR'), 0xf0, 0x3f, 0xd0, 0, 1, 9, 2, 0xf7, 1, 2, 3, 4])),
      ),
      'd03ff0 names model type 0xff, which is not known',
    ],
  ])('%s', (_name, seen, doubt) => expect(seen.doubt).toBe(doubt));

  it('but not the empty MAC of a beta bootloader', () => {
    const uuid = decodeDhcpv4(EEPROM_PI4).options.get(97)?.slice() as Uint8Array;
    uuid.fill(0, 9, 13);
    expect(from(EEPROM_PI4, withOption(97, uuid))).not.toHaveProperty('doubt');
  });
});

describe('others', () => {
  const ofClass = (name: string, more = '') =>
    classify(
      request(`350101 3c${text(name).length.toString(16).padStart(2, '0')}${text(name).toString('hex')} ${more} ff`),
      300,
    );

  it.each([
    ['udhcp 1.35.0', 'os'],
    ['Linux ipconfig', 'os'],
    ['dhcpcd-9.4.1:Linux-6.1.0', 'os'],
    ['MSFT 5.0', 'os'],
    ['U-Boot.armv8', 'uboot'],
    ['PXEClient:Arch:00022:UNDI:003001', 'uboot'],
    ['PXEClient:Arch:00011:UNDI:003000', 'uefi'],
    ['HTTPClient:Arch:00019:UNDI:003000', 'uefi'],
    ['PXEClient:Arch:00000:UNDI:003016', 'unknown'],
    ['PXEClient', 'unknown'],
  ] as const)('%s is %s', (name, kind) => {
    expect(ofClass(name)).toMatchObject({
      kind,
      answer: 'plain',
      firmware: kind !== 'os',
      offerIsFinal: false,
      className: name,
    });
  });

  it('no class is an operating system (the kernel’s own client)', () => {
    expect(classify(request('350101 ff'), 300)).toMatchObject({ kind: 'os', className: '', firmware: false });
  });

  it('iPXE, which gives the class of a Pi, is told by its user class', () => {
    expect(ofClass('PXEClient:Arch:00000:UNDI:002001', `4d04${text('iPXE').toString('hex')}`)).toMatchObject({
      kind: 'unknown',
      answer: 'plain',
    });
  });

  it('an operating system that sends a Pi’s identifier is an operating system', () => {
    expect(ofClass('udhcp 1.35.0', `611100${'44'.repeat(16)}`)).toMatchObject({ kind: 'os' });
  });

  it('class names are made printable and short', () => {
    expect(ofClass('\x1b[2J\n\u00e4').className).toBe('?[2J???');
    expect(ofClass('x'.repeat(200)).className).toBe('x'.repeat(64));
  });
});

import { describe, expect, it } from 'vitest';
import { parseIpv4, parseMac } from '../../../src/wire/address.ts';
import { DecodeError } from '../../../src/wire/cursor.ts';
import {
  addressesValue,
  addressValue,
  type ClientIdentifier,
  clientIdentifierValue,
  DhcpOption,
  decodePxeVendor,
  encodePxeVendor,
  messageTypeName,
  optionName,
  parsePxeClass,
  readAddress,
  readAddresses,
  readClientArchitectures,
  readClientIdentifier,
  readClientUuid,
  readMessageType,
  readNetworkInterface,
  readParameterRequestList,
  readText,
  readTftpServerAddress,
  readU16,
  readU32,
  textValue,
  tftpServerNameValue,
  u16Value,
  u32Value,
} from '../../../src/wire/dhcpv4/index.ts';
import { hex } from './bytes.ts';
import { OPTION_43 } from './roms.ts';

const one = (code: number, value: string) => new Map([[code, hex(value)]]);
const NONE = new Map<number, Uint8Array>();

describe('option values', () => {
  it.each([
    ['u16', (o: typeof NONE) => readU16(o, 57), 57, '05dc', 1500],
    ['u32', (o: typeof NONE) => readU32(o, 51), 51, '80000001', 0x80000001],
    ['address', (o: typeof NONE) => readAddress(o, 50), 50, '0a140002', '10.20.0.2'],
    ['addresses', (o: typeof NONE) => readAddresses(o, 6), 6, '0a140001 0a140002', ['10.20.0.1', '10.20.0.2']],
    ['text without trailing NULs', (o: typeof NONE) => readText(o, 12), 12, '7069 0000', 'pi'],
    ['text of NULs only', (o: typeof NONE) => readText(o, 12), 12, '0000', ''],
    ['message type', readMessageType, 53, '08', 8],
    ['parameter request list', readParameterRequestList, 55, '0103', [1, 3]],
    ['architectures', readClientArchitectures, 93, '000b 0000', [11, 0]],
    ['network interface', readNetworkInterface, 94, '010310', { type: 1, major: 3, minor: 16 }],
    ['TFTP server', readTftpServerAddress, 66, '31302e322e332e34 00', '10.2.3.4'],
  ])('reads %s', (_name, read, code, value, expected) => {
    expect(read(one(code, value))).toEqual(expected);
  });

  it.each([
    ['u16', (o: typeof NONE) => readU16(o, 57), 57, '05'],
    ['u32', (o: typeof NONE) => readU32(o, 51), 51, '0000000000'],
    ['address', (o: typeof NONE) => readAddress(o, 50), 50, '0a1400'],
    ['addresses', (o: typeof NONE) => readAddresses(o, 6), 6, ''],
    ['addresses', (o: typeof NONE) => readAddresses(o, 6), 6, '0a1400010a'],
    ['message type', readMessageType, 53, '00'],
    ['message type', readMessageType, 53, '09'],
    ['message type', readMessageType, 53, '0101'],
    ['parameter request list', readParameterRequestList, 55, ''],
    ['architectures', readClientArchitectures, 93, '00'],
    ['architectures', readClientArchitectures, 93, ''],
    ['network interface', readNetworkInterface, 94, '0102'],
    ['client UUID', readClientUuid, 97, '00'],
    ['client UUID', readClientUuid, 97, `01${'44'.repeat(16)}`],
    ['client identifier', readClientIdentifier, 61, '01'],
    ['TFTP server in binary', readTftpServerAddress, 66, '0a0a0901'],
    ['TFTP server by name', readTftpServerAddress, 66, '74667470'],
  ])('refuses a malformed %s', (_name, read, code, value) => {
    expect(() => read(one(code, value))).toThrow(DecodeError);
  });

  it('tells absent options by undefined, the message type alone is a must', () => {
    for (const read of [
      readParameterRequestList,
      readClientArchitectures,
      readNetworkInterface,
      readTftpServerAddress,
      readClientUuid,
      readClientIdentifier,
      (o: typeof NONE) => readU16(o, 57),
      (o: typeof NONE) => readU32(o, 51),
      (o: typeof NONE) => readAddresses(o, 6),
      (o: typeof NONE) => readText(o, 12),
    ]) {
      expect(read(NONE)).toBeUndefined();
    }
    expect(() => readMessageType(NONE)).toThrow('dhcpv4: messageType (53) at byte 0: missing');
  });

  it('makes values', () => {
    const a = parseIpv4('10.20.0.1');
    expect(u16Value(1500)).toEqual(hex('05dc'));
    expect(u32Value(0xfffffffc)).toEqual(hex('fffffffc'));
    expect(addressValue(a)).toEqual(hex('0a140001'));
    expect(addressesValue([a, parseIpv4('255.0.0.1')])).toEqual(hex('0a140001ff000001'));
    expect(textValue('pi-01')).toEqual(hex('70692d3031'));
    expect(tftpServerNameValue(a)).toEqual(hex('31302e32302e302e31'));
    expect(() => textValue('a\nb')).toThrow('expected printable ASCII');
  });

  it('names codes and message types', () => {
    expect(optionName(DhcpOption.clientUuid)).toBe('clientUuid');
    expect(optionName(200)).toBe('option 200');
    expect([1, 2, 3, 4, 5, 6, 7, 8].map((type) => messageTypeName(type as 1))).toEqual(
      'DISCOVER OFFER REQUEST DECLINE ACK NAK RELEASE INFORM'.split(' '),
    );
  });
});

describe('client identifier (61)', () => {
  it.each([
    ['01b827eb07bcc6', { kind: 'ethernet', mac: parseMac('b8:27:eb:07:bc:c6') }],
    ['ff01020304 00030001b827eb07bcc6', { kind: 'duid', iaid: 0x01020304, duid: hex('00030001b827eb07bcc6') }],
    ['007069', { kind: 'opaque', type: 0, value: hex('7069') }],
    ['01b827', { kind: 'opaque', type: 1, value: hex('b827') }],
    ['ff0102', { kind: 'opaque', type: 255, value: hex('0102') }],
  ] as [string, ClientIdentifier][])('%s', (value, identifier) => {
    expect(readClientIdentifier(one(61, value))).toEqual(identifier);
    expect(clientIdentifierValue(identifier)).toEqual(hex(value));
  });
});

describe('PXE class (60)', () => {
  it('is parsed by its digits', () => {
    expect(parsePxeClass('PXEClient:Arch:00011:UNDI:003016')).toEqual({
      architecture: 11,
      undiMajor: 3,
      undiMinor: 16,
    });
  });
  it.each(['PXEClient', 'udhcp 1.35.0', 'HTTPClient:Arch:00016:UNDI:003001', ' PXEClient:Arch:00000:UNDI:002001', ''])(
    'is not %j',
    (text) => expect(parsePxeClass(text)).toBeUndefined(),
  );
});

describe('PXE vendor options (43)', () => {
  it('encode to the bytes that Pis take, and decode back', () => {
    const vendor = {
      discoveryControl: 3,
      menuPrompt: { timeout: 0, prompt: 'PXE' },
      bootMenu: [{ type: 0, description: 'Raspberry Pi Boot   ' }],
    };
    expect(encodePxeVendor(vendor)).toEqual(OPTION_43);
    expect(decodePxeVendor(OPTION_43)).toEqual(vendor);
  });

  it('decode several menu entries, pads, unknown sub-options, and a missing end', () => {
    expect(decodePxeVendor(hex('00 470101 0907 0001 01 61 8000 00'))).toEqual({
      bootMenu: [
        { type: 1, description: 'a' },
        { type: 0x8000, description: '' },
      ],
    });
    expect(decodePxeVendor(hex('ff 060103'))).toEqual({});
    expect(encodePxeVendor({})).toEqual(hex('ff'));
  });

  it.each([
    ['a sub-option without length', '06', 0],
    ['a sub-option over the end', '060103 0a0400', 3],
    ['a discovery control of two bytes', '06020303', 0],
    ['a menu prompt without timeout', '0a00', 0],
    ['a menu entry over its menu', '0904 0000 02 61', 2],
    ['a menu entry without length', '0902 0000', 2],
  ])('refuse %s', (_name, value, offset) => {
    expect(() => decodePxeVendor(hex(value))).toThrow(expect.objectContaining({ name: 'DecodeError', offset }));
  });

  it('refuse to encode what does not fit its length byte', () => {
    expect(() => encodePxeVendor({ bootMenu: [{ type: 0, description: 'x'.repeat(254) }] })).toThrow(
      'expected at most 255 bytes in a PXE sub-option, got 257',
    );
  });
});

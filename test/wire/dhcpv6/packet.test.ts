import { describe, expect, it } from 'vitest';
import { parseMac } from '../../../src/wire/address.ts';
import { DecodeError } from '../../../src/wire/cursor.ts';
import {
  addresses6Value,
  codesValue,
  type Dhcpv6Packet,
  decodeDhcpv6,
  domainsValue,
  duidBytes,
  duidLl,
  duidMac,
  encodeDhcpv6,
  findOption6,
  iaNaOption,
  iaPdOption,
  iaTaOption,
  messageType6Name,
  Option6,
  readCodes,
  readDuid,
  readElapsed,
  readIaNa,
  readIaPd,
  readIaTaId,
  readStatus,
  readVendorClass,
  StatusCode,
  statusValue,
  vendorClassValue,
} from '../../../src/wire/dhcpv6/index.ts';
import { hex } from '../dhcpv4/bytes.ts';
import { PI4_INFORMATION_REQUEST, PI4_MAC, PI4_REQUEST, PI4_SOLICIT } from './bytes.ts';

const value = (packet: Dhcpv6Packet, code: number) => findOption6(packet.options, code) as Uint8Array;
const ADDRESS = hex('20010db8002000010000000000000002');

describe('what a Pi 4 sends', () => {
  it('is read field by field', () => {
    const packet = decodeDhcpv6(PI4_SOLICIT);
    expect(messageType6Name(packet.type)).toBe('SOLICIT');
    expect(packet.transactionId).toBe(0xa1b2c3);
    expect(packet.options.map(({ code }) => code)).toEqual([1, 3, 6, 61, 8]);
    const duid = readDuid(Option6.clientId, value(packet, Option6.clientId));
    expect(duid).toBe('00030001dca632005301');
    expect(duidMac(duid)).toBe(PI4_MAC);
    expect(readIaNa(value(packet, Option6.iaNa))).toEqual({ iaid: 0, t1: 0, t2: 0, leases: [], status: undefined });
    expect(readCodes(Option6.optionRequest, value(packet, Option6.optionRequest))).toEqual([Option6.bootFileUrl]);
    expect(readCodes(Option6.clientArchitecture, value(packet, Option6.clientArchitecture))).toEqual([0x29]);
    expect(readElapsed(value(packet, Option6.elapsedTime))).toBe(0);
  });

  it('is written back to the same bytes', () => {
    for (const bytes of [PI4_SOLICIT, PI4_REQUEST, PI4_INFORMATION_REQUEST]) {
      expect(encodeDhcpv6(decodeDhcpv6(bytes))).toEqual(bytes);
    }
  });
});

describe('identity associations', () => {
  it('IA_NA with an address and a status, as RFC 8415 §21.4 and §21.6 lay them out', () => {
    const ia = {
      iaid: 0x01020304,
      t1: 1800,
      t2: 2880,
      leases: [{ address: ADDRESS, preferred: 3600, valid: 7200, status: undefined }],
      status: { code: StatusCode.success, message: 'ok' },
    };
    const option = iaNaOption(ia);
    expect(option.code).toBe(3);
    expect(Buffer.from(option.value).toString('hex')).toBe(
      '010203040000070800000b40' + '0005001820010db800200001000000000000000200000e1000001c20' + '000d000400006f6b',
    );
    expect(readIaNa(option.value)).toEqual(ia);
  });

  it('IA_PD with a prefix, as §21.22 lays it out', () => {
    const ia = {
      iaid: 7,
      t1: 0,
      t2: 0,
      leases: [
        { preferred: 1, valid: 2, length: 56, prefix: hex('20010db8400001000000000000000000'), status: undefined },
      ],
      status: undefined,
    };
    const option = iaPdOption(ia);
    expect(Buffer.from(option.value).toString('hex')).toBe(
      '000000070000000000000000' + '001a0019' + '0000000100000002' + '38' + '20010db8400001000000000000000000',
    );
    expect(readIaPd(option.value)).toEqual(ia);
  });

  it('IA_TA says why it is empty', () => {
    const option = iaTaOption(9, { code: StatusCode.noAddrsAvail, message: '' });
    expect(Buffer.from(option.value).toString('hex')).toBe('00000009000d00020002');
    expect(readIaTaId(option.value)).toBe(9);
  });

  it.each([
    ['IA_NA too short', () => readIaNa(hex('00000001 00000000')), /iaNa \(3\).*at least 12 bytes/],
    ['IAADDR too short', () => readIaNa(hex('00000001 00000000 00000000 0005 0004 20010db8')), /at least 24/],
    ['IAPREFIX too short', () => readIaPd(hex('00000001 00000000 00000000 001a 0004 20010db8')), /at least 25/],
    [
      'prefix of 129 bits',
      () => readIaPd(hex(`00000001 00000000 00000000 001a 0019 00000001 00000001 81 ${'00'.repeat(16)}`)),
      /at most 128, got 129/,
    ],
  ])('%s is a DecodeError', (_what, read, message) => {
    expect(read).toThrow(DecodeError);
    expect(read).toThrow(message);
  });
});

describe('other options', () => {
  it('status code', () => {
    expect(readStatus(hex('0002 6e6f6e65'))).toEqual({ code: 2, message: 'none' });
    expect(Buffer.from(statusValue({ code: 4, message: '' })).toString('hex')).toBe('0004');
  });

  it('DNS servers and search list (RFC 3646)', () => {
    expect(Buffer.from(addresses6Value([ADDRESS])).toString('hex')).toBe('20010db8002000010000000000000002');
    expect(Buffer.from(domainsValue(['pi.example.net', 'example.'])).toString('hex')).toBe(
      '027069076578616d706c65036e657400' + '076578616d706c6500',
    );
    expect(() => domainsValue(['not a name'])).toThrow(/expected a domain name/);
  });

  it('vendor class (RFC 8415 §21.16) as a UEFI firmware sends it', () => {
    const pxe = Buffer.from('PXEClient:Arch:00011:UNDI:003000');
    const encoded = vendorClassValue(343, [pxe]);
    expect(Buffer.from(encoded).toString('hex')).toBe(`000001570020${pxe.toString('hex')}`);
    expect(readVendorClass(encoded)).toEqual({ enterprise: 343, classes: [new Uint8Array(pxe)] });
    expect(() => readVendorClass(hex('00000157 0020 5058'))).toThrow(/says 32 bytes, 2 left/);
  });

  it('DUIDs of every kind', () => {
    const ll = duidLl(parseMac('02:00:00:00:53:01'));
    expect(ll).toBe('00030001020000005301');
    expect(duidMac(readDuid(1, hex('0001 0001 2a2b2c2d dca632005301')))).toBe(PI4_MAC);
    // Of an enterprise, a UUID, and an address that is not Ethernet: no MAC.
    for (const text of ['0002 00000009 0102', `0004 ${'11'.repeat(16)}`, '0003 0006 dca632005301']) {
      expect(duidMac(readDuid(1, hex(text)))).toBeUndefined();
    }
    expect(duidBytes(ll)).toEqual(hex('0003 0001 020000005301'));
    expect(() => readDuid(1, hex('0001'))).toThrow(/3 to 130 bytes, got 2/);
    expect(() => readDuid(1, new Uint8Array(131))).toThrow(/got 131/);
  });

  it('codes of an odd length', () => {
    expect(() => readCodes(6, hex('003b 00'))).toThrow(/even length, got 3/);
    expect(codesValue([59, 23])).toEqual(hex('003b 0017'));
  });
});

describe('bytes that are no message', () => {
  it.each([
    ['nothing', '', /needs 4 bytes, 0 left/],
    ['a header cut short', '01a1b2', /needs 4 bytes, 3 left/],
    ['a relay’s message', '0c 00 0000', /relay/],
    ['an option without its length', '01a1b2c3 0001 00', /needs 4 bytes of code and length, 3 left/],
    ['a length beyond the end', '01a1b2c3 0001 000a 0003', /clientId \(1\) at byte 4: says 10 bytes, 2 left/],
  ])('%s', (_what, bytes, message) => {
    expect(() => decodeDhcpv6(hex(bytes))).toThrow(DecodeError);
    expect(() => decodeDhcpv6(hex(bytes))).toThrow(message);
  });

  it('a message longer than any client sends', () => {
    expect(() => decodeDhcpv6(new Uint8Array(4097))).toThrow(/at most 4096 bytes, got 4097/);
  });

  it('a thousand empty options', () => {
    const bytes = new Uint8Array(4 + 4 * 1000);
    bytes[0] = 1;
    for (let at = 5; at < bytes.length; at += 4) bytes[at] = 99;
    expect(() => decodeDhcpv6(bytes)).toThrow(/at most 256 options/);
  });
});

describe('fields that do not fit', () => {
  const packet: Dhcpv6Packet = { type: 1, transactionId: 0, options: [] };
  it.each([
    [{ ...packet, type: 256 }, /message type/],
    [{ ...packet, transactionId: 0x1000000 }, /24 bits/],
    [{ ...packet, options: [{ code: 0, value: new Uint8Array() }] }, /option code/],
    [{ ...packet, options: [{ code: 1, value: new Uint8Array(65536) }] }, /at most 65535/],
  ])('%# is a RangeError', (wrong, message) => expect(() => encodeDhcpv6(wrong)).toThrow(message));
});

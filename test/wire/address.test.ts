import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ipv4FromNumber, ipv4ToNumber, macFromBytes, macToBytes, parseIpv4, parseMac } from '../../src/wire/address.ts';

describe('MAC addresses', () => {
  it.each([
    ['b8:27:eb:07:bc:c6', 'b8:27:eb:07:bc:c6'],
    ['B8-27-EB-07-BC-C6', 'b8:27:eb:07:bc:c6'],
  ])('parses %s', (text, mac) => expect(parseMac(text)).toBe(mac));

  it.each(['', 'b8:27:eb:07:bc', 'b8:27:eb:07:bc:c6:00', 'b827eb07bcc6', 'g8:27:eb:07:bc:c6', ' b8:27:eb:07:bc:c6'])(
    'refuses %j and says what was expected',
    (text) => expect(() => parseMac(text)).toThrow('expected a MAC address such as b8:27:eb:07:bc:c6'),
  );

  it('goes to bytes and back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), (bytes) => {
        const mac = macFromBytes(bytes);
        expect(macToBytes(mac)).toEqual(bytes);
        expect(parseMac(mac)).toBe(mac);
      }),
    );
  });

  it('refuses too few bytes', () => {
    expect(() => macFromBytes(Uint8Array.of(1, 2, 3, 4, 5))).toThrow('expected 6 bytes of MAC address, got 5');
  });
});

describe('IPv4 addresses', () => {
  it.each(['0.0.0.0', '10.20.0.2', '255.255.255.255'])('parses %s', (text) => expect(parseIpv4(text)).toBe(text));

  it.each(['', '10.20.0', '10.20.0.2.1', '10.20.0.256', '10.20.0.02', '10.20.0.-1', '10.20.0.2 ', '0x0a.0.0.1'])(
    'refuses %j',
    (text) => expect(() => parseIpv4(text)).toThrow('expected an IPv4 address such as 10.20.0.2'),
  );

  it.each([
    ['0.0.0.0', 0],
    ['10.20.0.2', 0x0a140002],
    ['255.255.255.255', 0xffffffff],
  ])('%s is the number %i', (text, value) => expect(ipv4ToNumber(parseIpv4(text))).toBe(value));

  it('goes to a number and back', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), (value) => {
        expect(ipv4ToNumber(parseIpv4(ipv4FromNumber(value)))).toBe(value);
      }),
    );
  });
});

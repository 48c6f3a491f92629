import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contains,
  ipv4At,
  ipv6At,
  overlap,
  PrefixError,
  parseAddress,
  parsePrefix,
  subnet,
  subnetCount,
} from '../../src/rack/prefix.ts';

describe('parsePrefix', () => {
  it.each([
    ['10.20.0.0/22', 4, '10.20.0.0/22'],
    [' 192.0.2.0/24 ', 4, '192.0.2.0/24'],
    ['100.64.0.0/10', 4, '100.64.0.0/10'],
    ['2001:DB8:0020:0::/56', 6, '2001:db8:20::/56'],
    ['fd00::/48', 6, 'fd00::/48'],
  ] as const)('%s', (text, family, canonical) => expect(parsePrefix(text, family).text).toBe(canonical));

  it.each([
    ['10.20.0.0', 4, '"10.20.0.0" is not a prefix', 'an IPv4 prefix such as 10.20.0.0/22'],
    ['2001:db8::/56', 4, '"2001:db8::/56" is not a prefix', 'an IPv4 prefix such as 10.20.0.0/22'],
    ['10.20.0.0/22', 6, '"10.20.0.0/22" is not a prefix', 'an IPv6 prefix such as 2001:db8:20::/56'],
    ['010.20.0.0/22', 4, '"010.20.0.0/22" is not a prefix', 'an IPv4 prefix such as 10.20.0.0/22'],
    ['10.20/16', 4, '"10.20/16" is not a prefix', 'an IPv4 prefix such as 10.20.0.0/22'],
    ['fe80::%eth0/64', 6, '"fe80::%eth0/64" is not a prefix', 'an IPv6 prefix such as 2001:db8:20::/56'],
    ['10.20.0.0/33', 4, '"10.20.0.0/33" has a length beyond 32', 'an IPv4 prefix such as 10.20.0.0/22'],
    ['10.20.3.1/22', 4, '10.20.3.1/22 has host bits set', '10.20.0.0/22'],
    ['2001:db8::1/64', 6, '2001:db8::1/64 has host bits set', '2001:db8::/64'],
    ['224.0.0.0/8', 4, '224.0.0.0/8 cannot be given to boards (multicast)', 'an IPv4 prefix such as 10.20.0.0/22'],
    ['240.0.0.0/8', 4, '240.0.0.0/8 cannot be given to boards (reserved)', 'an IPv4 prefix such as 10.20.0.0/22'],
    ['0.0.0.0/8', 4, '0.0.0.0/8 cannot be given to boards (unspecified)', 'an IPv4 prefix such as 10.20.0.0/22'],
    [
      '169.254.0.0/16',
      4,
      '169.254.0.0/16 cannot be given to boards (linkLocal)',
      'an IPv4 prefix such as 10.20.0.0/22',
    ],
    ['::/16', 6, '::/16 cannot be given to boards (unspecified)', 'an IPv6 prefix such as 2001:db8:20::/56'],
    ['64:ff9b::/96', 6, '64:ff9b::/96 cannot be given to boards (rfc6052)', 'an IPv6 prefix such as 2001:db8:20::/56'],
  ] as const)('refuses %s as IPv%i', (text, family, message, expected) => {
    expect(() => parsePrefix(text, family)).toThrow(PrefixError);
    expect(() => parsePrefix(text, family)).toThrow(expect.objectContaining({ message, expected }));
  });

  it('any text is a prefix or a PrefixError', () => {
    const texts = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('1', '2', '.', ':', '/', 'f') }));
    fc.assert(
      fc.property(texts, fc.constantFrom(4 as const, 6 as const), (text, family) => {
        try {
          expect(parsePrefix(text, family).family).toBe(family);
        } catch (error) {
          expect(error).toBeInstanceOf(PrefixError);
        }
      }),
    );
  });
});

describe('subnet', () => {
  const ten = parsePrefix('10.20.0.0/22', 4);
  const db8 = parsePrefix('2001:db8:20::/56', 6);

  it.each([
    [ten, 30, 0, '10.20.0.0/30'],
    [ten, 30, 107, '10.20.1.172/30'],
    [ten, 30, 255, '10.20.3.252/30'],
    [db8, 64, 12, '2001:db8:20:c::/64'],
    [db8, 64, 255, '2001:db8:20:ff::/64'],
    [parsePrefix('223.255.255.0/24', 4), 30, 63, '223.255.255.252/30'],
  ])('%o /%i number %i', (prefix, length, index, text) => {
    expect(subnet(prefix, length, index).text).toBe(text);
  });

  it('counts and ends', () => {
    expect(subnetCount(ten, 30)).toBe(256n);
    expect(subnetCount(ten, 20)).toBe(0n);
    expect(subnetCount(db8, 64)).toBe(256n);
    expect(() => subnet(ten, 30, 256)).toThrow('10.20.0.0/22 has no /30 number 256; it holds 256');
    expect(() => subnet(ten, 30, -1)).toThrow(RangeError);
  });

  it('has addresses', () => {
    expect(ipv4At(subnet(ten, 30, 107), 2)).toBe('10.20.1.174');
    expect(ipv6At(subnet(db8, 64, 12), 1)).toBe('2001:db8:20:c::1');
  });

  it('knows what lies inside it', () => {
    expect(contains(ten, parseAddress('10.20.3.255')!)).toBe(true);
    expect(contains(ten, parseAddress('10.20.4.0')!)).toBe(false);
    expect(contains(db8, parseAddress('2001:db8:20::11')!)).toBe(true);
    expect(contains(db8, parseAddress('10.20.0.1')!)).toBe(false);
    expect(overlap(db8, parsePrefix('2001:db8::/32', 6))).toBe(true);
    expect(overlap(db8, parsePrefix('2001:db8:21::/56', 6))).toBe(false);
    expect(overlap(ten, db8)).toBe(false);
  });
});

describe('parseAddress', () => {
  it.each([
    ['192.0.2.11', 4, '192.0.2.11'],
    ['2001:DB8::0011', 6, '2001:db8::11'],
  ])('%s', (text, family, canonical) => expect(parseAddress(text)).toMatchObject({ family, text: canonical }));
  it.each(['192.0.2', '192.0.2.011', '0x7f000001', 'fe80::1%eth0', 'sw1', '', '1::2::3', '192.0.2.11/24'])(
    '%j is none',
    (text) => expect(parseAddress(text)).toBeUndefined(),
  );
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMac } from '../../../src/wire/address.ts';
import { DecodeError, Reader } from '../../../src/wire/cursor.ts';
import {
  decodeRouterSolicitation,
  encodeRouterAdvertisement,
  encodeRouterSolicitation,
  type RouterAdvertisement,
  readNdOptions,
} from '../../../src/wire/icmpv6/index.ts';
import { hex } from '../dhcpv4/bytes.ts';

const MAC = parseMac('02:00:00:00:53:01');
const BARE: RouterAdvertisement = {
  hopLimit: 64,
  managed: true,
  other: true,
  preference: 'medium',
  lifetime: 1800,
  sourceMac: undefined,
  mtu: undefined,
  prefixes: [],
  dnsServers: undefined,
  searchDomains: undefined,
  nat64: undefined,
};
const text = (ra: Partial<RouterAdvertisement>) =>
  Buffer.from(encodeRouterAdvertisement({ ...BARE, ...ra })).toString('hex');
const HEAD = '8600000040c007080000000000000000';

describe('an advertisement, bytes by the RFCs', () => {
  it.each<[string, Partial<RouterAdvertisement>, string]>([
    ['RFC 4861 §4.2', {}, HEAD],
    ['flags and preference (RFC 4191 §2.2)', { managed: false, other: false, preference: 'low' }, '8600000040180708'],
    ['high preference', { managed: false, preference: 'high' }, '8600000040480708'],
    ['goodbye', { lifetime: 0 }, '8600000040c00000'],
    ['source MAC and MTU', { sourceMac: MAC, mtu: 1500 }, `${HEAD}01010200000053010501000000000 5dc`.replace(' ', '')],
    [
      'prefix information',
      {
        prefixes: [
          {
            prefix: hex('20010db8002000010000000000000000'),
            length: 64,
            onLink: true,
            autonomous: false,
            valid: 86400,
            preferred: 14400,
          },
        ],
      },
      `${HEAD}030440800001518000003840 00000000 20010db8002000010000000000000000`.replaceAll(' ', ''),
    ],
    [
      'RDNSS (RFC 8106 §5.1)',
      { dnsServers: { lifetime: 600, addresses: [hex('20010db8002000010000000000000001')] } },
      `${HEAD}19030000 00000258 20010db8002000010000000000000001`.replaceAll(' ', ''),
    ],
    [
      'DNSSL (RFC 8106 §5.2), padded to eight bytes',
      { searchDomains: { lifetime: 600, names: ['pi.example.net'] } },
      `${HEAD}1f030000 00000258 027069076578616d706c65036e657400`.replaceAll(' ', ''),
    ],
    [
      'PREF64 (RFC 8781 §4), lifetime in units of 8 s',
      { nat64: { lifetime: 1800, prefix: hex('0064ff9b000000000000000000000000'), length: 96 } },
      `${HEAD}26020708 0064ff9b0000000000000000`.replaceAll(' ', ''),
    ],
  ])('%s', (_what, change, bytes) => expect(text(change).slice(0, bytes.length)).toBe(bytes));

  it('lists nothing where there is nothing', () => {
    expect(text({ dnsServers: { lifetime: 1, addresses: [] }, searchDomains: { lifetime: 1, names: [] } })).toBe(HEAD);
  });

  it.each<[string, Partial<RouterAdvertisement>, RegExp]>([
    ['lifetime', { lifetime: 65536 }, /lifetime from 0 to 65535/],
    ['hop limit', { hopLimit: 256 }, /hop limit from 0 to 255/],
    ['a DNS server of 4 bytes', { dnsServers: { lifetime: 1, addresses: [hex('0a140001')] } }, /RDNSS as 16 bytes/],
    ['a NAT64 prefix of /60', { nat64: { lifetime: 8, prefix: new Uint8Array(16), length: 60 } }, /length 32, 40/],
  ])('refuses %s', (_what, change, message) => expect(() => text(change)).toThrow(message));

  it('always has options that a host can read to the end', () => {
    const names = fc.array(fc.constantFrom('a.example', 'pi.example.net', 'x', 'rack-12.pi.example.net'), {
      maxLength: 5,
    });
    const property = fc.property(names, fc.nat(5), fc.boolean(), (domains, servers, mac) => {
      const bytes = encodeRouterAdvertisement({
        ...BARE,
        sourceMac: mac ? MAC : undefined,
        dnsServers: { lifetime: 5, addresses: Array.from({ length: servers }, () => new Uint8Array(16)) },
        searchDomains: { lifetime: 5, names: domains },
      });
      expect(bytes.length % 8).toBe(0);
      const options = readNdOptions(new Reader('icmpv6', bytes.subarray(16)));
      expect(options.length).toBe(Number(mac) + Number(servers > 0) + Number(domains.length > 0));
    });
    fc.assert(property);
  });
});

describe('a solicitation', () => {
  it('with the sender’s MAC', () => {
    const bytes = encodeRouterSolicitation({ sourceMac: MAC });
    expect(Buffer.from(bytes).toString('hex')).toBe('85000000000000000101020000005301');
    expect(decodeRouterSolicitation(bytes, false)).toEqual({ sourceMac: MAC });
  });

  it('without', () => {
    const bytes = encodeRouterSolicitation({ sourceMac: undefined });
    expect(decodeRouterSolicitation(bytes, true)).toEqual({ sourceMac: undefined });
  });

  it.each<[string, string, boolean, RegExp]>([
    ['another type', '8600000000000000', false, /expected 133, got 134/],
    ['a code', '8501000000000000', false, /expected 0, got 1/],
    ['cut short', '850000', false, /checksum and reserved/],
    ['an option of length zero (§6.1.1)', '8500000000000000 0100', false, /is zero/],
    ['an option beyond the end', '8500000000000000 0102 020000005301', false, /option value/],
    ['a MAC from nobody (§6.1.1)', '8500000000000000 0101020000005301', true, /without an address/],
  ])('refuses %s', (_what, bytes, unspecified, message) => {
    expect(() => decodeRouterSolicitation(hex(bytes), unspecified)).toThrow(DecodeError);
    expect(() => decodeRouterSolicitation(hex(bytes), unspecified)).toThrow(message);
  });

  it('any bytes are one or a DecodeError', () => {
    const tail = fc.uint8Array({ maxLength: 60 });
    const property = fc.property(tail, fc.boolean(), fc.boolean(), (rest, framed, unspecified) => {
      const bytes = framed ? Uint8Array.from([133, 0, 0, 0, 0, 0, 0, 0, ...rest]) : rest;
      try {
        decodeRouterSolicitation(bytes, unspecified);
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
      }
    });
    fc.assert(property, { numRuns: 2000 });
  });
});

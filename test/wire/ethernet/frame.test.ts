import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Ipv4, ipv4FromNumber, type Mac, macFromBytes, parseIpv4, parseMac } from '../../../src/wire/address.ts';
import { DecodeError } from '../../../src/wire/cursor.ts';
import {
  BROADCAST_MAC,
  decodeFrame,
  encodeArpFrame,
  encodeUdpFrame,
  type Udp4Frame,
  udpChecksumGood,
} from '../../../src/wire/ethernet/index.ts';

const BOARD = parseMac('b8:27:eb:07:bc:c6');
const CONTROLLER = parseMac('02:00:00:00:00:01');
const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));

const udp = (payload: Uint8Array, more: { checksum?: boolean; vlan?: number } = {}) =>
  encodeUdpFrame({
    source: BOARD,
    destination: CONTROLLER,
    sourceAddress: parseIpv4('10.20.0.2'),
    destinationAddress: parseIpv4('10.20.0.1'),
    sourcePort: 49153,
    destinationPort: 69,
    ttl: 128,
    id: 7,
    checksum: more.checksum ?? true,
    ...(more.vlan === undefined ? {} : { vlan: { id: more.vlan, priority: 5, dropEligible: true } }),
    payload,
  });

describe('UDP frames', () => {
  it('has the bytes of RFC 791 and RFC 768, with checksums computed by another program', () => {
    const frame = udp(Uint8Array.of(0x68, 0x69));
    expect(Buffer.from(frame).toString('hex')).toBe(
      [
        '020000000001 b827eb07bcc6 0800',
        '4500001e 00070000 8011 269e 0a140002 0a140001',
        'c001 0045 000a c2ff 6869',
        '00'.repeat(60 - 44),
      ]
        .join('')
        .replaceAll(' ', ''),
    );
  });

  it('decodes what it encodes: fields, payload without padding, good checksum', () => {
    const frame = decodeFrame(udp(Uint8Array.of(1, 2, 3)));
    expect(frame).toMatchObject({
      kind: 'udp4',
      source: BOARD,
      destination: CONTROLLER,
      sourceAddress: '10.20.0.2',
      destinationAddress: '10.20.0.1',
      sourcePort: 49153,
      destinationPort: 69,
      ttl: 128,
      id: 7,
      dontFragment: false,
      payload: Uint8Array.of(1, 2, 3),
    });
    expect(frame).not.toHaveProperty('vlan');
    expect(udpChecksumGood(frame as Udp4Frame)).toBe(true);
  });

  it('reports the 802.1Q tag', () => {
    expect(decodeFrame(udp(Uint8Array.of(1), { vlan: 101 }))).toMatchObject({
      kind: 'udp4',
      vlan: { id: 101, priority: 5, dropEligible: true },
      payload: Uint8Array.of(1),
    });
  });

  it('leaves the checksum out on request, which counts as good', () => {
    const frame = decodeFrame(udp(Uint8Array.of(1, 2), { checksum: false })) as Udp4Frame;
    expect(frame.checksum).toBe(0);
    expect(udpChecksumGood(frame)).toBe(true);
  });

  it('tells a bad UDP checksum without refusing the frame', () => {
    const bytes = udp(Uint8Array.of(1, 2, 3, 4));
    bytes[42] = 0xff;
    const frame = decodeFrame(bytes) as Udp4Frame;
    expect(frame.payload).toEqual(Uint8Array.of(0xff, 2, 3, 4));
    expect(udpChecksumGood(frame)).toBe(false);
  });

  it('sends a computed zero as all ones', () => {
    // The last payload word makes the sum come out as 0xffff.
    const plain = decodeFrame(udp(Uint8Array.of(0, 0))) as Udp4Frame;
    const frame = decodeFrame(udp(Uint8Array.of(plain.checksum >> 8, plain.checksum & 255))) as Udp4Frame;
    expect(frame.checksum).toBe(0xffff);
    expect(udpChecksumGood(frame)).toBe(true);
  });

  it('steps over IPv4 options', () => {
    const plain = udp(Uint8Array.of(9));
    // Header of 24 bytes: a no-operation option four times; total length 33; checksum made to fit.
    const bytes = hex(
      `020000000001 b827eb07bcc6 0800
       46000021 00070000 8011 2399 0a140002 0a140001 01010101
       ${Buffer.from(plain.subarray(34, 43)).toString('hex')}`,
    );
    expect(decodeFrame(bytes)).toMatchObject({ kind: 'udp4', destinationPort: 69, payload: Uint8Array.of(9) });
  });

  it('round-trips', () => {
    const mac: fc.Arbitrary<Mac> = fc.uint8Array({ minLength: 6, maxLength: 6 }).map(macFromBytes);
    const ipv4: fc.Arbitrary<Ipv4> = fc.nat(0xffffffff).map(ipv4FromNumber);
    const fields = fc.record({
      source: mac,
      destination: mac,
      sourceAddress: ipv4,
      destinationAddress: ipv4,
      sourcePort: fc.nat(65535),
      destinationPort: fc.nat(65535),
      ttl: fc.nat(255),
      id: fc.nat(65535),
      dontFragment: fc.boolean(),
      checksum: fc.boolean(),
      payload: fc.uint8Array({ maxLength: 1480 }),
    });
    const vlan = fc.option(fc.record({ id: fc.nat(4095), priority: fc.nat(7), dropEligible: fc.boolean() }), {
      nil: undefined,
    });
    fc.assert(
      fc.property(fields, vlan, (given, tag) => {
        const bytes = encodeUdpFrame({ ...given, ...(tag ? { vlan: tag } : {}) });
        expect(bytes.length).toBeGreaterThanOrEqual(60);
        const { checksum, ...rest } = given;
        const frame = decodeFrame(bytes) as Udp4Frame;
        expect(frame).toMatchObject({ kind: 'udp4', ...rest });
        expect(frame.vlan).toEqual(tag);
        expect(frame.checksum !== 0).toBe(checksum);
        expect(udpChecksumGood(frame)).toBe(true);
      }),
    );
  });
});

describe('ARP frames', () => {
  const request = encodeArpFrame({
    source: BOARD,
    destination: BROADCAST_MAC,
    arp: {
      operation: 'request',
      senderMac: BOARD,
      senderAddress: parseIpv4('10.20.0.2'),
      targetMac: parseMac('00:00:00:00:00:00'),
      targetAddress: parseIpv4('10.20.0.1'),
    },
  });

  it('has the bytes of RFC 826', () => {
    expect(request).toEqual(
      hex(`ffffffffffff b827eb07bcc6 0806 0001 0800 06 04 0001
           b827eb07bcc6 0a140002 000000000000 0a140001 ${'00'.repeat(18)}`),
    );
  });

  it('decodes requests and replies', () => {
    expect(decodeFrame(request)).toMatchObject({
      kind: 'arp',
      arp: { operation: 'request', senderAddress: '10.20.0.2' },
    });
    const reply = request.slice();
    reply[21] = 2;
    expect(decodeFrame(reply)).toMatchObject({ kind: 'arp', arp: { operation: 'reply', targetAddress: '10.20.0.1' } });
  });

  it.each([
    [14, 'ARP hardware type'],
    [16, 'ARP protocol type'],
    [18, 'ARP address lengths'],
    [21, 'ARP operation'],
  ])('refuses a wrong byte %i: %s', (at, field) => {
    const bytes = request.slice();
    bytes[at] = 0x77;
    expect(() => decodeFrame(bytes)).toThrow(field);
  });
});

describe('other frames', () => {
  it('hands over IPv6 from its header on', () => {
    const bytes = hex('333300000001 b827eb07bcc6 86dd 60000000');
    expect(decodeFrame(bytes)).toMatchObject({ kind: 'ipv6', payload: hex('60000000') });
  });

  it('hands over an unknown EtherType, as of Wake-on-LAN', () => {
    const bytes = hex('b827eb07bcc6 020000000001 0842 ffffffffffff');
    expect(decodeFrame(bytes)).toMatchObject({ kind: 'other', etherType: 0x0842, payload: hex('ffffffffffff') });
  });

  it.each([
    ['first', 0x2000, { offset: 0, more: true }],
    ['middle', 0x2003, { offset: 24, more: true }],
    ['last', 0x0003, { offset: 24, more: false }],
  ])('reports the %s fragment of a datagram', (_name, field, fragment) => {
    const bytes = udp(Uint8Array.of(1, 2, 3, 4));
    const before = (((bytes[24] as number) << 8) | (bytes[25] as number)) - field;
    const checksum = before < 0 ? before + 0xffff : before;
    bytes.set([field >> 8, field & 255], 20);
    bytes.set([checksum >> 8, checksum & 255], 24);
    expect(decodeFrame(bytes)).toMatchObject({ kind: 'other', etherType: 0x0800, ipv4: { fragment, protocol: 17 } });
  });

  it.each([
    ['a version other than 4', 14, 0x65, 'IPv4 version'],
    ['a header shorter than 20', 14, 0x44, 'IPv4 header length'],
    ['a total length below the header', 17, 0x10, 'IPv4 total length'],
    ['a wrong header checksum', 24, 0x00, 'IPv4 header checksum'],
    ['a UDP length below 8', 39, 0x07, 'UDP length'],
    ['a UDP length over the datagram', 39, 0x40, 'UDP payload'],
  ])('refuses %s', (_name, at, value, field) => {
    const bytes = udp(Uint8Array.of(1, 2, 3, 4));
    bytes[at] = value;
    expect(() => decodeFrame(bytes)).toThrow(field);
  });

  it('refuses a datagram longer than the frame', () => {
    expect(() => decodeFrame(udp(new Uint8Array(100)).subarray(0, 90))).toThrow('IPv4 payload');
  });

  it('gives a frame or a DecodeError for any bytes', () => {
    const start = fc.constantFrom('', '0806', '0800', '0800450000', '86dd', '810000650800', '81000065');
    const bytes = fc.tuple(start, fc.uint8Array({ maxLength: 80 }), fc.boolean());
    fc.assert(
      fc.property(bytes, ([type, rest, addressed]) => {
        const frame = Buffer.concat([Buffer.alloc(addressed ? 12 : 0, 2), Buffer.from(type, 'hex'), rest]);
        try {
          expect(decodeFrame(frame)).toHaveProperty('kind');
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

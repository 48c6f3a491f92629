import { describe, expect, it } from 'vitest';
import { type Ipv4, parseMac } from '../../../src/wire/address.ts';
import { DecodeError } from '../../../src/wire/cursor.ts';
import { type Dhcpv4Packet, decodeDhcpv4, encodeDhcpv4, MAX_PACKET_LENGTH } from '../../../src/wire/dhcpv4/index.ts';
import { hex, message } from './bytes.ts';

const ZERO = '0.0.0.0' as Ipv4;

const packet = (more: Partial<Dhcpv4Packet> = {}): Dhcpv4Packet => ({
  op: 1,
  htype: 1,
  hlen: 6,
  hops: 0,
  xid: 0x26f30339,
  secs: 0,
  flags: 0,
  ciaddr: ZERO,
  yiaddr: ZERO,
  siaddr: ZERO,
  giaddr: ZERO,
  chaddr: parseMac('b8:27:eb:07:bc:c6'),
  sname: '',
  file: '',
  options: new Map([[53, Uint8Array.of(1)]]),
  ...more,
});

const decodeError = (bytes: Uint8Array): DecodeError => {
  try {
    decodeDhcpv4(bytes);
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  throw new Error('expected a DecodeError, a packet was decoded');
};

describe('decodeDhcpv4', () => {
  it('reads every fixed field from its place', () => {
    const bytes = message('350102ff', { sname: '73727600', file: '6b65726e656c00' });
    bytes.set(hex('02 01 06 03 01020304 0506 8000 0a000001 0a000002 0a000003 0a000004 b827eb07bcc6'), 0);
    expect(decodeDhcpv4(bytes)).toEqual({
      op: 2,
      htype: 1,
      hlen: 6,
      hops: 3,
      xid: 0x01020304,
      secs: 0x0506,
      flags: 0x8000,
      ciaddr: '10.0.0.1',
      yiaddr: '10.0.0.2',
      siaddr: '10.0.0.3',
      giaddr: '10.0.0.4',
      chaddr: 'b8:27:eb:07:bc:c6',
      sname: 'srv',
      file: 'kernel',
      options: new Map([[53, Uint8Array.of(2)]]),
    });
  });

  it('skips pads, keeps the order of options, ignores what follows the end', () => {
    const { options } = decodeDhcpv4(message('00 350101 0000 3c0261 62 00 0c0161 ff 9999'));
    expect([...options]).toEqual([
      [53, Uint8Array.of(1)],
      [60, Uint8Array.of(0x61, 0x62)],
      [12, Uint8Array.of(0x61)],
    ]);
  });

  it('accepts a message that stops between two options without an end', () => {
    expect([...decodeDhcpv4(message('350101')).options.keys()]).toEqual([53]);
  });

  it('accepts empty options', () => {
    expect(decodeDhcpv4(message('350101 5000 ff')).options.get(80)).toEqual(new Uint8Array());
  });

  it('joins the parts of an option (RFC 3396 §5), also across the lent fields', () => {
    const bytes = message('350101 2b0141 340103 2b0142 ff', { file: '2b0143 ff', sname: '2b0144 ff' });
    const { options, file, sname } = decodeDhcpv4(bytes);
    expect(Buffer.from(options.get(43) as Uint8Array).toString()).toBe('ABCD');
    expect([...options.keys()]).toEqual([53, 43]);
    expect([file, sname]).toEqual(['', '']);
  });

  it.each([
    ['file only', '01', ['43', 'srv', '']],
    ['sname only', '02', ['44', '', 'kernel']],
  ])('reads options from %s where overload says so', (_name, bits, [value, sname, file]) => {
    const lent = {
      file: bits === '01' ? '2b0143ff' : '6b65726e656c00',
      sname: bits === '02' ? '2b0144ff' : '73727600',
    };
    const decoded = decodeDhcpv4(message(`350101 3401${bits} ff`, lent));
    expect(Buffer.from(decoded.options.get(43) as Uint8Array).toString('hex')).toBe(value);
    expect(decoded).toMatchObject({ sname, file });
  });

  it('reads full sname and file fields that have no NUL', () => {
    const decoded = decodeDhcpv4(message('350101ff', { sname: '61'.repeat(64), file: '62'.repeat(128) }));
    expect(decoded).toMatchObject({ sname: 'a'.repeat(64), file: 'b'.repeat(128) });
  });

  it('gives copies that outlive the bytes', () => {
    const bytes = message('350101 3c0161 ff');
    const { options } = decodeDhcpv4(bytes);
    bytes.fill(0);
    expect(options.get(60)).toEqual(Uint8Array.of(0x61));
  });

  it.each([
    ['no bytes at all', new Uint8Array(), 'op'],
    ['one byte', Uint8Array.of(1), 'htype'],
    ['plain BOOTP without options', message('').subarray(0, 236), 'magic cookie'],
    ['an unknown op', message('350101ff', { op: 3 }), 'op'],
    ['a hardware address over 16 bytes', message('350101ff', { hlen: 17 }), 'hlen'],
    ['another cookie', message('350101ff', { cookie: '63825364' }), 'magic cookie'],
    ['an option without its length', message('350101 3c'), 'option 60'],
    ['an option longer than the message', message('350101 3c0561'), 'option 60'],
    ['an overload of 0', message('350101 340100 ff'), 'overload'],
    ['an overload of 4', message('350101 340104 ff'), 'overload'],
    ['an overload of two bytes', message('350101 34020101 ff'), 'overload'],
    ['an empty overload', message('350101 3400 ff'), 'overload'],
    ['overload inside a lent field', message('350101 340101 ff', { file: '340102ff' }), 'overload'],
    [
      'an option running over the lent file field',
      message('350101 340101 ff', { file: `${'00'.repeat(127)}2b` }),
      'option 43',
    ],
    [
      'an option running over the lent sname field',
      message('350101 340102 ff', { sname: `2b3f${'00'.repeat(62)}` }),
      'option 43',
    ],
    ['more bytes than any message has', new Uint8Array(MAX_PACKET_LENGTH + 1), 'length'],
  ])('refuses %s', (_name, bytes, field) => {
    expect(decodeError(bytes)).toMatchObject({ protocol: 'dhcpv4', field });
  });

  it('says where and why', () => {
    expect(decodeError(message('350101 3c0561')).message).toBe(
      'dhcpv4: option 60 at byte 243: says 5 bytes, 1 left in options',
    );
  });

  it('reads the longest message that it accepts', () => {
    const bytes = new Uint8Array(MAX_PACKET_LENGTH);
    bytes.set(message('350101'));
    expect(decodeDhcpv4(bytes).options.size).toBe(1);
  });
});

describe('encodeDhcpv4', () => {
  it('pads to 300 bytes and keeps the order of options', () => {
    const options = new Map([
      [66, Uint8Array.of(1)],
      [1, Uint8Array.of(2)],
      [53, Uint8Array.of(5)],
    ]);
    const bytes = encodeDhcpv4(packet({ options }));
    expect(bytes.length).toBe(300);
    expect(Buffer.from(bytes.subarray(236, 251)).toString('hex')).toBe(
      '63825363' + '420101' + '010102' + '350105' + 'ff' + '00',
    );
  });

  it('writes options of more than 255 bytes in parts (RFC 3396 §6)', () => {
    const value = Uint8Array.from({ length: 600 }, (_, i) => i);
    const bytes = encodeDhcpv4(packet({ options: new Map([[43, value]]) }));
    expect([bytes[240], bytes[241], bytes[497], bytes[498], bytes[754], bytes[755]]).toEqual([
      43, 255, 43, 255, 43, 90,
    ]);
    expect(bytes.length).toBe(240 + 600 + 6 + 1);
    expect(decodeDhcpv4(bytes).options.get(43)).toEqual(value);
  });

  it.each([0, 52, 255, 256, -1, 1.5])('refuses option code %s', (code) => {
    expect(() => encodeDhcpv4(packet({ options: new Map([[code, Uint8Array.of(1)]]) }))).toThrow(
      `expected an option code from 1 to 254 other than 52, got ${code}`,
    );
  });

  it.each([
    ['sname', 'a'.repeat(65)],
    ['sname', 'a\0b'],
    ['file', 'b'.repeat(129)],
    ['file', 'snow☃'],
  ] as const)('refuses %s of %j', (field, text) => {
    expect(() => encodeDhcpv4(packet({ [field]: text }))).toThrow(`expected ${field} as at most`);
  });
});

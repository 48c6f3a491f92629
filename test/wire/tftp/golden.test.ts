import { describe, expect, it } from 'vitest';
import { ackedBlock, decodeTftp, encodeTftp, type TftpPacket } from '../../../src/wire/tftp/index.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

describe('bytes seen on the wire', () => {
  const cases: [string, Uint8Array, TftpPacket][] = [
    [
      'the read request of a Pi 3 boot ROM: 21 bytes, no options',
      hex('0001 626f6f74636f64652e62696e 00 6f63746574 00'),
      { kind: 'rrq', name: 'bootcode.bin', mode: 'octet', options: {} },
    ],
    [
      'the read request of bootcode.bin, tsize only',
      ascii('\0\x014c69202e/start.elf\0octet\0tsize\x000\0'),
      { kind: 'rrq', name: '4c69202e/start.elf', mode: 'octet', options: { tsize: 0 } },
    ],
    [
      'the read request of a Pi 4 bootloader',
      ascii('\0\x0191cdf03d/start4.elf\0octet\0tsize\x000\0blksize\x001468\0'),
      { kind: 'rrq', name: '91cdf03d/start4.elf', mode: 'octet', options: { tsize: 0, blksize: 1468 } },
    ],
    ['a write request', ascii('\0\x02x\0octet\0'), { kind: 'wrq', name: 'x', mode: 'octet', options: {} }],
    ['an ACK', hex('0004 ffff'), { kind: 'ack', block: 65535 }],
    ['a DATA', hex('0003 0001 aabb'), { kind: 'data', block: 1, data: hex('aabb') }],
    ['an empty DATA', hex('0003 0000'), { kind: 'data', block: 0, data: hex('') }],
    [
      'the ERROR that ends a size probe',
      ascii('\0\x05\0\0Early terminate\0'),
      { kind: 'error', code: 0, message: 'Early terminate' },
    ],
    [
      'an OACK',
      ascii('\0\x06tsize\x0052460\0blksize\x001024\0'),
      { kind: 'oack', options: { tsize: 52460, blksize: 1024 } },
    ],
  ];
  it.each(cases)('%s', (_title, bytes, packet) => {
    expect(decodeTftp(bytes)).toEqual(packet);
    expect([...encodeTftp(packet)]).toEqual([...bytes]);
  });

  it('counts 21 bytes for the boot ROM', () => {
    expect(encodeTftp({ kind: 'rrq', name: 'bootcode.bin', mode: 'octet', options: {} })).toHaveLength(21);
  });

  it('repeats options in the order of the request', () => {
    const request = decodeTftp(ascii('\0\x01a\0octet\0windowsize\x004\0tsize\x000\0blksize\x0099\0'));
    expect(Object.keys((request as { options: object }).options)).toEqual(['windowsize', 'tsize', 'blksize']);
  });
});

describe('leniency', () => {
  const options = (text: string) => (decodeTftp(ascii(`\0\x01a\0octet\0${text}`)) as { options: object }).options;
  it.each([
    ['a space before the number', 'tsize\0 0\0', { tsize: 0 }],
    ['spaces and tabs around it', 'blksize\0 \t1024 \0', { blksize: 1024 }],
    ['option names in any case', 'BlkSize\x00512\0TSIZE\x000\0', { blksize: 512, tsize: 0 }],
    ['an unknown option', 'multicast\0\0blksize\x00700\0', { blksize: 700 }],
    ['a value with an exponent', 'blksize\x001e3\0', {}],
    ['a negative value', 'blksize\0-8\0', {}],
    ['a value in hexadecimal', 'blksize\x000x200\0', {}],
    ['an empty value', 'blksize\0\0', {}],
    ['a value of 16 digits', 'tsize\x001234567890123456\0', {}],
    ['the same option twice: the first counts', 'blksize\x00600\0blksize\x00700\0', { blksize: 600 }],
    ['the names of object members', '__proto__\x001\0constructor\x002\0', {}],
    ['an option name of 65 bytes', `${'a'.repeat(65)}\x001\0tsize\x000\0`, { tsize: 0 }],
  ])('%s', (_title, text, expected) => {
    expect(options(text)).toEqual(expected);
  });

  it('reads a mode in any case', () => {
    expect(decodeTftp(ascii('\0\x01a\0OcTeT\0'))).toMatchObject({ mode: 'octet' });
    expect(decodeTftp(ascii('\0\x01a\0NETASCII\0'))).toMatchObject({ mode: 'netascii' });
  });

  it('reads an ERROR without its NUL, and cuts a long message at 255 characters', () => {
    expect(decodeTftp(ascii('\0\x05\0\x02no'))).toEqual({ kind: 'error', code: 2, message: 'no' });
    expect(decodeTftp(ascii(`\0\x05\0\x02${'x'.repeat(400)}\0`))).toMatchObject({ message: 'x'.repeat(255) });
  });

  it('takes an ACK with bytes after it', () => {
    expect(decodeTftp(hex('0004 0007 0000'))).toEqual({ kind: 'ack', block: 7 });
    expect(ackedBlock(hex('0004 0007 0000'))).toBe(7);
  });
});

describe('refused with the field that was wrong', () => {
  it.each([
    ['nothing', '', 'opcode', 0],
    ['one byte', '\0', 'opcode', 0],
    ['opcode 0', '\0\0', 'opcode', 2],
    ['opcode 7', '\0\x07', 'opcode', 2],
    ['an ACK of three bytes', '\0\x04\0', 'block', 2],
    ['a DATA of three bytes', '\0\x03\0', 'block', 2],
    ['an ERROR of three bytes', '\0\x05\0', 'error code', 2],
    ['a name without its NUL', '\0\x01abc', 'file name', 2],
    ['an empty name', '\0\x01\0octet\0', 'file name', 3],
    ['a name of 256 bytes', `\0\x01${'a'.repeat(256)}\0octet\0`, 'file name', 259],
    ['no mode', '\0\x01a\0', 'mode', 4],
    ['mode mail', '\0\x01a\0mail\0', 'mode', 9],
    ['an option name without its NUL', '\0\x01a\0octet\0tsize', 'option name', 10],
    ['an option without a value', '\0\x01a\0octet\0tsize\0', 'option value', 16],
    ['an option value without its NUL', '\0\x01a\0octet\0tsize\x000', 'option value', 16],
    ['a request of 513 bytes', `\0\x01a\0octet\0${'b'.repeat(502)}\0`, 'request', 2],
  ])('%s', (_title, text, field, offset) => {
    expect(() => decodeTftp(ascii(text))).toThrow(
      expect.objectContaining({ name: 'DecodeError', protocol: 'tftp', field, offset }),
    );
  });

  it.each([
    ['a NUL in a name', { kind: 'rrq', name: 'a\0b', mode: 'octet', options: {} }],
    ['a character that is no byte', { kind: 'error', code: 0, message: '€' }],
    ['a negative option', { kind: 'oack', options: { tsize: -1 } }],
    ['an option that is no whole number', { kind: 'oack', options: { blksize: 1.5 } }],
    ['an option not spoken here', { kind: 'oack', options: { multicast: 1 } as never }],
  ] satisfies [string, TftpPacket][])('to encode %s', (_title, packet) => {
    expect(() => encodeTftp(packet)).toThrow(RangeError);
  });
});

describe('ackedBlock', () => {
  it.each([
    ['an ACK', '0004 1234', 0x1234],
    ['a DATA', '0003 1234', -1],
    ['a short ACK', '0004 12', -1],
    ['nothing', '', -1],
    ['opcode 0x0104', '0104 0001', -1],
  ])('%s', (_title, bytes, block) => {
    expect(ackedBlock(hex(bytes))).toBe(block);
  });
});

import { describe, expect, it } from 'vitest';
import { type BoardPrefix, splitPrefix } from '../../../src/netboot/tree/names.ts';
import { acceptPrefix } from '../../../src/netboot/tree/serial.ts';
import { slotNumber } from '../../../src/rack/units.ts';
import { type Mac, parseMac } from '../../../src/wire/address.ts';

const serial = (text: string): BoardPrefix => ({ kind: 'serial', serial: text });
const slot = slotNumber(3);
const pi3 = parseMac('b8:27:eb:07:bc:c6');
const pi4 = parseMac('dc:a6:32:01:36:c2');
const known = new Map([
  ['91cdf03d', slotNumber(9)],
  ['4c69202e', slot],
]);

describe('acceptPrefix', () => {
  const cases: [string, { knownSerial?: string; mac?: Mac }, BoardPrefix, string, object][] = [
    ['the known serial', { knownSerial: '8b07bcc6' }, serial('8b07bcc6'), 'config.txt', { accept: true }],
    [
      'another serial than the known one',
      { knownSerial: '8b07bcc6' },
      serial('8b07bcc7'),
      'start.elf',
      { accept: false, reason: "serial 8b07bcc7 is not this board's, which is 8b07bcc6" },
    ],
    ['start.elf teaches', {}, serial('8b07bcc6'), 'start.elf', { accept: true, learn: '8b07bcc6' }],
    ['start4.elf teaches', { mac: pi4 }, serial('8b07bcc6'), 'start4.elf', { accept: true, learn: '8b07bcc6' }],
    ['start_cd.elf teaches', {}, serial('8b07bcc6'), 'start_cd.elf', { accept: true, learn: '8b07bcc6' }],
    ['start4cd.elf teaches', {}, serial('8b07bcc6'), 'start4cd.elf', { accept: true, learn: '8b07bcc6' }],
    ['config.txt does not teach', {}, serial('8b07bcc6'), 'config.txt', { accept: true }],
    ['a start.elf further down does not teach', {}, serial('8b07bcc6'), 'x/start.elf', { accept: true }],
    ['a start.elf.bak does not teach', {}, serial('8b07bcc6'), 'start.elf.bak', { accept: true }],
    [
      'a serial of another slot',
      {},
      serial('91cdf03d'),
      'start4.elf',
      { accept: false, reason: 'serial 91cdf03d belongs to slot 9' },
    ],
    [
      'a serial of another slot, in mid-boot',
      {},
      serial('91cdf03d'),
      'config.txt',
      { accept: false, reason: 'serial 91cdf03d belongs to slot 9' },
    ],
    [
      'a board that option 97 says moved here from another slot',
      { knownSerial: '91cdf03d' },
      serial('91cdf03d'),
      'start4.elf',
      { accept: true },
    ],
    ['a serial listed for this slot', {}, serial('4c69202e'), 'start.elf', { accept: true, learn: '4c69202e' }],
    [
      'a Pi 3 whose MAC is made from it',
      { mac: pi3 },
      serial('8b07bcc6'),
      'start.elf',
      { accept: true, learn: '8b07bcc6' },
    ],
    [
      'a Pi 3 with another top byte, which the MAC does not tell',
      { mac: pi3 },
      serial('0007bcc6'),
      'start.elf',
      { accept: true, learn: '0007bcc6' },
    ],
    [
      'a Pi 3 whose MAC is made from another serial',
      { mac: pi3 },
      serial('8b07bcc7'),
      'start.elf',
      { accept: false, reason: 'serial 8b07bcc7 does not make MAC b8:27:eb:07:bc:c6' },
    ],
    [
      'a Pi 3 whose MAC was overridden, but whose serial is known',
      { mac: pi3, knownSerial: '8b07bcc7' },
      serial('8b07bcc7'),
      'start.elf',
      { accept: true },
    ],
    [
      'a Pi 4, whose MAC says nothing',
      { mac: pi4 },
      serial('8b07bcc6'),
      'start4.elf',
      { accept: true, learn: '8b07bcc6' },
    ],
    ['the MAC of the board', { mac: pi4 }, { kind: 'mac', mac: pi4 }, 'start4.elf', { accept: true }],
    [
      'the MAC of another board',
      { mac: pi3 },
      { kind: 'mac', mac: pi4 },
      'start4.elf',
      { accept: false, reason: "MAC dc:a6:32:01:36:c2 is not this board's, which is b8:27:eb:07:bc:c6" },
    ],
    [
      'a MAC while none is known',
      { knownSerial: '8b07bcc6' },
      { kind: 'mac', mac: pi4 },
      'start4.elf',
      { accept: false, reason: "MAC dc:a6:32:01:36:c2 is not this board's, which is not known yet" },
    ],
  ];
  it.each(cases)('%s', (_title, board, prefix, path, verdict) => {
    expect(acceptPrefix({ slot, ...board }, prefix, path, known)).toEqual(verdict);
  });
});

describe('splitPrefix', () => {
  it.each([
    ['8b07bcc6/start.elf', { prefix: serial('8b07bcc6'), path: 'start.elf' }],
    ['8b07bcc6/overlays/a.dtbo', { prefix: serial('8b07bcc6'), path: 'overlays/a.dtbo' }],
    ['dc-a6-32-01-36-c2/start4.elf', { prefix: { kind: 'mac', mac: pi4 }, path: 'start4.elf' }],
    ['8B07BCC6/start.elf', undefined],
    ['8b07bcc/start.elf', undefined],
    ['8b07bcc60/start.elf', undefined],
    ['8b07bcc6', undefined],
    ['8b07bcc6/', undefined],
    ['DC-A6-32-01-36-C2/start4.elf', undefined],
    ['dc:a6:32:01:36:c2/start4.elf', undefined],
    ['overlays/a.dtbo', undefined],
    ['/8b07bcc6/start.elf', undefined],
  ])('%s', (name, expected) => {
    expect(splitPrefix(name)).toEqual(expected);
  });
});

import { describe, expect, it } from 'vitest';
import { looksLikePiMac, macFromSerial, serialMatchesMac } from '../../src/pi/mac.ts';
import { parseMac } from '../../src/wire/address.ts';

describe('MAC and serial of a Pi up to 3', () => {
  // Pairs from logs of real boards.
  it.each([
    ['8b07bcc6', 'b8:27:eb:07:bc:c6'],
    ['4c69202e', 'b8:27:eb:69:20:2e'],
    ['b66c4c16', 'b8:27:eb:6c:4c:16'],
  ])('%s belongs to %s', (serial, mac) => {
    expect(macFromSerial(serial)).toBe(mac);
    expect(serialMatchesMac(serial, parseMac(mac))).toBe(true);
  });

  it.each([
    ['8b07bcc7', 'b8:27:eb:07:bc:c6'],
    ['8b07bcc6', 'dc:a6:32:07:bc:c6'],
    ['07bcc6', 'b8:27:eb:07:bc:c6'],
    ['', 'b8:27:eb:07:bc:c6'],
  ])('%j does not belong to %s', (serial, mac) => expect(serialMatchesMac(serial, parseMac(mac))).toBe(false));

  it('says what a serial looks like', () => {
    expect(() => macFromSerial('8B07')).toThrow('expected a serial of eight hex digits such as 8b07bcc6, got "8B07"');
  });
});

describe('looksLikePiMac', () => {
  it.each([
    ['b8:27:eb:07:bc:c6', true],
    ['2c:cf:67:00:00:01', true],
    ['e4:5f:01:09:02:f7', true],
    ['00:11:22:33:44:55', false],
  ])('%s: %s', (mac, expected) => expect(looksLikePiMac(parseMac(mac))).toBe(expected));
});

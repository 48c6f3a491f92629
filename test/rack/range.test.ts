import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPorts, parsePorts, portNumber } from '../../src/rack/port-range.ts';
import { formatRange, parseRange, RangeSyntaxError } from '../../src/rack/range.ts';

describe('parseRange', () => {
  it.each([
    ['7', [7]],
    ['1-3', [1, 2, 3]],
    ['1-3,40', [1, 2, 3, 40]],
    [' 5 , 1 - 2 ', [5, 1, 2]],
    ['4094', [4094]],
    ['3-3', [3]],
  ])('%j', (text, numbers) => expect(parseRange(text)).toEqual(numbers));

  it.each([
    ['', '"" is not a number or a range', 'numbers from 1 to 4094 such as 1-36,40'],
    ['1,,2', '"" is not a number or a range', 'numbers from 1 to 4094 such as 1-36,40'],
    ['1..4', '"1..4" is not a number or a range', 'numbers from 1 to 4094 such as 1-36,40'],
    ['-4', '"-4" is not a number or a range', 'numbers from 1 to 4094 such as 1-36,40'],
    ['1-2-3', '"1-2-3" is not a number or a range', 'numbers from 1 to 4094 such as 1-36,40'],
    ['１', '"１" is not a number or a range', 'numbers from 1 to 4094 such as 1-36,40'],
    ['0', '0 is out of range', 'numbers from 1 to 4094 such as 1-36,40'],
    ['1-999999999', '999999999 is out of range', 'numbers from 1 to 4094 such as 1-36,40'],
    ['9999999999', '"9999999999" is not a number or a range', 'numbers from 1 to 4094 such as 1-36,40'],
    ['5-3', '5-3 runs backwards', '3-5'],
    ['1-4,3', '3 is named twice', 'every number once'],
    ['1,'.repeat(3000), 'the range is 6000 characters long', 'numbers from 1 to 4094 such as 1-36,40'],
  ])('refuses %.20j', (text, message, expected) => {
    expect(() => parseRange(text)).toThrow(RangeSyntaxError);
    expect(() => parseRange(text)).toThrow(expect.objectContaining({ message, expected }));
  });

  it('undoes formatRange', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), (numbers) => {
        const sorted = [...numbers].sort((a, b) => a - b);
        expect(parseRange(formatRange(numbers))).toEqual(sorted);
      }),
    );
  });

  it('any text is numbers within the limits or a RangeSyntaxError', () => {
    const texts = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('1', '9', '0', '-', ',', ' ') }));
    fc.assert(
      fc.property(texts, (text) => {
        try {
          for (const number of parseRange(text, { min: 1, max: 50 })) expect(number >= 1 && number <= 50).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeSyntaxError);
        }
      }),
    );
  });
});

describe('formatRange', () => {
  it.each([
    [[], ''],
    [[4], '4'],
    [[3, 1, 2, 5, 5], '1-3,5'],
    [[1, 2], '1-2'],
    [[10, 8, 6], '6,8,10'],
  ])('%j is %j', (numbers, text) => expect(formatRange(numbers)).toBe(text));
});

describe('parsePorts', () => {
  it.each([
    ['1-3', ['1', '2', '3']],
    ['0', ['0']],
    ['1/0/1-3', ['1/0/1', '1/0/2', '1/0/3']],
    ['1/0/1-1/0/3,1/0/48', ['1/0/1', '1/0/2', '1/0/3', '1/0/48']],
    ['A1-A3,B1', ['A1', 'A2', 'A3', 'B1']],
    ['ge-0/0/1-2', ['ge-0/0/1', 'ge-0/0/2']],
    ['ge-0/0/7', ['ge-0/0/7']],
    ['GigabitEthernet1/0/9-10', ['GigabitEthernet1/0/9', 'GigabitEthernet1/0/10']],
  ])('%j', (text, names) => expect(parsePorts(text)).toEqual(names));

  it.each([
    ['', '"" is not a port or a range of ports'],
    ['a', '"a" is not a port or a range of ports'],
    ['1-3x', '"1-3x" is not a port or a range of ports'],
    ['1/1-2/36', '"1/1-2/36" is not a port or a range of ports'],
    ['1 2', '"1 2" is not a port or a range of ports'],
    ['gi1-fa3', '"gi1-fa3" is not a port or a range of ports'],
    ['01-04', '"01-04" has a number with a leading zero'],
    ['9-1', '9-1 runs backwards'],
    ['gi9-gi1', 'gi9-gi1 runs backwards'],
    ['1-3,2', 'port 2 is named twice'],
    ['1-99999', '1-99999 is too long'],
    ['é1', '"é1" is not a port or a range of ports'],
    ['1'.repeat(3000), 'the port range is 3000 characters long'],
  ])('refuses %.20j', (text, message) => expect(() => parsePorts(text)).toThrow(expect.objectContaining({ message })));

  it('undoes formatPorts', () => {
    const prefixes = fc.constantFrom('', '1/0/', 'gi', 'ge-0/0/', 'A', 'Te1/1/');
    fc.assert(
      fc.property(prefixes, fc.uniqueArray(fc.nat(96), { minLength: 1 }), (prefix, numbers) => {
        const names = [...numbers].sort((a, b) => a - b).map((number) => `${prefix}${number}`);
        expect(parsePorts(formatPorts(names))).toEqual(names);
      }),
    );
  });

  it('any text is names or a RangeSyntaxError', () => {
    const texts = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('1', '0', '-', ',', '/', 'g') }));
    fc.assert(
      fc.property(texts, (text) => {
        try {
          expect(new Set(parsePorts(text)).size).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeSyntaxError);
        }
      }),
    );
  });

  it('finds the number at the end of a name', () => {
    expect(portNumber('1/0/24')).toBe(24);
    expect(portNumber('7')).toBe(7);
    expect(portNumber('mgmt')).toBeNaN();
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  junosMode,
  junosPort,
  junosVlan,
  line,
  portNumber,
  routerosId,
  routerosName,
  vlanWord,
  wordList,
} from '../../../src/switches/ssh/words.ts';

/** What would end a command, begin another, or leave a string. */
const DANGEROUS = /[\s"'`;[\]{}()$\\|&<>!?#,=]/;

/** Names with one thing wrong are likelier than noise. */
const ANY_NAME = fc.oneof(
  fc.string(),
  fc
    .tuple(fc.constantFrom('ge-0/0/7', 'ether7', 'slot-7', 'access'), fc.string({ maxLength: 3 }))
    .map((parts) => parts.join('')),
);

describe('what may stand in a command', () => {
  it.each([
    [junosPort, ['ge-0/0/7', 'mge-1/0/47', 'xe-0/1/0', 'ae0', 'ae127']],
    [junosVlan, ['default', 'slot-7', 'V_1.2']],
    [junosMode, ['access', 'trunk']],
    [routerosName, ['ether7', 'sfp-sfpplus1', 'bond1', 'ether9-ap', 'bridge.lan', 'A_b']],
    [routerosId, ['*1', '*1A', '*ffff']],
  ] as const)('%o', (make, names) => {
    for (const name of names) expect(make(name)).toBe(name);
  });

  it.each([
    [junosPort, ['ge-0/0/7.0', 'ge-0/0', 'GE-0/0/7', 'ge-0/0/7 disable', 'irb', 'ge-0/0/7\n', 'all', '']],
    [junosVlan, ['7', 'a b', 'a\ndelete', 'a;b', '', '-a', 'ä']],
    [junosMode, ['general', 'access ']],
    [routerosName, ['7', '1e5', 'ether 7', 'ether7"', 'a;b', 'a]', '$a', 'a/b', 'a+b', 'a\\', '', 'ether7\n']],
    [routerosId, ['1', '*', '*1 *2', '*G']],
  ] as const)('nothing else: %o', (make, names) => {
    for (const name of names) {
      expect(() => make(name), name).toThrow(expect.objectContaining({ code: 'unsafe-name' }));
    }
  });

  it('numbers within their ranges', () => {
    expect([vlanWord(1), vlanWord(4094), portNumber(1), portNumber(99)]).toEqual(['1', '4094', '1', '99']);
    for (const wrong of [0, 4095, -1, 1.5, Number.NaN]) expect(() => vlanWord(wrong)).toThrow('VLAN');
    for (const wrong of [0, 100, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => portNumber(wrong)).toThrow('port');
  });

  it('never a character that means something to a shell', () => {
    for (const make of [junosPort, junosVlan, junosMode, routerosName]) {
      fc.assert(
        fc.property(ANY_NAME, (name) => {
          let word: string | undefined;
          try {
            word = make(name);
          } catch {
            return;
          }
          expect(word).not.toMatch(DANGEROUS);
        }),
      );
    }
  });

  it('becomes a line', () => {
    expect(line`set vlans ${junosVlan('a')} vlan-id ${vlanWord(7)}`).toBe('set vlans a vlan-id 7');
    expect(wordList([])).toBe('""');
    expect(wordList(['a', 'b'].map(routerosName))).toBe('a,b');
  });
});

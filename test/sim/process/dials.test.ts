import { describe, expect, it } from 'vitest';
import {
  BadDial,
  dialFromText,
  readDials,
  restDials,
  spelled,
  turnDials,
  typedDial,
} from '../../../src/sim/process/dials.ts';
import { noFaults } from '../../../src/sim/switch/faults.ts';

describe('faults as they are typed', () => {
  it.each<[string, readonly [string, unknown]]>([
    ['slow=350', ['slow', 350]],
    ['lose-request=0.25', ['loseRequest', 0.25]],
    ['lose-set-answer=1', ['loseSetAnswer', 1]],
    ['denied=1-3,7', ['denied', [1, 2, 3, 7]]],
    ['denied=none', ['denied', []]],
    ['silent=true', ['silent', true]],
    ['largest-answer=484', ['largestAnswer', 484]],
    ['slow-under=1.3.6.1.2.1.105', ['slowUnder', '1.3.6.1.2.1.105']],
    ['slow-under=none', ['slowUnder', null]],
    ['bulk-ends-after=25', ['bulkEndsAfter', 25]],
    ['bulk-ends-after=none', ['bulkEndsAfter', null]],
    ['creation=wait-only', ['creation', 'wait-only']],
  ])('%s', (text, setting) => {
    expect(dialFromText(text)).toEqual(setting);
  });

  it.each<[string, string]>([
    ['slow', 'expected settings such as lose-request=0.1, got "slow"'],
    ['slow=quick', 'slow: expected milliseconds from 0 to 3600000, got "quick"'],
    ['slow=-1', 'slow: expected milliseconds'],
    ['lose-answer=1.5', 'lose-answer: expected a share from 0 to 1, got "1.5"'],
    ['denied=0', 'denied: expected ports such as 1-3,7, or none, got "0"'],
    ['silent=yes', 'silent: expected true or false, got "yes"'],
    ['largest-answer=100', 'largest-answer: expected octets from 484 to 65507, got "100"'],
    ['creation=never', 'creation: expected any, wait-only, none, got "never"'],
    ['bulk-ends-after=0.5', 'bulk-ends-after: expected a whole number up to 1000000, or none, got "0.5"'],
    ['slow-under=x', 'slow-under: expected an OID such as 1.3.6.1.2.1.105, or none, got "x"'],
    ['restart-at-set=1', 'expected a fault among'],
    ['spoil=1', 'expected a fault among slow, slow-under,'],
    ['constructor=1', 'expected a fault among'],
    ['__proto__=1', 'expected a fault among'],
  ])('refuses %s', (text, message) => {
    expect(() => dialFromText(text)).toThrow(BadDial);
    expect(() => dialFromText(text)).toThrow(message);
  });

  it('are printed as they are typed', () => {
    for (const [name, value] of Object.entries({ ...restDials(), denied: [3, 1, 2, 9], creation: 'none', slow: 5 })) {
      const [back, read] = dialFromText(`${spelled(name)}=${typedDial(value as never)}`);
      expect(back).toBe(name);
      expect(read).toEqual(Array.isArray(value) ? value.toSorted() : value);
    }
  });
});

describe('turning', () => {
  it('takes all settings or none', () => {
    const faults = noFaults();
    turnDials(faults, { slow: 5, denied: [2, 1], silent: true });
    expect(readDials(faults)).toEqual({ ...restDials(), slow: 5, denied: [1, 2], silent: true });
    expect(() => turnDials(faults, { slow: 9, loseRequest: 2 })).toThrow('lose-request: expected a share from 0 to 1');
    expect(() => turnDials(faults, { slow: 9, spoil: null })).toThrow('expected a fault among');
    expect(() => turnDials(faults, { denied: [1.5] })).toThrow('denied: expected ports');
    expect(faults.slow).toBe(5);
    turnDials(faults, { bulkEndsAfter: 25, slowUnder: '1.3' });
    expect([faults.bulkEndsAfter, faults.slowUnder]).toEqual([25, '1.3']);
    turnDials(faults, restDials());
    expect([faults.bulkEndsAfter, faults.slowUnder]).toEqual([Number.POSITIVE_INFINITY, undefined]);
    expect(readDials(faults)).toEqual(restDials());
  });
});

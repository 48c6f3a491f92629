import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SnmpAnswerInvalid } from '../../../src/switches/snmp/errors.ts';
import { compareOids, indexBelow, isBelow, isOid } from '../../../src/switches/snmp/oid.ts';
import { decodeVarbind, integerOf, TAGS, textOf } from '../../../src/switches/snmp/value.ts';

const oids = fc
  .array(fc.integer({ min: 0, max: 0xffff_ffff }), { minLength: 1, maxLength: 12 })
  .map((arcs) => `1.${arcs.join('.')}`);

describe('object identifiers', () => {
  it.each([
    ['1.3.6.1', '1.3.6.1', 0],
    ['1.3.6.1', '1.3.6.1.0', -1],
    ['1.3.6.2', '1.3.6.10', -1],
    ['1.3.6.10.1', '1.3.6.9.9', 1],
    ['1.3.4294967295', '1.3.2147483648', 1],
  ])('%s against %s', (a, b, sign) => {
    expect(Math.sign(compareOids(a, b))).toBe(sign);
    expect(Math.sign(compareOids(b, a))).toBe(sign === 0 ? 0 : -sign);
  });

  it('are in one order', () => {
    fc.assert(
      fc.property(oids, oids, oids, (a, b, c) => {
        expect(Math.sign(compareOids(a, b))).toBe(0 - Math.sign(compareOids(b, a)));
        expect(compareOids(a, b) === 0).toBe(a === b);
        if (compareOids(a, b) < 0 && compareOids(b, c) < 0) expect(compareOids(a, c)).toBeLessThan(0);
      }),
    );
  });

  it('are below a column by whole arcs', () => {
    expect(isBelow('1.3.6.1', '1.3.6.1.7')).toBe(true);
    expect(isBelow('1.3.6.1', '1.3.6.10')).toBe(false);
    expect(isBelow('1.3.6.1', '1.3.6.1')).toBe(false);
    expect(indexBelow('1.3.6.1', '1.3.6.1.2.7')).toBe('2.7');
  });

  it.each(['', '1', '3.1', '.1.3', '1.3.', '1..3', '1.03', '1.3.a', 'NaN.0'])('"%s" is none', (text) => {
    expect(isOid(text)).toBe(false);
  });
});

describe('varbinds', () => {
  const oid = '1.3.6.1.2.1.1.3.0';
  it.each([
    [TAGS.Integer32, -5, { type: 'Integer32', value: -5 }],
    [TAGS.Gauge32, 0xffff_ffff, { type: 'Gauge32', value: 0xffff_ffff }],
    [TAGS.Counter64, Buffer.from('00ffffffffffffffff', 'hex'), { type: 'Counter64', value: 2n ** 64n - 1n }],
    [TAGS.Counter64, Buffer.alloc(0), { type: 'Counter64', value: 0n }],
    [TAGS.OctetString, Buffer.from('80ff', 'hex'), { type: 'OctetString', value: Buffer.from('80ff', 'hex') }],
    [TAGS.ObjectIdentifier, '1.3.6', { type: 'ObjectIdentifier', value: '1.3.6' }],
    [TAGS.noSuchInstance, undefined, { type: 'noSuchInstance', value: null }],
    [TAGS.endOfMibView, null, { type: 'endOfMibView', value: null }],
  ])('tag %i', (type, value, decoded) => {
    expect(decodeVarbind({ oid, type, value })).toEqual({ oid, ...decoded });
  });

  it('that are not what they say are refused', () => {
    for (const raw of [
      { oid: 'NaN.0', type: TAGS.Integer32, value: 1 },
      { oid, type: 99, value: 1 },
      { oid, type: TAGS.Integer32, value: 'one' },
      { oid, type: TAGS.Integer32, value: 1.5 },
      { oid, type: TAGS.OctetString, value: 'text' },
      { oid, type: TAGS.Counter64, value: Buffer.alloc(10) },
      { oid },
    ]) {
      expect(() => decodeVarbind(raw)).toThrow(SnmpAnswerInvalid);
    }
  });

  it('never fail with another error', () => {
    fc.assert(
      fc.property(fc.record({ oid: fc.anything(), type: fc.anything(), value: fc.anything() }), (raw) => {
        try {
          decodeVarbind(raw);
        } catch (error) {
          expect(error).toBeInstanceOf(SnmpAnswerInvalid);
        }
      }),
    );
  });

  it('give their integer or text, or nothing', () => {
    const text = decodeVarbind({ oid, type: TAGS.OctetString, value: Buffer.from('sw1') });
    const ticks = decodeVarbind({ oid, type: TAGS.TimeTicks, value: 17 });
    const none = decodeVarbind({ oid, type: TAGS.noSuchObject, value: null });
    expect([integerOf(text), integerOf(ticks), integerOf(none), integerOf(undefined)]).toEqual([
      undefined,
      17,
      undefined,
      undefined,
    ]);
    expect([textOf(text), textOf(ticks), textOf(none), textOf(undefined)]).toEqual([
      'sw1',
      undefined,
      undefined,
      undefined,
    ]);
  });
});

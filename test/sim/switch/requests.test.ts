import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MibInstance, MibValue } from '../../../src/sim/switch/mib.ts';
import { createMib, STATUS, TAG } from '../../../src/sim/switch/mib.ts';
import { compareArcs, oidOctets } from '../../../src/sim/switch/oid.ts';
import type { AgentRequest } from '../../../src/sim/switch/requests.ts';
import { answerRequest, varbindOctets } from '../../../src/sim/switch/requests.ts';

const written: [string, MibValue][] = [];
const readOnly = (oid: string, index: string): MibInstance => ({
  object: { oid, tag: TAG.Integer32 },
  index,
  read: () => 1,
});
const writable = (oid: string, index: string): MibInstance => ({
  object: {
    oid,
    tag: TAG.Integer32,
    check: (value) => (value === 1 || value === 2 ? STATUS.noError : STATUS.wrongValue),
  },
  index,
  read: () => 1,
  write: (value) => written.push([index, value]),
});
const mib = createMib([
  writable('1.3.6.1.3', '1.10'),
  readOnly('1.3.6.1.6', '1.2'),
  writable('1.3.6.1.3', '1.2'),
  readOnly('1.3.6.1.1', '0'),
  readOnly('1.3.6.1.6', '1.10'),
]);

const request = (
  kind: AgentRequest['kind'],
  oids: readonly string[],
  more: Partial<AgentRequest> = {},
): AgentRequest => ({
  kind,
  varbinds: oids.map((oid) => ({ oid, type: TAG.Null, value: null })),
  nonRepeaters: 0,
  maxRepetitions: 0,
  mayWrite: true,
  room: 1_300,
  ...more,
});
const oidsOf = (...args: Parameters<typeof request>) =>
  answerRequest(mib, request(...args)).varbinds.map(({ oid, type }) =>
    type === TAG.endOfMibView ? `end of ${oid}` : oid,
  );

describe('GET', () => {
  it('tells a missing instance from a missing object', () => {
    const { varbinds } = answerRequest(mib, request('get', ['1.3.6.1.3.1.2', '1.3.6.1.3.1.99', '1.3.6.1.4.0', '1.3']));
    expect(varbinds.map(({ type }) => type)).toEqual([
      TAG.Integer32,
      TAG.noSuchInstance,
      TAG.noSuchObject,
      TAG.noSuchObject,
    ]);
  });

  it('is tooBig, and empty, where the answer does not fit', () => {
    expect(answerRequest(mib, request('get', ['1.3.6.1.3.1.2', '1.3.6.1.1.0'], { room: 30 }))).toEqual({
      errorStatus: STATUS.tooBig,
      errorIndex: 0,
      varbinds: [],
    });
  });
});

describe('GETNEXT', () => {
  it('goes by number, not by letter, and to the end', () => {
    expect(oidsOf('getNext', ['1.3', '1.3.6.1.3.1.2', '1.3.6.1.3.1.3', '1.3.6.1.6.1.10', '2.5'])).toEqual([
      '1.3.6.1.1.0',
      '1.3.6.1.3.1.10',
      '1.3.6.1.3.1.10',
      'end of 1.3.6.1.6.1.10',
      'end of 2.5',
    ]);
  });
});

describe('GETBULK', () => {
  it('repeats what is to be repeated, row by row, and stops when all have ended', () => {
    expect(oidsOf('getBulk', ['1.3', '1.3.6.1.3', '1.3.6.1.6.1.2'], { nonRepeaters: 1, maxRepetitions: 9 })).toEqual([
      '1.3.6.1.1.0',
      '1.3.6.1.3.1.2',
      '1.3.6.1.6.1.10',
      '1.3.6.1.3.1.10',
      'end of 1.3.6.1.6.1.10',
      '1.3.6.1.6.1.2',
      'end of 1.3.6.1.6.1.10',
      '1.3.6.1.6.1.10',
      'end of 1.3.6.1.6.1.10',
      'end of 1.3.6.1.6.1.10',
      'end of 1.3.6.1.6.1.10',
    ]);
  });

  it('stops where the answer is full, and is tooBig where nothing fits', () => {
    expect(oidsOf('getBulk', ['1.3.6.1.3', '1.3.6.1.6'], { maxRepetitions: 9, room: 50 })).toHaveLength(2);
    expect(answerRequest(mib, request('getBulk', ['1.3'], { maxRepetitions: 9, room: 5 }))).toMatchObject({
      errorStatus: STATUS.tooBig,
    });
  });

  it('takes any numbers', () => {
    const some = fc.integer({ min: -5, max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(some, some, some, (nonRepeaters, maxRepetitions, room) => {
        const asked = request('getBulk', ['1.3', '1.3.6'], {
          nonRepeaters,
          maxRepetitions,
          room: Math.min(room, 1_300),
        });
        expect(answerRequest(mib, asked).varbinds.length).toBeLessThan(60);
      }),
    );
  });
});

describe('SET', () => {
  const set = (values: [string, number, MibValue][], mayWrite = true) => {
    written.length = 0;
    const varbinds = values.map(([oid, type, value]) => ({ oid, type, value }));
    const { errorStatus, errorIndex } = answerRequest(mib, { ...request('set', []), varbinds, mayWrite });
    return [errorStatus, errorIndex];
  };
  const good: [string, number, MibValue] = ['1.3.6.1.3.1.2', TAG.Integer32, 2];

  it('writes every varbind', () => {
    expect(set([good, ['1.3.6.1.3.1.10', TAG.Integer32, 1]])).toEqual([STATUS.noError, 0]);
    expect(written).toEqual([
      ['1.2', 2],
      ['1.10', 1],
    ]);
  });

  it.each([
    ['noAccess', [good], false, [STATUS.noAccess, 1]],
    ['notWritable, read-only', [good, ['1.3.6.1.1.0', TAG.Integer32, 1]], true, [STATUS.notWritable, 2]],
    ['notWritable, unknown', [['1.3.9.9', TAG.Integer32, 1]], true, [STATUS.notWritable, 1]],
    ['wrongType', [good, ['1.3.6.1.3.1.10', TAG.Gauge32, 1]], true, [STATUS.wrongType, 2]],
    ['wrongValue', [good, ['1.3.6.1.3.1.10', TAG.Integer32, 9]], true, [STATUS.wrongValue, 2]],
    ['noCreation', [good, ['1.3.6.1.3.1.99', TAG.Integer32, 1]], true, [STATUS.noCreation, 2]],
  ] as [string, [string, number, MibValue][], boolean, number[]][])(
    '%s: then nothing is written',
    (_title, values, mayWrite, expected) => {
      expect(set(values, mayWrite)).toEqual(expected);
      expect(written).toEqual([]);
    },
  );
});

describe('sizes', () => {
  it.each([
    ['1.3.6.1.2.1.105.1.1.1.3.1.7', 12],
    ['1.3.6.1.4.1.16384.127.128', 5 + 3 + 1 + 2],
    ['1.3.4294967295', 6],
  ])('%s has %i octets', (oid, octets) => {
    expect(oidOctets(oid)).toBe(octets);
  });

  it('of varbinds are not underestimated', () => {
    const oid = '1.3.6.1.2.1.1.5.0';
    // 30 len 06 08 <8> 04 len <text>
    expect(varbindOctets({ oid, type: TAG.OctetString, value: Buffer.alloc(20) })).toBeGreaterThanOrEqual(2 + 10 + 22);
    expect(varbindOctets({ oid, type: TAG.Gauge32, value: 2 ** 32 - 1 })).toBeGreaterThanOrEqual(2 + 10 + 7);
    expect(varbindOctets({ oid, type: TAG.ObjectIdentifier, value: oid })).toBeGreaterThanOrEqual(2 + 10 + 10);
    expect(varbindOctets({ oid, type: TAG.endOfMibView, value: null })).toBeGreaterThanOrEqual(2 + 10 + 2);
  });

  it('order arcs before length', () => {
    expect(compareArcs([1, 3, 2], [1, 3, 1, 9])).toBeGreaterThan(0);
    expect(compareArcs([1, 3], [1, 3, 1])).toBeLessThan(0);
  });
});

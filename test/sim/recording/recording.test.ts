import { describe, expect, it } from 'vitest';
import { RecordingInvalid } from '../../../src/sim/recording/errors.ts';
import { loadRecording, parseRecording } from '../../../src/sim/recording/recording.ts';
import { describeRecordings, RECORDINGS, recordingNames } from '../../switches/support/recording-session.ts';

const parse = (text: string) => parseRecording('x.snmprec', Buffer.from(text, 'latin1'));
const values = (text: string) => parse(text).rows.map(({ oid, tag, value }) => [oid, tag, value]);

describe('parseRecording', () => {
  it.each<[string, number, unknown]>([
    ['2|-2147483648', 2, -2_147_483_648],
    ['2|2147483647', 2, 2_147_483_647],
    ['65|4294967295', 65, 4_294_967_295],
    ['66| 7 ', 66, 7],
    ['67|1', 67, 1],
    ['64|10.0.3.100', 64, '10.0.3.100'],
    ['64x|0acc5aeb', 64, '10.204.90.235'],
    ['6|1.3.6.1.4.1.9.1.516', 6, '1.3.6.1.4.1.9.1.516'],
    ['6|.1.3.6', 6, '1.3.6'],
    ['4|', 4, Buffer.alloc(0)],
    ['4|a|b|c', 4, Buffer.from('a|b|c')],
    ['4| \x85\xe9 ', 4, Buffer.from([0x20, 0x85, 0xe9, 0x20])],
    ['4x|80fF00', 4, Buffer.from([0x80, 0xff, 0x00])],
    ['4x|', 4, Buffer.alloc(0)],
    ['4e|a\\x8f\\n\\\\"', 4, Buffer.from([0x61, 0x8f, 0x0a, 0x5c, 0x22])],
    ['68x|9f780442f60000', 68, Buffer.from('9f780442f60000', 'hex')],
    ['70|0', 70, Buffer.from([0])],
    ['70|128', 70, Buffer.from([0, 128])],
    ['70|18446744073709551615', 70, Buffer.from('00ffffffffffffffff', 'hex')],
    ['65:numeric|rate=11,initial=5,max=9', 65, 5],
    ['65:numeric|min=3,max=9', 65, 3],
    ['66:numeric|rate=2', 66, 0],
    ['2:writecache|value=4', 2, 4],
    ['4x:delay|value=0a0b,wait=100', 4, Buffer.from([10, 11])],
  ])('%j', (row, tag, value) => {
    expect(values(`1.3.6.1|${row}\n`)).toEqual([['1.3.6.1', tag, value]]);
  });

  it('keeps a carriage return of a value, and drops those of a DOS file', () => {
    expect(values('1.3.1|4|a\r\n1.3.2|4|b')[0]).toEqual(['1.3.1', 4, Buffer.from('a\r')]);
    expect(values('1.3.1|4|a\r\n1.3.2|2|7\r\n\r\n')).toEqual([
      ['1.3.1', 4, Buffer.from('a')],
      ['1.3.2', 2, 7],
    ]);
  });

  it('sorts by arc, lets the last of two rows win, and counts what was odd', () => {
    const text = '# a switch\n1.3.10|2|1\n.1.3.9|2|2\n1.3.10|4|last\n1.3.11|5|\n1.3.12|65:numeric|initial=3\n\n';
    const { rows, oddities } = parse(text);
    expect(rows.map(({ oid, tag }) => [oid, tag])).toEqual([
      ['1.3.9', 2],
      ['1.3.10', 4],
      ['1.3.12', 65],
    ]);
    expect(oddities).toEqual({ comments: 1, placeholders: 1, duplicates: 1, unsorted: 1, variations: 1, printed: 0 });
  });

  it('takes octets that were left as print for octets', () => {
    const first = 'ff'.repeat(16);
    const print = (text: string) => Buffer.from(text).toString('hex');
    const line = `\n${'0F '.repeat(16)}`;
    expect(values(`1.3.6.1|4x|${first}${print(`${line}\n80 01 `)}\n`)).toEqual([
      ['1.3.6.1', 4, Buffer.from(`${first}${'0f'.repeat(16)}8001`, 'hex')],
    ]);
    expect(parse(`1.3.6.1|4x|${first}${print('\n80')}\n`)).toMatchObject({
      rows: [{ value: Buffer.from(`${first}80`, 'hex') }],
      oddities: { printed: 1 },
    });
    // A line that is too short, letters that snmpwalk does not print, and text that is a value.
    for (const text of ['\n80 01 \n80 ', '\nab ', '\nA network']) {
      const value = `${first}${print(text)}`;
      expect(parse(`1.3.6.1|4x|${value}\n`)).toMatchObject({
        rows: [{ value: Buffer.from(value, 'hex') }],
        oddities: { printed: 0 },
      });
    }
  });

  it.each<[string, string]>([
    ['1.3.6', 'x.snmprec line 2: expected OID|TAG|VALUE, found "1.3.6"'],
    ['1.3.6|2', 'expected OID|TAG|VALUE'],
    ['1.3.x|2|1', 'line 2: expected an object identifier, found "1.3.x"'],
    ['1.3.4294967296|2|1', 'expected an object identifier'],
    ['3.1|2|1', 'expected an object identifier'],
    [`1.3${'.1'.repeat(127)}|2|1`, 'expected an object identifier'],
    ['1.3.1||1', 'expected a tag such as 2, 4x or 65:numeric, found ""'],
    ['1.3.1|4z|1', 'expected a tag'],
    ['1.3.1|99|1', 'expected a tag among 2, 4, 5, 6, 64, 65, 66, 67, 68 and 70, found 99'],
    ['1.3.1|2x|1', 'expected tag 2 without a letter, found 2x'],
    ['1.3.1|2|two', 'expected a whole number from -2147483648 to 2147483647, found "two"'],
    ['1.3.1|2|2147483648', 'expected a whole number'],
    ['1.3.1|66|-1', 'expected a whole number from 0 to 4294967295, found "-1"'],
    ['1.3.1|70|18446744073709551616', 'expected a whole number from 0 to 2^64-1'],
    ['1.3.1|4x|abc', 'expected pairs of hex digits, found "abc"'],
    ['1.3.1|4e|\\q', 'expected an escape such as \\n or \\x8f'],
    ['1.3.1|4e|\\', 'expected an escape'],
    ['1.3.1|64|10.0.0.256', 'expected an IPv4 address'],
    ['1.3.1|64x|0a0b0c', 'expected eight hex digits of an IPv4 address'],
    ['1.3.1|6|one', 'expected an object identifier, found "one"'],
    ['1.3.1|4:sql|user=x', 'expected value= or initial= for the variation "sql"'],
  ])('refuses %j', (row, message) => {
    expect(() => parse(`#\n${row}\n`)).toThrow(RecordingInvalid);
    expect(() => parse(`#\n${row}\n`)).toThrow(message);
    expect(() => parse(`#\n${row}\n`)).toThrow(expect.objectContaining({ file: 'x.snmprec', line: 2 }));
  });

  it('wants at least one row, and a file', async () => {
    expect(() => parse('# nothing\n')).toThrow('x.snmprec: expected at least one row OID|TAG|VALUE, found none');
    await expect(loadRecording('/nowhere/x')).rejects.toThrow('/nowhere/x: expected a file that can be read');
  });
});

describeRecordings('recordings of real switches', () => {
  it.each(recordingNames())('%s loads, in order, each OID once', async (name) => {
    const { rows } = await loadRecording(`${RECORDINGS}/${name}.snmprec`);
    const keys = rows.map(({ arcs }) => arcs.map((arc) => String(arc).padStart(10, '0')).join('.'));
    expect(keys).toEqual([...new Set(keys)].sort());
    expect(rows.length).toBeGreaterThan(100);
  });

  it.each<[string, object]>([
    ['hp-6120xg', { comments: 1, duplicates: 1, unsorted: 0 }],
    ['juniper-ex4600mp', { duplicates: 0, unsorted: 1 }],
    [
      'cisco-c3750-48ps-stack3',
      { comments: 0, duplicates: 0, unsorted: 0, placeholders: 0, variations: 0, printed: 0 },
    ],
    ['eltex-mes2324p', { printed: 102 }],
  ])('%s is odd as it is said to be', async (name, oddities) => {
    expect((await loadRecording(`${RECORDINGS}/${name}.snmprec`)).oddities).toMatchObject(oddities);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMarkedStream } from '../../../src/switches/ssh/marked.ts';

const MARK = ']]>]]>';

function cut(chunks: readonly Buffer[]) {
  const stream = createMarkedStream(MARK);
  for (const chunk of chunks) stream.push(chunk);
  const answers: string[] = [];
  for (let answer = stream.take(); answer !== undefined; answer = stream.take()) answers.push(answer);
  return { answers, rest: stream.rest(), pending: stream.pending };
}

describe('answers that end with a mark', () => {
  it.each([
    ['', [], ''],
    ['one', [], 'one'],
    [`one${MARK}`, ['one'], ''],
    [`${MARK}${MARK}two`, ['', ''], 'two'],
    [`one${MARK}two${MARK}th`, ['one', 'two'], 'th'],
    [`one]]>]]${MARK}`, ['one]]>]]'], ''],
    [']]>]]', [], ']]>]]'],
  ])('%s', (text, answers, rest) => {
    expect(cut([Buffer.from(text)])).toEqual({ answers, rest, pending: Buffer.byteLength(rest) });
  });

  it('are the same however the stream is cut into packets', () => {
    const piece = fc.constantFrom('a', 'ü', ']', ']]>', MARK, ']]>]', '>');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.array(fc.nat(6), { maxLength: 40 }), (pieces, sizes) => {
        const whole = Buffer.from(pieces.join(''));
        const chunks: Buffer[] = [];
        let at = 0;
        for (const size of sizes) {
          chunks.push(whole.subarray(at, at + size));
          at += size;
        }
        chunks.push(whole.subarray(at));
        const parts = pieces.join('').split(MARK);
        const rest = parts.pop()!;
        expect(cut(chunks)).toEqual({ answers: parts, rest, pending: Buffer.byteLength(rest) });
      }),
      { numRuns: 500 },
    );
  });
});

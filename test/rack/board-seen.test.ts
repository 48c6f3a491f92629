import { describe, expect, it } from 'vitest';
import { takeSeen } from '../../src/rack/board-seen.ts';
import { type BoardSeen, NO_BOARD } from '../../src/rack/slot-state.ts';
import { parseMac } from '../../src/wire/address.ts';

const mac = parseMac('e4:5f:01:09:02:f7');
const other = parseMac('dc:a6:32:00:00:01');
const known: BoardSeen = { mac, serial: '91cdf03d', revision: 0xd03114, model: '4B' };

describe('what a board says of itself', () => {
  it('fills what was not known', () => {
    expect(takeSeen(NO_BOARD, { mac, serial: '91cdf03d' })).toEqual({
      board: { ...NO_BOARD, mac, serial: '91cdf03d' },
      contradiction: undefined,
    });
  });

  it.each<[string, Partial<BoardSeen>]>([
    ['nothing', {}],
    ['the same again', known],
    ['less', { mac }],
  ])('%s changes nothing', (_name, seen) => {
    expect(takeSeen(known, seen)).toEqual({ board: known, contradiction: undefined });
  });

  it.each<[Partial<BoardSeen>, string]>([
    [{ mac: other }, `MAC ${mac} is now ${other}`],
    [{ mac: other, serial: '91cdf03d' }, `MAC ${mac} is now ${other}`],
    [{ mac, serial: '00000001' }, `serial 91cdf03d is now 00000001, under the same MAC ${mac}`],
    [{ serial: '00000001' }, `serial 91cdf03d is now 00000001, under the same MAC ${mac}`],
    [{ mac, revision: 0xc03111 }, `revision d03114 is now c03111, under the same MAC ${mac}`],
    [{ mac, model: '3B' }, `model 4B is now 3B, under the same MAC ${mac}`],
  ])('%j is another board, of which nothing but this is known', (seen, contradiction) => {
    const taken = takeSeen(known, seen);
    expect(taken).toEqual({ board: { ...NO_BOARD, mac: seen.mac ?? mac, ...seen }, contradiction });
  });
});

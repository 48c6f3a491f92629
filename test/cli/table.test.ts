import { describe, expect, it } from 'vitest';
import { slotsArgument, slotsOf } from '../../src/cli/slots-argument.ts';
import { formatTable, terminalWidth, widthOf } from '../../src/cli/table.ts';
import { example } from '../rack/support/rack-text.ts';

describe('formatTable', () => {
  const columns = [{ title: 'slot', align: 'right' }, { title: 'state', shrink: true }, { title: 'since' }] as const;

  it('lines columns up without trailing spaces', () => {
    expect(
      formatTable(columns, [
        [1, 'up', '5 s'],
        [108, 'quarantined', ''],
      ]),
    ).toEqual(['slot  state        since', '   1  up           5 s', ' 108  quarantined']);
  });

  it('has a title line without rows, and empty cells for what is not there', () => {
    expect(formatTable(columns, [])).toEqual(['slot  state  since']);
    expect(formatTable(columns, [[1], [2, undefined, 'x']])).toEqual(['slot  state  since', '   1', '   2         x']);
  });

  it('cuts the column that may shrink, then the others, and keeps to the width', () => {
    const rows = [[7, 'a very long state of things', 'since yesterday']];
    expect(formatTable(columns, rows, { width: 35 })).toEqual([
      'slot  state         since',
      '   7  a very long…  since yesterday',
    ]);
    for (let width = 16; width < 60; width++) {
      for (const line of formatTable(columns, rows, { width })) expect(widthOf(line)).toBeLessThanOrEqual(width);
    }
  });

  it('lets nothing through that steers a terminal', () => {
    const [, row] = formatTable([{ title: 'name' }], [['a\u001b[31mb\nc\u202ed\u0007']]);
    expect(row).toBe('a?[31mb?c?d?');
  });

  it('counts wide and combining characters as the screen does', () => {
    expect(widthOf('日本')).toBe(4);
    expect(widthOf('e\u0301')).toBe(1);
    expect(widthOf('🍓')).toBe(2);
    expect(
      formatTable(
        [{ title: 'a' }, { title: 'b' }],
        [
          ['日本', 1],
          ['x', 2],
        ],
      ),
    ).toEqual(['a     b', '日本  1', 'x     2']);
    expect(formatTable([{ title: 'a' }], [['日本日本']], { width: 6 })).toEqual(['a', '日本…']);
  });
});

describe('terminalWidth', () => {
  it('is that of a terminal, and none for a pipe', () => {
    expect(terminalWidth({ isTTY: true, columns: 80 })).toBe(80);
    expect(terminalWidth({ columns: 80 })).toBeUndefined();
  });
});

describe('slots on a command line', () => {
  it('is kept as text before the plan is known, if it can be slots', () => {
    expect(slotsArgument('1-36,40')).toBe('1-36,40');
    expect(slotsArgument('all')).toBe('all');
    expect(() => slotsArgument('1-x')).toThrow(
      '"1-x" is not a number or a range; expected slots such as 7, 1-36,40 or all.',
    );
    expect(() => slotsArgument('0')).toThrow('0 is out of range; expected slots such as 7, 1-36,40 or all.');
  });

  it('names slots of the rack, or is wrong usage', () => {
    const plan = example('virtual-4.yaml');
    expect(slotsOf('2-3', plan)).toEqual([2, 3]);
    expect(() => slotsOf('4-5', plan)).toThrow(
      expect.objectContaining({ code: 2, message: 'slot 5 is not in rack virtual-4; expected slots from 1-4' }),
    );
  });
});

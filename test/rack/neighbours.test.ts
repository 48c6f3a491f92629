import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SPANS, type Spans, spansOf } from '../../src/rack/boot-spans.ts';
import { MILESTONES } from '../../src/rack/milestone.ts';
import { type BootTimes, median, slowSentence, slowSpans } from '../../src/rack/neighbours.ts';
import { millis, slotNumber } from '../../src/rack/units.ts';

function boot(slot: number, seconds: number, change: Partial<Omit<BootTimes, 'slot'>> = {}): BootTimes {
  const spans: Spans = { kernel: millis(seconds * 1000) };
  return { slot: slotNumber(slot), model: '3B+', image: 'debian', spans, ...change };
}

/** Boards 1 to `count` with boots of so many seconds each. */
const boards = (count: number, ...seconds: number[]) =>
  Array.from({ length: count }, (_, i) => seconds.map((each) => boot(i + 1, each + i / 10))).flat();

const one = slotNumber(1);
const me = slotNumber(99);

describe('spansOf', () => {
  const step = (milestone: (typeof MILESTONES)[number], at: number) => ({ milestone, at: millis(at), detail: '' });

  it('gives the seconds of every part of a whole boot', () => {
    const steps = MILESTONES.map((milestone, i) => step(milestone, i * i * 1000));
    expect(spansOf(steps)).toEqual({
      start: 1000,
      dhcp: 8000,
      firmware: 7000,
      kernel: 9000,
      linux: 11_000,
      root: 13_000,
      services: 15_000,
    });
    expect(SPANS.map(({ name }) => name)).toEqual(Object.keys(spansOf(steps)));
  });

  it('leaves out what was not seen, or seen in the wrong order', () => {
    expect(spansOf([step('discover', 5), step('power_on', 9), step('first_request', 7)])).toEqual({ dhcp: 2 });
    expect(spansOf([])).toEqual({});
  });
});

describe('a board slower than its neighbours', () => {
  it('is told with what is usual', () => {
    const found = slowSpans(me, [...boards(5, 12, 12), boot(99, 41.2), boot(99, 42)]);
    expect(found).toEqual([{ span: 'kernel', ms: 41_200, usual: 12_200, neighbours: 5 }]);
    expect(found.map(slowSentence)).toEqual(['41.2 s for loading its kernel, where its 5 neighbours take 12.2 s']);
  });

  it.each([
    ['one slow boot', [...boards(5, 12), boot(99, 41)]],
    ['one slow boot of three', [...boards(5, 12), boot(99, 12), boot(99, 41), boot(99, 12)]],
    ['three neighbours', [...boards(3, 12), boot(99, 41), boot(99, 41)]],
    ['within a quarter', [...boards(5, 12), boot(99, 15), boot(99, 15)]],
    [
      'neighbours that differ much',
      [...[4, 9, 14, 19, 24].map((each, i) => boot(i + 1, each)), boot(99, 41), boot(99, 41)],
    ],
    ['another model', [...boards(5, 12), ...[1, 2].map(() => boot(99, 41, { model: '3B' }))]],
    ['another image', [...boards(5, 12), ...[1, 2].map(() => boot(99, 41, { image: 'ubuntu' }))]],
    ['faster', [...boards(5, 12), boot(99, 1), boot(99, 1)]],
    ['no boots at all', boards(5, 12)],
  ])('is not found by %s', (_title, boots) => expect(slowSpans(me, boots)).toEqual([]));

  it('is found beside others that are slow, or that had one boot of ten minutes', () => {
    const slow = [21, 22, 23].flatMap((slot) => [boot(slot, 60), boot(slot, 60)]);
    const odd = boards(9, 12, 12, 12).map((each, i) => (i % 3 === 0 ? boot(each.slot, 600) : each));
    expect(slowSpans(me, [...odd, ...slow, boot(99, 41), boot(99, 41)])).toMatchObject([{ neighbours: 12 }]);
  });

  it('goes by its last boots, and by those of the image that it boots now', () => {
    const others = boards(5, 12);
    const cured = [41, 41, 41, 12, 12, 12].map((each) => boot(99, each));
    expect(slowSpans(me, [...others, ...cured])).toEqual([]);
    const before = [41, 41].map((each) => boot(99, each, { image: 'ubuntu' }));
    expect(slowSpans(me, [...others, ...before, boot(99, 12), boot(99, 12)])).toEqual([]);
  });

  it('has to come half the way back to be so no more', () => {
    const others = [1, 2, 3, 4, 5].map((slot) => boot(slot, 12));
    const with15 = (seconds: number) => [...others, boot(99, seconds), boot(99, seconds)];
    const before = slowSpans(me, with15(16));
    expect(before).toHaveLength(1);
    expect(slowSpans(me, with15(14))).toEqual([]);
    expect(slowSpans(me, with15(14), before)).toHaveLength(1);
    expect(slowSpans(me, with15(13), before)).toEqual([]);
  });

  it('is never a board that takes no longer than half of its neighbours', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 5, maxLength: 40 }), (seconds) => {
        const boots = seconds.flatMap((each, i) => [boot(i + 1, each), boot(i + 1, each)]);
        const others = median(seconds.slice(1));
        const found = slowSpans(one, boots);
        if ((seconds[0] as number) <= others) expect(found).toEqual([]);
        for (const { ms, usual } of found) expect(ms).toBeGreaterThan(usual * 1.25);
      }),
      { numRuns: 300 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { millis, vlanId } from '../../../src/rack/units.ts';
import type { JournalRow } from '../../../src/switches/vlans/journal.ts';
import { decodeJournal, encodeJournal, JournalInvalid, openChange } from '../../../src/switches/vlans/journal.ts';
import { rangesOf } from '../../../src/switches/vlans/ranges.ts';
import { bridgePort } from '../../../src/switches/vlans/state.ts';
import { memoryJournal } from './support/runs.ts';
import { anyCase, blank, PLAIN, scopeOf } from './support/states.ts';

const row = (change: Partial<JournalRow> = {}): JournalRow => {
  const { slots, uplinks, carried } = scopeOf(2, [3]);
  return {
    switch: 'sw1',
    beganAt: millis(1_700_000_000_000),
    phase: 'forward',
    numbering: 'bridgePort',
    scope: { slots, uplinks, carried },
    before: blank(4),
    trouble: undefined,
    ...change,
  };
};

describe('the journal of a change', () => {
  it('comes back as it went, whatever the switch was', () => {
    fc.assert(
      fc.property(
        fc.oneof(anyCase(), anyCase({ modes: true })),
        fc.constantFrom('forward', 'back', 'save'),
        ({ state, scope }, phase) => {
          const { slots, uplinks, carried } = scope;
          const written = row({ before: state, scope: { slots, uplinks, carried }, phase });
          expect(decodeJournal('sw1', encodeJournal(written))).toEqual(written);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('keeps lists of VLANs and what a switch does not say', () => {
    const ports = new Map([
      [
        bridgePort(0),
        {
          ...PLAIN,
          pvid: vlanId(4095),
          frameTypes: undefined,
          ingressFiltering: undefined,
          allows: rangesOf([1, 2, 3]),
        },
      ],
    ]);
    const written = row({
      before: { ...blank(1), ports, capacity: { maxVlanId: undefined, maxVlans: undefined } },
      trouble: 'why',
    });
    expect(decodeJournal('sw1', encodeJournal(written))).toEqual(written);
  });

  it.each([
    ['nonsense', 'x{', 'it is no JSON'],
    ['a later version', encodeJournal(row()).replace('"version":1', '"version":2'), 'version'],
    ['another switch', encodeJournal(row({ switch: 'sw2' })), 'it is of sw2'],
    ['a part', '{"version":1}', 'switch'],
    ['another kind of value', '7', 'row'],
  ])('refuses %s, and says why', (_title, text, reason) => {
    expect(() => decodeJournal('sw1', text)).toThrow(JournalInvalid);
    expect(() => decodeJournal('sw1', text)).toThrow(reason);
  });

  it('whatever is in it gives a row or JournalInvalid', () => {
    const text = encodeJournal(row());
    const mutilated = fc
      .tuple(fc.nat(text.length), fc.nat(text.length), fc.string({ maxLength: 3 }))
      .map(([from, to, middle]) => text.slice(0, from) + middle + text.slice(to));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), mutilated), (any) => {
        try {
          decodeJournal('sw1', any);
        } catch (error) {
          expect(error).toBeInstanceOf(JournalInvalid);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('tells of a change that did not end', async () => {
    const journal = memoryJournal();
    expect(await openChange(journal, 'sw1')).toBeUndefined();
    journal.rows.set('sw1', encodeJournal(row({ phase: 'save' })));
    expect(await openChange(journal, 'sw1')).toEqual({
      since: 1_700_000_000_000,
      text: 'the change of the VLANs of sw1 (2 slots) is made and not saved',
    });
    journal.rows.set('sw1', '{');
    expect(await openChange(journal, 'sw1')).toEqual({
      since: undefined,
      text: 'the journal of the VLANs of sw1 cannot be read: it is no JSON',
    });
  });
});

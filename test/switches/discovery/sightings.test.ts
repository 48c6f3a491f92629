import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slotNumber, vlanId } from '../../../src/rack/units.ts';
import { portRoles } from '../../../src/switches/discovery/port-roles.ts';
import { type SightMemory, sightEvents } from '../../../src/switches/discovery/sight-events.ts';
import { type ExpectedSlot, type Heard, type HeardMac, sight } from '../../../src/switches/discovery/sightings.ts';
import type { Mac } from '../../../src/wire/address.ts';
import { tables } from './rows.ts';

const mac = (slot: number) => `b8:27:eb:00:00:${slot.toString(16).padStart(2, '0')}` as Mac;
const CONTROLLER = '02:00:00:00:00:01' as Mac;
const OTHER = '00:11:22:33:44:55' as Mac;

/** Slots 1 to 3 on ports 1 to 3 of sw1, slot 4 on port 1 of sw2. */
const SLOTS: readonly ExpectedSlot[] = [1, 2, 3, 4].map((slot) => ({
  slot: slotNumber(slot),
  switch: slot < 4 ? 'sw1' : 'sw2',
  port: String(slot < 4 ? slot : 1),
  vlan: vlanId(100 + slot),
  mac: mac(slot),
}));
const bySwitch = (name: string, port: string) => SLOTS.find((slot) => slot.switch === name && slot.port === port);

/** `port mac [vlan]`; ports 49 are uplinks, others that no slot has are unlisted. */
function heardOn(name: string, ...macs: readonly (readonly [port: string, mac: Mac, vlan?: number])[]): Heard {
  return {
    switch: name,
    macs: macs.map(([port, address, vlan]): HeardMac => {
      const slot = bySwitch(name, port)?.slot;
      const at =
        port === '49'
          ? ({ kind: 'uplink', port } as const)
          : slot === undefined
            ? ({ kind: 'unlisted', port } as const)
            : ({ kind: 'slot', port, slot } as const);
      return { mac: address, vlan: vlan === undefined ? undefined : vlanId(vlan), at };
    }),
  };
}

const look = (...heard: Heard[]) => sight(SLOTS, heard, new Set([CONTROLLER]));
const verdicts = (...heard: Heard[]) => look(...heard).map(({ verdict }) => verdict);
const QUIET = heardOn('sw2');

describe('where the boards are', () => {
  it('is their own port, also when uplinks hear everything', () => {
    const sw1 = heardOn('sw1', ['1', mac(1)], ['2', mac(2)], ['3', mac(3)], ['49', mac(4)], ['49', CONTROLLER]);
    const sw2 = heardOn('sw2', ['1', mac(4)], ['49', mac(1)], ['49', mac(2)]);
    expect(verdicts(sw1, sw2)).toEqual(['here', 'here', 'here', 'here']);
    expect(look(sw1, sw2).every(({ strangerCount }) => strangerCount === 0)).toBe(true);
  });

  it('is another port, which is said', () => {
    const [first] = look(heardOn('sw1', ['2', mac(1), 102], ['3', mac(3)]), QUIET);
    expect(first).toMatchObject({ verdict: 'elsewhere', places: [{ switch: 'sw1', port: '2', slot: 2, vlan: 102 }] });
  });

  it('is not known where a MAC is on two ports, its own or not', () => {
    expect(verdicts(heardOn('sw1', ['1', mac(1)], ['2', mac(1)]), QUIET)[0]).toBe('ambiguous');
    expect(verdicts(heardOn('sw1', ['3', mac(1)], ['2', mac(1)]), QUIET)[0]).toBe('ambiguous');
    expect(verdicts(heardOn('sw1', ['1', mac(1)], ['40', mac(1)]), QUIET)[0]).toBe('ambiguous');
    expect(verdicts(heardOn('sw1', ['1', mac(1)]), heardOn('sw2', ['1', mac(1)]))[0]).toBe('ambiguous');
  });

  it('is one place where a board speaks in two VLANs, or is heard through another switch', () => {
    expect(verdicts(heardOn('sw1', ['1', mac(1), 101], ['1', mac(1), 7]), QUIET)[0]).toBe('here');
    expect(verdicts(heardOn('sw1', ['1', mac(1)]), heardOn('sw2', ['40', mac(1)]))[0]).toBe('here');
  });

  it('is told from what was not read, not heard and not expected', () => {
    expect(verdicts(heardOn('sw1'), QUIET)).toEqual(['not-seen', 'not-seen', 'not-seen', 'not-seen']);
    expect(verdicts({ switch: 'sw1', macs: undefined }, QUIET)).toEqual(['unread', 'unread', 'unread', 'not-seen']);
    const blank = SLOTS.map((slot) => ({ ...slot, mac: undefined }));
    expect(sight(blank, [heardOn('sw1', ['1', OTHER]), QUIET], new Set())[0]).toMatchObject({
      verdict: 'nothing-expected',
      strangers: [{ mac: OTHER, isPi: false }],
    });
  });

  it('is a fact on the port of another slot, though its own switch could not be read', () => {
    expect(verdicts({ switch: 'sw1', macs: undefined }, heardOn('sw2', ['1', mac(1)]))[0]).toBe('elsewhere');
    expect(verdicts({ switch: 'sw1', macs: undefined }, heardOn('sw2', ['40', mac(1)]))[0]).toBe('unread');
  });

  it('has every stranger counted, and those that mean something first', () => {
    const made = Array.from({ length: 20 }, (_, n) => ['1', `02:00:00:00:01:${n + 10}` as Mac] as const);
    const [first] = look(heardOn('sw1', ...made, ['1', mac(1)], ['1', mac(2)], ['1', CONTROLLER]), QUIET);
    expect(first).toMatchObject({ verdict: 'here', strangerCount: 22 });
    expect(first?.strangers).toHaveLength(8);
    expect(first?.strangers.slice(0, 2)).toMatchObject([
      { mac: CONTROLLER, isController: true },
      { mac: mac(2), of: [2], isPi: true },
    ]);
  });

  it('is told of both slots that expect one MAC', () => {
    const moved = SLOTS.map((slot) => (slot.slot === 2 ? { ...slot, mac: mac(1) } : slot));
    const sights = sight(moved, [heardOn('sw1', ['2', mac(1)]), QUIET], new Set());
    expect(sights.slice(0, 2)).toMatchObject([
      { verdict: 'elsewhere', sharedWith: [2], places: [{ slot: 2 }] },
      { verdict: 'here', sharedWith: [1], strangerCount: 0 },
    ]);
  });

  it('never names a place where the MAC was not heard, and `here` only for its own port alone', () => {
    const port = fc.constantFrom('1', '2', '3', '40', '49');
    const address = fc.constantFrom(mac(1), mac(2), mac(3), mac(4), OTHER, CONTROLLER);
    const rows = fc.array(fc.tuple(port, address), { maxLength: 12 });
    fc.assert(
      fc.property(rows, rows, (one, two) => {
        const heard = [heardOn('sw1', ...one), heardOn('sw2', ...two)];
        for (const { slot, verdict, places, expected } of look(...heard)) {
          for (const place of places) {
            const rowsThere = place.switch === 'sw1' ? one : two;
            expect(rowsThere).toContainEqual([place.port, expected]);
            expect(place.port).not.toBe('49');
          }
          if (verdict === 'here') expect(places.map((place) => place.slot)).toEqual([slot]);
          if (verdict === 'elsewhere') expect(places.map((place) => place.slot)).not.toContain(slot);
        }
      }),
    );
  });
});

describe('events of where the boards are', () => {
  /** The texts that each reading brings. */
  function told(...readings: readonly (readonly Heard[])[]): string[][] {
    let memory: SightMemory = new Map();
    return readings.map((heard) => {
      const next = sightEvents(memory, look(...heard), SLOTS);
      memory = next.memory;
      return next.events.map(({ kind, text }) => `${kind}: ${text}`);
    });
  }
  const home = [heardOn('sw1', ['1', mac(1)]), QUIET];

  it('say once that a board is on the port of another slot, and once that it is back', () => {
    const away = [heardOn('sw1', ['2', mac(1), 102]), QUIET];
    expect(told(home, away, away, [heardOn('sw1'), QUIET], away, home, home)).toEqual([
      [],
      [
        'board_misplaced: the board of slot 1 (MAC b8:27:eb:00:00:01) is heard on port 2 of sw1 (slot 2) and not on its own port 1 of sw1: it was moved, or two cables are swapped',
      ],
      [],
      [],
      [],
      ['board_placed: the board of slot 1 is heard on its own port 1 of sw1 again, and nowhere else'],
      [],
    ]);
  });

  it('tell a port in the wrong VLAN from a cable in the wrong port', () => {
    const [first] = told([heardOn('sw1', ['2', mac(1), 101]), QUIET]);
    expect(first).toEqual([expect.stringMatching(/: port 2 is in VLAN 101, which is that of slot 1$/)]);
  });

  it('say where a board is that is in no slot, on its own switch only', () => {
    expect(told([heardOn('sw1', ['40', mac(1)]), QUIET])[0]).toEqual([
      expect.stringMatching(/port 40 of sw1 .*belongs to no slot$/),
    ]);
    expect(told([heardOn('sw1'), heardOn('sw2', ['40', mac(1)])])[0]).toEqual([]);
  });

  it('name all places of an ambiguous one, and none as the right one', () => {
    const [first] = told([heardOn('sw1', ['1', mac(1)], ['3', mac(1)]), QUIET]);
    expect(first).toEqual([
      'board_ambiguous: MAC b8:27:eb:00:00:01 of the board of slot 1 is heard on port 1 of sw1 (slot 1) and on port 3 of sw1 (slot 3): two boards with one MAC, a loop, or a board that was moved within the last minutes',
    ]);
  });

  it('say once that a port hears strangers, however many it makes up', () => {
    const strange = (n: number) => [heardOn('sw1', ['1', mac(1)], ['1', `02:00:00:00:02:${n}` as Mac]), QUIET];
    const all = told(strange(10), strange(11), home, strange(12), ...Array(10).fill(home), strange(13));
    expect(all.map((events) => events.length)).toEqual([1, 0, 0, 0, ...Array(10).fill(0), 1]);
    expect(all[0]).toEqual([
      "strange_mac: port 1 of sw1, slot 1, hears 02:00:00:00:02:10 besides its board's b8:27:eb:00:00:01",
    ]);
  });

  it("say that the controller's own MAC comes from a slot", () => {
    const loop = [heardOn('sw1', ['1', mac(1)], ['1', CONTROLLER]), QUIET];
    expect(told(loop, loop, home, loop).map((events) => events.length)).toEqual([1, 0, 0, 1]);
  });
});

describe('the ports of the rack file', () => {
  const rack = {
    slots: [1, 2].map((slot) => ({ slot: slotNumber(slot), port: String(slot), vlan: vlanId(100 + slot) })),
    uplinks: ['gi1/0/4'],
  };
  const known = tables(
    {
      11: { name: 'gi1/0/1' },
      12: { name: 'gi1/0/2' },
      13: { name: 'gi1/0/3' },
      14: { name: 'gi1/0/4' },
      1000: { type: 161, name: 'Po1' },
    },
    {},
    { 14: 1000 },
  );

  it('are found by the port map before any name, and the aggregate of an uplink is one', () => {
    const roles = portRoles(rack, known, { ifIndexOf: (port) => (port === '2' ? 13 : undefined) });
    expect(roles.roleOf(11)).toEqual({ kind: 'slot', port: '1', slot: 1 });
    expect(roles.roleOf(13)).toEqual({ kind: 'slot', port: '2', slot: 2 });
    expect(roles.roleOf(14)).toEqual({ kind: 'uplink', port: 'gi1/0/4' });
    expect(roles.roleOf(1000)).toEqual({ kind: 'uplink', port: 'Po1' });
    expect(roles.roleOf(12)).toEqual({ kind: 'unlisted', port: 'gi1/0/2' });
    expect(roles.ifIndexOf(slotNumber(2))).toBe(13);
  });

  it('are named where the switch does not have them, or has the number twice', () => {
    const stack = tables({ 1: { name: 'gi1/0/1' }, 2: { name: 'gi2/0/1' }, 3: { name: 'gi1/0/2' } });
    expect(portRoles(rack, stack).unknown).toEqual(['1', 'gi1/0/4']);
  });
});

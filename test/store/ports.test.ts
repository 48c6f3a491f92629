import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HISTORY_KEPT, HISTORY_STEP } from '../../src/rack/series.ts';
import { millis, slotNumber } from '../../src/rack/units.ts';
import { openDatabase } from '../../src/store/database.ts';
import { HEALTH_MIGRATIONS } from '../../src/store/health-schema.ts';
import type { PortCounted, PortReadingRow } from '../../src/store/ports.ts';
import { Store } from '../../src/store/store.ts';

let directory: string;
let store: Store;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pirack-ports-'));
  store = new Store(directory);
  store.ports.sync(
    [
      { switch: 'sw1', port: 'gi1', slot: slotNumber(1) },
      { switch: 'sw1', port: 'gi2', slot: slotNumber(2) },
      { switch: 'sw1', port: 'gi49', slot: undefined },
    ],
    T0,
  );
});
afterEach(() => {
  store.close();
  rmSync(directory, { recursive: true });
});

const T0 = millis(1_760_000_100_000 - (1_760_000_100_000 % HISTORY_STEP));
const later = (steps: number) => millis(T0 + steps * HISTORY_STEP);

const COUNTED: PortCounted = {
  elapsed: millis(60_000),
  inOctets: 6_000,
  outOctets: 60_000,
  receiveErrors: 1,
  sendErrors: 0,
  inDiscards: 2,
  outDiscards: 3,
  linkChanges: 1,
  mpsAbsent: 0,
  denied: 4,
  overloads: 5,
};
const UNKNOWN = Object.fromEntries(Object.keys(COUNTED).map((key) => [key, undefined])) as unknown as PortCounted;

function row(port: string, counted?: Partial<PortCounted>, change: Partial<PortReadingRow> = {}): PortReadingRow {
  return {
    switch: 'sw1',
    port,
    link: 'up',
    speed: 1_000,
    duplex: 'full',
    delivering: true,
    watts: 4,
    inBitsPerSecond: 800.5,
    outBitsPerSecond: undefined,
    findings: [],
    counted: counted && { ...COUNTED, ...counted },
    ...change,
  };
}

describe('the newest reading of every port', () => {
  it('is kept, with what is not known as such', () => {
    store.ports.save([row('gi2', {}, { findings: ['is half duplex', 'is slow'], duplex: undefined })], later(0));
    expect(store.ports.newest()).toMatchObject([
      { switch: 'sw1', port: 'gi1', slot: 1, readAt: undefined, link: undefined, findings: [] },
      {
        port: 'gi2',
        slot: 2,
        readAt: later(0),
        link: 'up',
        speed: 1_000,
        duplex: undefined,
        delivering: true,
        watts: 4,
        inBitsPerSecond: 800.5,
        outBitsPerSecond: undefined,
        findings: ['is half duplex', 'is slow'],
      },
      { port: 'gi49', slot: undefined },
    ]);
  });

  it('follows the plan: a port that is gone takes its history with it, one that stays keeps it', () => {
    store.ports.save([row('gi1', {}), row('gi2', {})], later(0));
    store.ports.sync(
      [
        { switch: 'sw1', port: 'gi2', slot: slotNumber(7) },
        { switch: 'sw2', port: 'gi1', slot: slotNumber(8) },
      ],
      later(2),
    );
    expect(store.ports.newest().map(({ switch: name, port, slot }) => [name, port, slot])).toEqual([
      ['sw1', 'gi2', 7],
      ['sw2', 'gi1', 8],
    ]);
    expect(store.ports.history({ switch: 'sw1', port: 'gi2' }, later(0), later(1))).toHaveLength(1);
    expect(store.ports.history({ switch: 'sw1', port: 'gi1' }, later(0), later(1))).toEqual([]);
    expect(store.ports.historyRows).toBe(1);
  });

  it('is of a slot only from when the port is the slot’s', () => {
    const [two, seven] = [slotNumber(2), slotNumber(7)];
    const of = (slot: typeof two) => store.ports.historyOf(slot, later(0), later(9)).map(({ beganAt }) => beganAt);
    store.ports.save([row('gi2', {})], later(0));
    expect([of(two), of(seven)]).toEqual([[later(0)], []]);
    // The controller begins again, with the port as it was, and then with the cables of two slots exchanged.
    store.ports.sync([{ switch: 'sw1', port: 'gi2', slot: two }], later(1));
    expect(of(two)).toEqual([later(0)]);
    store.ports.sync([{ switch: 'sw1', port: 'gi2', slot: seven }], later(2));
    store.ports.save([row('gi2', {})], later(3));
    expect([of(two), of(seven)]).toEqual([[], [later(3)]]);
  });

  it('is there again after a restart, with its history', () => {
    store.ports.save([row('gi1', {})], later(0));
    store.close();
    store = new Store(directory);
    expect(store.ports.newest()[0]).toMatchObject({ port: 'gi1', link: 'up' });
    store.ports.save([row('gi1', {})], later(0));
    expect(store.ports.history({ switch: 'sw1', port: 'gi1' }, later(0), later(1))).toMatchObject([
      { inOctets: 12_000 },
    ]);
  });

  it('of a port that the plan has not is left out', () => {
    store.ports.save([row('gi3', {})], later(0));
    expect(store.ports.historyRows).toBe(0);
  });
});

describe('the history of a port', () => {
  const history = (port = 'gi1') => store.ports.history({ switch: 'sw1', port }, later(0), later(3_000));

  it('adds up what falls into five minutes, and gives rates over what was counted', () => {
    for (let minute = 0; minute < 5; minute += 1)
      store.ports.save([row('gi1', {}, { watts: minute })], millis(T0 + minute * 60_000));
    store.ports.save([row('gi1', {})], later(1));
    expect(history()).toMatchObject([
      {
        beganAt: later(0),
        counted: 300_000,
        inOctets: 30_000,
        outOctets: 300_000,
        inBitsPerSecond: 800,
        receiveErrors: 5,
        inDiscards: 10,
        outDiscards: 15,
        linkChanges: 5,
        mpsAbsent: 0,
        denied: 20,
        overloads: 25,
        watts: 2,
        wattsMost: 4,
      },
      { beganAt: later(1), counted: 60_000, inOctets: 6_000 },
    ]);
  });

  it('knows what it does not know', () => {
    const blank = { ...UNKNOWN, elapsed: millis(60_000) };
    store.ports.save([row('gi1', blank, { watts: undefined })], later(0));
    expect(history()).toMatchObject([
      {
        counted: 60_000,
        inOctets: undefined,
        inBitsPerSecond: undefined,
        receiveErrors: undefined,
        watts: undefined,
        wattsMost: undefined,
      },
    ]);
    // A minute that is known counts for itself alone: the rate is that of the minute.
    store.ports.save([row('gi1', {})], later(0));
    expect(history()).toMatchObject([
      { counted: 120_000, inOctets: 6_000, inBitsPerSecond: 800, receiveErrors: 1, watts: 4 },
    ]);
    store.ports.save([row('gi1', blank, { watts: undefined })], later(0));
    expect(history()).toMatchObject([
      { counted: 180_000, inBitsPerSecond: 800, receiveErrors: 1, watts: 4, wattsMost: 4 },
    ]);
  });

  it('begins with the second reading', () => {
    store.ports.save([row('gi1')], later(0));
    expect(history()).toEqual([]);
  });

  it('holds a week and no more, and nothing from a clock that was wrong', () => {
    const week = HISTORY_KEPT / HISTORY_STEP;
    for (let step = 0; step <= week + 96; step += 16) store.ports.save([row('gi1', {}), row('gi2', {})], later(step));
    expect(store.ports.historyRows).toBe(2 * (week / 16 + 1));
    const rows = history();
    expect(rows.at(-1)?.beganAt).toBe(later(week + 96));
    expect(rows[0]?.beganAt).toBe(later(96));
    // The clock goes back by a day: what was written in its future goes.
    store.ports.save([row('gi1', {})], later(week - 192));
    expect(history().at(-1)?.beganAt).toBe(later(week - 192));
    // It jumps ahead by a year: the week before is gone, and the bound holds.
    store.ports.save([row('gi1', {})], later(week * 52));
    expect(store.ports.historyRows).toBe(1);
  });

  it('is read for the time that was asked for', () => {
    for (let step = 0; step < 10; step += 1) store.ports.save([row('gi1', {})], later(step));
    const rows = store.ports.history({ switch: 'sw1', port: 'gi1' }, millis(later(3) + 1_000), later(6));
    expect(rows.map(({ beganAt }) => beganAt)).toEqual([later(3), later(4), later(5)]);
    const of = (from: number, to: number) =>
      store.ports.history({ switch: 'sw1', port: 'gi1' }, millis(from), millis(to));
    expect(of(later(6), later(6))).toEqual([]);
    expect(of(0, Number.MAX_SAFE_INTEGER)).toHaveLength(10);
    expect(of(later(20), later(30))).toEqual([]);
  });
});

describe('a health database of before', () => {
  it('gets the tables and keeps what it had', () => {
    const path = join(directory, 'old.db');
    const old = openDatabase(path, 'NORMAL', HEALTH_MIGRATIONS.slice(0, 1));
    old.prepare("INSERT INTO health (slot, stage, since, checked_at) VALUES (1, 'up', 0, 0)").run();
    old.close();
    const db = openDatabase(path, 'NORMAL', HEALTH_MIGRATIONS);
    expect(db.prepare('SELECT count(*) FROM health').pluck().get()).toBe(1);
    expect(db.prepare('SELECT count(*) FROM ports').pluck().get()).toBe(0);
    db.close();
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HISTORY_KEPT, HISTORY_STEP } from '../../src/rack/series.ts';
import { bytes, millis, minutes, slotNumber } from '../../src/rack/units.ts';
import { openDatabase } from '../../src/store/database.ts';
import type { HealthLook } from '../../src/store/health-history.ts';
import { HEALTH_MIGRATIONS } from '../../src/store/health-schema.ts';
import { STATE_MIGRATIONS } from '../../src/store/schema.ts';
import { Store } from '../../src/store/store.ts';

let directory: string;
let store: Store;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pirack-health-'));
  store = new Store(directory);
});
afterEach(() => {
  store.close();
  rmSync(directory, { recursive: true });
});

const [one, two] = [slotNumber(1), slotNumber(2)];
const T0 = millis(1_764_072_000_000);
const later = (steps: number) => millis(T0 + steps * HISTORY_STEP);
const NOTHING = { load: undefined, celsius: undefined, memoryAvailable: undefined, throttled: undefined };

function look(at: number, change: Partial<HealthLook> = {}): HealthLook {
  return {
    slot: one,
    at: millis(at),
    powerKnown: minutes(1),
    powered: minutes(1),
    asked: minutes(1),
    answered: millis(30_000),
    condition: 'up',
    diskUsed: bytes(1e9),
    report: { load: 0.5, celsius: 50, memoryAvailable: bytes(512 * 1_024), throttled: 1 },
    ...change,
  };
}

const ofOne = () => store.healthHistory.ofSlot(one, T0, later(3_000));

describe('the history of a slot', () => {
  it('adds up what began in five minutes', () => {
    const { healthHistory } = store;
    healthHistory.add(look(T0));
    const other = { load: 1.25, celsius: 61.5, memoryAvailable: bytes(2_048 * 1_024), throttled: 0x50000 };
    healthHistory.add(look(T0 + 60_000, { report: other, condition: 'unreachable', diskUsed: bytes(2e9) }));
    healthHistory.add(look(later(1) - 1, { report: undefined, condition: undefined, diskUsed: undefined }));
    healthHistory.add(look(later(1), { slot: two }));
    expect(ofOne()).toEqual([
      {
        beganAt: T0,
        powerKnown: minutes(3),
        powered: minutes(3),
        asked: minutes(3),
        answered: millis(90_000),
        condition: 'unreachable',
        diskUsed: 2e9,
        load: { count: 2, sum: 1.75, most: 1.25 },
        celsius: { count: 2, sum: 111.5, most: 61.5 },
        memoryLeast: 512 * 1_024,
        throttled: 0x50001,
      },
    ]);
  });

  it('knows what it does not know', () => {
    const none = millis(0);
    const blank = { powerKnown: none, powered: none, asked: none, answered: none, condition: undefined };
    store.healthHistory.add(look(T0, { ...blank, diskUsed: undefined, report: NOTHING }));
    expect(ofOne()).toEqual([
      {
        ...{ beganAt: T0, ...blank, diskUsed: undefined },
        ...{ load: undefined, celsius: undefined, memoryLeast: undefined, throttled: undefined },
      },
    ]);
    store.healthHistory.add(look(T0));
    expect(ofOne()).toMatchObject([{ powerKnown: minutes(1), load: { count: 1, most: 0.5 }, throttled: 1 }]);
  });

  it('is a week and no more, nothing from a clock that was wrong, and of no slot that is gone', () => {
    const { healthHistory } = store;
    const week = HISTORY_KEPT / HISTORY_STEP;
    for (let step = 0; step <= week + 96; step += 16) {
      for (const slot of [one, two]) healthHistory.add(look(later(step), { slot }));
      healthHistory.prune(later(step));
    }
    expect(healthHistory.rows).toBe(2 * (week / 16 + 1));
    expect(ofOne()[0]?.beganAt).toBe(later(96));
    healthHistory.prune(later(week));
    expect(ofOne().at(-1)?.beganAt).toBe(later(week));
    healthHistory.keep([two]);
    expect(ofOne()).toEqual([]);
    expect(healthHistory.ofSlot(two, T0, later(3_000))).toHaveLength(week / 16 - 5);
  });

  it('is read for the time that was asked for', () => {
    for (let step = 0; step < 10; step += 1) store.healthHistory.add(look(later(step)));
    const of = (from: number, to: number) =>
      store.healthHistory.ofSlot(one, millis(from), millis(to)).map(({ beganAt }) => beganAt);
    expect(of(later(3) + 1_000, later(6))).toEqual([later(3), later(4), later(5)]);
    expect(of(0, Number.MAX_SAFE_INTEGER)).toHaveLength(10);
    expect(of(later(6), later(6))).toEqual([]);
  });

  it('is written in commits of its own database, and what waits is written at an orderly end', async () => {
    await store.healthCommit.write(() => store.healthHistory.add(look(T0)));
    expect([store.commit.commits, store.healthCommit.commits]).toEqual([0, 1]);
    void store.healthCommit.write(() => store.healthHistory.add(look(later(1))));
    store.close();
    store = new Store(directory);
    expect(ofOne()).toHaveLength(2);
  });
});

describe('databases of before', () => {
  it('get the history, and ports keep theirs', () => {
    const path = join(directory, 'old-health.db');
    const old = openDatabase(path, 'NORMAL', HEALTH_MIGRATIONS.slice(0, 2));
    old.prepare("INSERT INTO ports (switch, port, slot) VALUES ('sw1', 'gi1', 1)").run();
    old.close();
    const db = openDatabase(path, 'NORMAL', HEALTH_MIGRATIONS);
    expect(db.prepare('SELECT slot, slot_since FROM ports').get()).toEqual({ slot: 1, slot_since: 0 });
    expect(db.prepare('SELECT count(*) FROM health_history').pluck().get()).toBe(0);
    db.close();
  });

  it('say since when a server has its slot: since it was made, or since its last move', () => {
    const path = join(directory, 'old-state.db');
    const before = STATE_MIGRATIONS.findIndex((each) => each.includes('slot_since'));
    const old = openDatabase(path, 'FULL', STATE_MIGRATIONS.slice(0, before));
    old.exec(`
      INSERT INTO tenants VALUES ('acme', NULL, NULL, 0);
      INSERT INTO audit (at, who, tenant, action, target, before, after) VALUES
        (50, 'k', 'acme', 'server.move', 'old-name', '', ''), (200, 'k', 'acme', 'server.move', 'moved', '', ''),
        (300, 'k', 'acme', 'server.move', 'moved', '', ''), (400, 'k', 'acme', 'server.change', 'moved', '', '');`);
    const insert = old.prepare(`
      INSERT INTO servers (name, slot, tenant, spec, disk, image, keys, tags, protect_delete, protect_rebuild, created_at, task)
      VALUES (?, ?, 'acme', '{}', 10, 'debian', '', '{}', 0, 0, ?, 1)`);
    insert.run('never-moved', 1, 100);
    insert.run('moved', 2, 100);
    // Made anew after the other of that name was moved.
    insert.run('old-name', 3, 100);
    old.close();
    const db = openDatabase(path, 'FULL', STATE_MIGRATIONS);
    expect(db.prepare('SELECT name, slot_since FROM servers ORDER BY name').raw().all()).toEqual([
      ['moved', 300],
      ['never-moved', 100],
      ['old-name', 100],
    ]);
    db.close();
  });
});

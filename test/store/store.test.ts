import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addLoad } from '../../src/rack/load.ts';
import { resume } from '../../src/rack/timeline.ts';
import { millis, slotNumber } from '../../src/rack/units.ts';
import { openDatabase, StoreError } from '../../src/store/database.ts';
import { STATE_MIGRATIONS } from '../../src/store/schema.ts';
import { Store } from '../../src/store/store.ts';
import type { Ipv4, Mac } from '../../src/wire/address.ts';
import { makePlan } from '../support/plan.ts';

let directory: string;
let store: Store;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pirack-store-'));
  store = new Store(directory);
  store.slots.sync(makePlan(4).slots, millis(1));
});
afterEach(() => {
  store.close();
  rmSync(directory, { recursive: true });
});

describe('the databases', () => {
  it('are WAL, state FULL', () => {
    const db = openDatabase(join(directory, 'again.db'), 'FULL', STATE_MIGRATIONS);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.pragma('synchronous', { simple: true })).toBe(2);
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
    db.close();
    expect(store.integrity()).toBe('ok');
  });

  it('migrate from any version, and refuse a newer one by name', () => {
    const path = join(directory, 'm.db');
    openDatabase(path, 'FULL', ['CREATE TABLE a (x)']).close();
    openDatabase(path, 'FULL', ['CREATE TABLE a (x)', 'ALTER TABLE a ADD COLUMN y']).close();
    const db = new Database(path);
    expect(db.prepare('SELECT name FROM pragma_table_info(?)').pluck().all('a')).toEqual(['x', 'y']);
    db.close();
    expect(() => openDatabase(path, 'FULL', ['CREATE TABLE a (x)'])).toThrow(
      /schema version 2, this pirack knows up to 1/,
    );
  });

  it('leave the schema as it was when a migration fails', () => {
    const path = join(directory, 'f.db');
    expect(() => openDatabase(path, 'FULL', ['CREATE TABLE a (x); CREATE TABLE a (x)'])).toThrow(StoreError);
    const db = new Database(path);
    expect(db.pragma('user_version', { simple: true })).toBe(0);
    expect(db.prepare('SELECT count(*) FROM sqlite_master').pluck().get()).toBe(0);
    db.close();
  });

  it('say which file is no database', () => {
    const path = join(directory, 'text.db');
    writeFileSync(path, 'not a database, '.repeat(100));
    expect(() => openDatabase(path, 'FULL', STATE_MIGRATIONS)).toThrow(/cannot open the database .*text\.db/);
  });
});

describe('group commit', () => {
  const lease = (slot: number) => ({
    slot: slotNumber(slot),
    address: '10.20.0.2' as Ipv4,
    mac: 'b8:27:eb:00:00:01' as Mac,
    client: 'rom',
    givenAt: millis(1),
    expiresAt: millis(2),
  });

  it('puts the writes of one turn into one commit', async () => {
    await Promise.all([1, 2, 3, 4].map((slot) => store.commit.write(() => store.leases.save(lease(slot)))));
    expect(store.commit).toMatchObject({ commits: 1, writes: 4 });
    expect(store.leases.get(slotNumber(3))).toEqual(lease(3));
  });

  it('rejects the one bad write and keeps its neighbours', async () => {
    const results = await Promise.allSettled(
      [1, 99, 2].map((slot) => store.commit.write(() => store.leases.save(lease(slot)))),
    );
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(store.leases.get(slotNumber(2))).toBeDefined();
  });

  it('is durable when it has resolved: another connection sees it', async () => {
    await store.commit.write(() => store.leases.save(lease(1)));
    const other = new Database(join(directory, 'state.db'), { readonly: true });
    expect(other.prepare('SELECT count(*) FROM leases').pluck().get()).toBe(1);
    other.close();
  });
});

describe('the tables', () => {
  it('keep slots of the plan, drop the others with their history, and do not forget power', () => {
    store.power.save(
      { slot: slotNumber(2), wanted: 'off', cycling: true, attempts: 2, quarantine: { cause: 'c', at: millis(5) } },
      millis(6),
    );
    store.slots.saveBoard(
      slotNumber(4),
      { mac: 'b8:27:eb:00:00:04' as Mac, serial: undefined, revision: undefined, model: '3B' },
      millis(7),
    );
    store.slots.sync(makePlan(3).slots, millis(8));
    expect(store.power.all().map((row) => row.slot)).toEqual([1, 2, 3]);
    expect(store.power.all()[1]).toEqual({
      slot: 2,
      wanted: 'off',
      cycling: true,
      attempts: 2,
      quarantine: { cause: 'c', at: 5 },
    });
    expect(store.slots.boards().size).toBe(0);
  });

  it('keep a boot with its steps in order, and sum boots up', () => {
    const step = (milestone: 'power_on' | 'discover' | 'ssh_up', at: number) => ({
      milestone,
      at: millis(at),
      detail: '',
    });
    const boot = resume(millis(10), [step('power_on', 10)], []);
    const id = store.boots.begin(slotNumber(1), boot);
    store.boots.addStep(id, step('ssh_up', 40));
    store.boots.addStep(id, step('discover', 15));
    store.boots.end(id, 'up', undefined, millis(40), { model: '3B', image: 'debian' });
    const stuck = store.boots.begin(slotNumber(2), boot);
    store.boots.end(stuck, 'stuck', 'no DISCOVER', millis(70), { model: undefined, image: undefined });
    expect(store.boots.ofSlot(slotNumber(1), 5)[0]?.steps.map((each) => each.milestone)).toEqual([
      'power_on',
      'discover',
      'ssh_up',
    ]);
    expect(store.boots.newest().get(slotNumber(2))).toMatchObject({ outcome: 'stuck', cause: 'no DISCOVER' });
    expect(store.boots.summary(millis(0))).toEqual({ begun: 2, stuck: 1, upAfter: [30] });
  });

  it('keep what was sent in each stage, and what a boot was first told to be', () => {
    const id = store.boots.begin(slotNumber(1), resume(millis(10), [], []));
    const loads = addLoad(addLoad([], 'first_request', { requests: 9, missing: 3 }), 'firmware_sent', { bytes: 5 });
    store.boots.saveLoads(id, loads);
    store.boots.end(id, 'up', undefined, millis(40), { model: undefined, image: 'debian' });
    const more = addLoad(loads, 'firmware_sent', { files: 2, bytes: 7_000_000_000, ms: 60, retransmits: 1 });
    store.boots.saveLoads(id, more);
    store.boots.end(id, 'powered off', undefined, millis(50), { model: '3B', image: 'ubuntu' });
    expect(store.boots.ofSlot(slotNumber(1), 1)).toMatchObject([{ loads: more, model: '3B', image: 'debian' }]);
  });

  it('find the boots of each slot that came up, whatever became of them', () => {
    const ssh = (at: number) => ({ milestone: 'ssh_up' as const, at: millis(at), detail: '' });
    for (let n = 1; n <= 9; n++)
      store.boots.begin(slotNumber(1), resume(millis(n), n % 2 === 0 ? [ssh(n + 1)] : [], []));
    store.boots.begin(slotNumber(2), resume(millis(3), [ssh(4)], []));
    const found = store.boots.cameUp(3).map(({ slot, startedAt }) => `${slot}: ${startedAt}`);
    expect(found).toEqual(['1: 4', '1: 6', '1: 8', '2: 3']);
  });

  it('keep a bounded number of boots and events', () => {
    for (let n = 0; n < 120; n++) {
      store.boots.begin(slotNumber(1), resume(millis(n), [], []));
    }
    expect(store.boots.ofSlot(slotNumber(1), 1000)).toHaveLength(50);
    store.events.add({ at: millis(1), kind: 'k', text: 'x'.repeat(10_000) });
    expect(store.events.after(0, 10)[0]?.text).toHaveLength(500);
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServerName } from '../../src/rack/tenancy/server-name.ts';
import { millis, slotNumber } from '../../src/rack/units.ts';
import { KEPT_EVENTS } from '../../src/store/events.ts';
import { STATE_MIGRATIONS } from '../../src/store/schema.ts';
import { Store } from '../../src/store/store.ts';

let directory: string;
let store: Store;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pirack-events-'));
  store = new Store(directory);
});
afterEach(() => {
  store.close();
  rmSync(directory, { recursive: true });
});

const [one, two] = [slotNumber(1), slotNumber(2)];
const add = (slot: typeof one | undefined, kind = 'boot.up', tenant?: string) =>
  store.events.add({ at: millis(1), slot, kind, text: kind, data: { seconds: 1.5, why: null }, tenant });

function give(slot: typeof one, tenant: string, name: string): void {
  store.tenants.save({ name: tenant, quota: undefined, disabledAt: undefined, createdAt: millis(0) });
  store.servers.save({
    name: name as ServerName,
    slot,
    tenant,
    spec: { model: 4, modelFull: '4B', memory: 4096, cpuSpeed: 1500, nicSpeed: 1000 },
    disk: 10,
    image: 'debian',
    keys: '',
    userData: undefined,
    tags: {},
    protection: { delete: false, rebuild: false },
    createdAt: millis(0),
    slotSince: millis(0),
    task: 1,
    liveAt: undefined,
    failure: undefined,
  });
}

describe('events', () => {
  it('belong to who has the slot as they are recorded, whoever has it later', () => {
    give(one, 'acme', 'web-1');
    add(one);
    store.servers.remove('web-1' as ServerName);
    add(one);
    give(one, 'other', 'web-1');
    add(one);
    add(undefined, 'webhook.disabled', 'acme');
    const whose = store.events.after(0, 10).map(({ tenant, server }) => [tenant, server]);
    expect(whose).toEqual([
      ['acme', 'web-1'],
      [null, null],
      ['other', 'web-1'],
      ['acme', null],
    ]);
    expect(store.events.after(0, 10, { tenant: 'acme' }).map(({ id }) => id)).toEqual([1, 4]);
    expect(store.events.after(1, 10, { server: 'web-1' }).map(({ id }) => id)).toEqual([3]);
    expect(store.events.newest(2).map(({ id }) => id)).toEqual([3, 4]);
    expect(store.events.after(0, 1)[0]?.data).toEqual({ seconds: 1.5, why: null });
  });

  it('of a slot that causes many sweep away their own, and it is known whose were swept', async () => {
    give(one, 'acme', 'web-1');
    give(two, 'other', 'db-1');
    add(two);
    // In one commit, for speed.
    await store.commit.write(() => {
      for (let n = 0; n < KEPT_EVENTS + 250; n++) add(one);
    });
    const kept = store.events.after(0, 5_000, { slot: one });
    expect(kept.length).toBeGreaterThanOrEqual(KEPT_EVENTS);
    expect(kept.length).toBeLessThan(KEPT_EVENTS + 100);
    const { swept, newest } = store.events.page(0, 1, { tenant: 'acme' });
    expect([swept, newest]).toEqual([(kept[0]?.id as number) - 1, KEPT_EVENTS + 251]);
    expect(store.events.page(0, 10, { tenant: 'other' })).toMatchObject({ swept: 0, events: [{ id: 1 }] });
    expect(store.events.page(0, 1).swept).toBe(swept);
  });

  it('show staff what is theirs, and the last of some kinds of each slot', () => {
    for (const kind of ['stuck', 'power.on', 'boot.up', 'power.off']) add(one, kind);
    add(two, 'power.on');
    expect(store.events.ofSlot(one, 10).map(({ kind }) => kind)).toEqual(['stuck']);
    expect([...store.events.lastOf(['power.on', 'power.off'])]).toEqual([
      [one, 'power.off'],
      [two, 'power.on'],
    ]);
  });

  it('of an older pirack keep their numbers, and no number is given twice', () => {
    store.close();
    rmSync(directory, { recursive: true });
    const before = STATE_MIGRATIONS.findIndex((migration) => migration.includes('events_kept'));
    directory = mkdtempSync(join(tmpdir(), 'pirack-events-'));
    const old = new Database(join(directory, 'state.db'));
    for (const migration of STATE_MIGRATIONS.slice(0, before)) old.exec(migration);
    old.pragma(`user_version = ${before}`);
    old.exec(`INSERT INTO events (id, at, slot, kind, text) VALUES (41, 1, 3, 'stuck', 'it stands still')`);
    old.close();
    store = new Store(directory);
    expect(store.events.after(0, 10)).toEqual([
      { id: 41, at: 1, slot: 3, kind: 'stuck', text: 'it stands still', data: {}, tenant: null, server: null },
    ]);
    expect(add(one).id).toBe(42);
  });
});

describe('what is to be done after a commit', () => {
  it('is done when it is on disk, in order, and not for a write that failed', async () => {
    const { commit } = store;
    const done: string[] = [];
    const write = (name: string, fails = false) =>
      commit.write(() => {
        commit.afterwards(() => done.push(name));
        if (fails) throw new Error(name);
      });
    const all = [write('a'), write('b', true).catch(() => done.push('b failed')), write('c')];
    await Promise.all(all);
    expect(done).toEqual(['a', 'c', 'b failed']);
  });
});

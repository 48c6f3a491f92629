import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Db, openDatabase } from '../../src/store/database.ts';
import { GroupCommit } from '../../src/store/group-commit.ts';
import { RowBatch } from '../../src/store/row-batch.ts';

let directory: string;
let db: Db;
let commit: GroupCommit;
let rows: RowBatch<number>;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pirack-row-batch-'));
  db = openDatabase(join(directory, 'db'), 'FULL', ['CREATE TABLE t (n INTEGER PRIMARY KEY) STRICT']);
  commit = new GroupCommit(db);
  rows = new RowBatch<number>(commit, (n) => void db.prepare('INSERT INTO t VALUES (?)').run(n));
});
afterEach(() => {
  db.close();
  rmSync(directory, { recursive: true });
});

const stored = () => db.prepare('SELECT n FROM t ORDER BY n').pluck().all();

it('rows recorded one by one are one write of one commit', async () => {
  for (const n of [1, 2, 3]) rows.record(n);
  await rows.committed();
  expect(stored()).toEqual([1, 2, 3]);
  expect(commit).toMatchObject({ commits: 1, writes: 1 });
});

it('without anything new it waits for what is on its way', async () => {
  rows.record(1);
  void rows.committed();
  await rows.committed();
  expect(stored()).toEqual([1]);
});

it('rows that cannot be stored reject, and cost no other batch its own', async () => {
  rows.record(1);
  rows.record(1);
  const first = rows.committed();
  rows.record(2);
  const second = rows.committed();
  await expect(first).rejects.toThrow(/UNIQUE/);
  await second;
  expect(stored()).toEqual([2]);
});

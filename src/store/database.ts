import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';

export type Db = Database.Database;

/** One step of a schema; its place in the list is the version that it makes (`PRAGMA user_version`). */
export type Migration = string;

export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/**
 * Opens a database and brings it to the newest schema, one transaction a migration.
 *
 * @param synchronous FULL: a commit survives a power cut; NORMAL: the last commits may be lost, the file stays whole.
 * @throws StoreError when the file is newer than this program, or is no database.
 */
export function openDatabase(path: string, synchronous: 'FULL' | 'NORMAL', migrations: readonly Migration[]): Db {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
  let db: Db | undefined;
  try {
    db = new Database(path);
    db.pragma('journal_mode = WAL');
    db.pragma(`synchronous = ${synchronous}`);
    db.pragma('foreign_keys = ON');
    db.pragma('busy_timeout = 5000');
    migrate(db, path, migrations);
    return db;
  } catch (cause) {
    db?.close();
    if (cause instanceof StoreError) throw cause;
    throw new StoreError(`cannot open the database ${path}: ${(cause as Error).message}`, { cause });
  }
}

function migrate(db: Db, path: string, migrations: readonly Migration[]): void {
  const version = db.pragma('user_version', { simple: true }) as number;
  if (version > migrations.length) {
    throw new StoreError(
      `${path} has schema version ${version}, this pirack knows up to ${migrations.length}: expected the pirack that wrote it, or a newer one`,
    );
  }
  for (let next = version; next < migrations.length; next++) {
    db.transaction(() => {
      db.exec(migrations[next] as string);
      db.pragma(`user_version = ${next + 1}`);
    })();
  }
}

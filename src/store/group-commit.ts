import type { Db } from './database.ts';

interface Pending {
  readonly write: () => void;
  readonly resolve: () => void;
  readonly reject: (cause: unknown) => void;
}

/**
 * Collects the writes of one turn of the event loop into one commit, and tells each writer when its own is durable.
 * A synchronous=FULL commit costs the same for 1 row as for 100, so 108 leases at once cost one fsync.
 */
export class GroupCommit {
  readonly #all: (group: readonly Pending[], failed: Map<Pending, unknown>) => void;
  #pending: Pending[] = [];
  #afterwards: (() => void)[] = [];
  #scheduled = false;
  /** Commits made and writes in them, for metrics and tests. */
  commits = 0;
  writes = 0;

  constructor(db: Db) {
    // A nested transaction is a savepoint: one bad write does not undo its neighbours'.
    const one = db.transaction((write: () => void) => write());
    this.#all = db.transaction((group: readonly Pending[], failed: Map<Pending, unknown>) => {
      for (const pending of group) {
        const before = this.#afterwards.length;
        try {
          one(pending.write);
        } catch (cause) {
          this.#afterwards.length = before;
          failed.set(pending, cause);
        }
      }
    });
  }

  /** Runs `write` inside the next commit; resolves when that commit is on disk, rejects when the write or it failed. */
  write(write: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ write, resolve, reject });
      if (this.#scheduled) return;
      this.#scheduled = true;
      setImmediate(() => this.flush());
    });
  }

  /** Called within a write: `run` is called when the commit is on disk, before whoever waits for it; or never, if it fails. */
  afterwards(run: () => void): void {
    this.#afterwards.push(run);
  }

  /** Commits what is pending now, for an orderly end. */
  flush(): void {
    this.#scheduled = false;
    const group = this.#pending;
    if (group.length === 0) return;
    this.#pending = [];
    const failed = new Map<Pending, unknown>();
    try {
      this.#all(group, failed);
      this.commits++;
      this.writes += group.length - failed.size;
    } catch (cause) {
      this.#afterwards = [];
      for (const pending of group) failed.set(pending, cause);
    }
    const afterwards = this.#afterwards;
    this.#afterwards = [];
    for (const run of afterwards) run();
    for (const pending of group) {
      if (failed.has(pending)) pending.reject(failed.get(pending));
      else pending.resolve();
    }
  }
}

import type { GroupCommit } from './group-commit.ts';

/** Rows that are recorded one by one and go into one write, however many they are: the leases of a batch of messages. */
export class RowBatch<Row> {
  readonly #commit: GroupCommit;
  readonly #save: (row: Row) => void;
  #rows: Row[] = [];
  #last: Promise<void> = Promise.resolve();

  constructor(commit: GroupCommit, save: (row: Row) => void) {
    this.#commit = commit;
    this.#save = save;
  }

  record(row: Row): void {
    this.#rows.push(row);
  }

  /**
   * Resolves when every row recorded so far is on disk. Rejects when one of them could not be put there: then none of the
   * rows since the last call is.
   */
  committed(): Promise<void> {
    const rows = this.#rows;
    if (rows.length === 0) return this.#last;
    this.#rows = [];
    this.#last = this.#commit.write(() => {
      for (const row of rows) this.#save(row);
    });
    return this.#last;
  }
}

/**
 * Work that holds the event loop for some milliseconds, one piece a turn of it: however many ask at once, what boards wait
 * for is answered in between.
 */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  run<Result>(work: () => Result): Promise<Result> {
    const result = this.#last.then(() => new Promise<void>((resolve) => setImmediate(resolve))).then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

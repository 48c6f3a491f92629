/** Boards that ask for an address over and over, each of them one exchange after the other. */
import { BenchFailed } from '../bench.ts';

const PATIENCE = 1000;
const LOOK_EVERY = 100;

export interface Totals {
  /** Complete ones: what was asked for was given, and acknowledged. */
  readonly exchanges: number;
  /** Begun anew because no answer came within a second. */
  readonly lost: number;
}

/** One protocol's messages: how a board begins, and how they are sent. */
export interface Protocol {
  /** Queues the first message of a board's next exchange. */
  begin(board: number): void;
  flush(): void;
  close(): void;
}

export class DhcpLoad {
  readonly #begunAt: Float64Array;
  #protocol: Protocol | undefined;
  #timer: NodeJS.Timeout | undefined;
  #exchanges = 0;
  #lost = 0;
  #wrong: string | undefined;

  constructor(boards: number) {
    this.#begunAt = new Float64Array(boards);
  }

  start(protocol: Protocol): void {
    this.#protocol = protocol;
    for (let board = 0; board < this.#begunAt.length; board++) this.#next(board);
    protocol.flush();
    this.#timer = setInterval(() => this.#again(), LOOK_EVERY);
  }

  /** The board has what it asked for; its next exchange leaves with the next flush. */
  done(board: number): void {
    this.#exchanges++;
    this.#next(board);
  }

  /** An answer was not what this board must be given. */
  wrong(board: number, what: string): void {
    this.#wrong ??= `board ${board + 1} was given ${what}`;
  }

  totals(): Totals {
    return { exchanges: this.#exchanges, lost: this.#lost };
  }

  /** Throws a BenchFailed where an answer was wrong. */
  stop(): void {
    clearInterval(this.#timer);
    this.#protocol?.close();
    this.#protocol = undefined;
    if (this.#wrong !== undefined) throw new BenchFailed(this.#wrong);
  }

  #next(board: number): void {
    this.#begunAt[board] = performance.now();
    this.#protocol?.begin(board);
  }

  #again(): void {
    const late = performance.now() - PATIENCE;
    for (const [board, at] of this.#begunAt.entries()) {
      if (at > late) continue;
      this.#lost++;
      this.#next(board);
    }
    this.#protocol?.flush();
  }
}

/** Reads what boards write about themselves into their roots. */
import { join } from 'node:path';
import { type BoardReport, MOST_REPORT, REPORT_FILE, readReport } from '../../health/board-report.ts';
import type { SlotNumber } from '../../rack/units.ts';
import { UnsafePath } from '../../roots/errors.ts';
import { SafeRoot } from '../../roots/safe-path.ts';

/** The root of a slot's board, by its place: a number is used once, so that a place never means another root. */
export interface RootPlace {
  readonly slot: SlotNumber;
  readonly place: string;
}

/** Files read at a time: a rack in a few hundredths of a second, and never a burst. */
const AT_ONCE = 4;

/**
 * A report counts once: one that reads as it did at the last look was written before it. Whether the board's clock is right
 * does not matter for that, and a board that hangs or is dark is not told of as if it went on.
 */
export class BoardReports {
  readonly #rootOf: (place: string) => string;
  #last = new Map<string, string>();

  constructor(rootOf: (place: string) => string) {
    this.#rootOf = rootOf;
  }

  /** What is new since the last look; nothing at the first one of a root. Never throws. */
  async look(roots: readonly RootPlace[]): Promise<ReadonlyMap<SlotNumber, BoardReport>> {
    const before = this.#last;
    const seen = new Map<string, string>();
    const reports = new Map<SlotNumber, BoardReport>();
    const waiting = [...roots];
    const work = async () => {
      for (let root = waiting.shift(); root !== undefined; root = waiting.shift()) {
        const { slot, place } = root;
        const text = await this.#text(place);
        if (text === undefined) continue;
        seen.set(place, text);
        const earlier = before.get(place);
        if (earlier !== undefined && earlier !== text) reports.set(slot, readReport(text));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    this.#last = seen;
    return reports;
  }

  /** A tenant who puts a trap there, or takes the file away, has no report. */
  async #text(place: string): Promise<string | undefined> {
    let root: SafeRoot | undefined;
    try {
      root = await SafeRoot.open(this.#rootOf(place));
      return await root.readFile(REPORT_FILE, MOST_REPORT);
    } catch (cause) {
      if (cause instanceof UnsafePath || (cause instanceof Error && 'code' in cause)) return undefined;
      throw cause;
    } finally {
      await root?.close();
    }
  }
}

export const rootsIn = (directory: string) => (place: string) => join(directory, place, 'root');

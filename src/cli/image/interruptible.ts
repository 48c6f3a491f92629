/** What takes long: it tells how it gets on, and Ctrl-C ends it with nothing left behind. */
import { performance } from 'node:perf_hooks';
import { CliError, EXIT } from '../exit.ts';
import { progressTeller, type Told } from './progress.ts';

export interface LongWork {
  readonly now: () => Date;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  readonly onProgress: (step: Told) => void;
}

/**
 * @param json with it, progress is for terminals alone
 * @throws CliError when it was interrupted
 */
export async function interruptible<Result>(
  json: boolean | undefined,
  work: (tools: LongWork) => Promise<Result>,
): Promise<Result> {
  const { isTTY = false } = process.stderr;
  const progress = progressTeller({
    write: (text) => process.stderr.write(text),
    isTerminal: isTTY,
    now: () => performance.now(),
  });
  const ends = new AbortController();
  const interrupted = () => ends.abort();
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    return await work({
      now: () => new Date(),
      signal: ends.signal,
      onProgress: (step) => {
        if (!json || isTTY) progress.tell(step);
      },
    });
  } catch (cause) {
    if (ends.signal.aborted) throw new CliError(EXIT.failed, 'interrupted; nothing was left behind', { cause });
    throw cause;
  } finally {
    progress.end();
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  }
}

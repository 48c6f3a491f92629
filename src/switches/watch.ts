/**
 * Waits for ports to reach a state. Everything that waits on one switch shares one poll loop, so that thirty power
 * cycles at a time ask as often as one.
 */
import type { Clock, Timer } from '../rack/clock.ts';
import type { Millis } from '../rack/units.ts';
import { millis } from '../rack/units.ts';
import { PowerTimeout, SwitchClosed, SwitchError } from './errors.ts';
import type { PortSeen } from './power-state.ts';
import { describeSeen, pollPause } from './power-state.ts';

export interface Watch<Row extends string> {
  readonly port: string;
  readonly row: Row;
  /** What is awaited, in words: "power off". */
  readonly expected: string;
  readonly timeout: Millis;
  /** Looks at each reading; an error ends the wait with it. */
  readonly judge: (seen: PortSeen, waited: Millis) => 'reached' | 'waiting' | SwitchError;
}

export type WatchResult =
  | { readonly ok: true; readonly seen: PortSeen; readonly waited: Millis }
  | { readonly ok: false; readonly seen: PortSeen | undefined; readonly waited: Millis; readonly error: SwitchError };

export interface Watcher<Row extends string> {
  until(watch: Watch<Row>): Promise<WatchResult>;
}

interface Entry<Row extends string> {
  readonly watch: Watch<Row>;
  readonly startedAt: Millis;
  readonly end: (result: WatchResult) => void;
  due: Millis;
  seen: PortSeen | undefined;
  failure: unknown;
}

/** Those that fall due this soon are looked at together. */
const TOGETHER = 10;

/** `look` reads the rows once; when it fails the watches go on until their time is over and name the failure as cause. */
export function createWatcher<Row extends string>(
  clock: Clock,
  look: (rows: readonly Row[]) => Promise<ReadonlyMap<Row, PortSeen>>,
): Watcher<Row> {
  const entries = new Set<Entry<Row>>();
  let timer: Timer | undefined;
  let looking = false;

  const schedule = () => {
    timer?.cancel();
    timer = undefined;
    if (looking || entries.size === 0) return;
    const due = Math.min(...[...entries].map((entry) => entry.due));
    timer = clock.after(millis(Math.max(0, due - clock.monotonic())), () => void round());
  };

  const round = async () => {
    looking = true;
    const startedAt = clock.monotonic();
    const due = [...entries].filter((entry) => entry.due <= startedAt + TOGETHER);
    const reading = await look([...new Set(due.map((entry) => entry.watch.row))]).then(
      (seen) => ({ seen, failure: undefined }),
      (failure: unknown) => ({ seen: new Map<Row, PortSeen>(), failure }),
    );
    const now = clock.monotonic();
    for (const entry of due) {
      entry.failure = reading.failure;
      entry.seen = reading.seen.get(entry.watch.row) ?? entry.seen;
      const waited = millis(now - entry.startedAt);
      const result = conclude(entry, reading.seen.get(entry.watch.row), waited);
      if (result) {
        entries.delete(entry);
        entry.end(result);
      } else {
        entry.due = millis(now + pollPause(waited, millis(now - startedAt)));
      }
    }
    looking = false;
    schedule();
  };

  return {
    until: (watch) =>
      new Promise((end) => {
        const now = clock.monotonic();
        entries.add({ watch, startedAt: now, end, due: now, seen: undefined, failure: undefined });
        schedule();
      }),
  };
}

function conclude<Row extends string>(
  entry: Entry<Row>,
  seen: PortSeen | undefined,
  exact: Millis,
): WatchResult | undefined {
  const waited = millis(Math.round(exact));
  const verdict = seen ? entry.watch.judge(seen, waited) : 'waiting';
  if (verdict instanceof SwitchError) return { ok: false, seen: entry.seen, waited, error: verdict };
  if (verdict === 'reached') return { ok: true, seen: seen!, waited };
  if (entry.failure instanceof SwitchClosed) return { ok: false, seen: entry.seen, waited, error: entry.failure };
  if (waited < entry.watch.timeout) return undefined;
  const last = entry.seen ? describeSeen(entry.seen) : 'nothing';
  const cause = entry.failure === undefined ? undefined : { cause: entry.failure };
  const error = new PowerTimeout(entry.watch.port, entry.watch.expected, waited, last, cause);
  return { ok: false, seen: entry.seen, waited, error };
}

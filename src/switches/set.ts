/** Writing to ports and reading back that it is so, whatever the switch is spoken to with. */
import type { Clock } from '../rack/clock.ts';
import { sleep } from '../rack/clock.ts';
import type { Millis } from '../rack/units.ts';
import { millis } from '../rack/units.ts';
import type { SwitchError } from './errors.ts';
import { SetNotApplied, SetUnconfirmed, SwitchJobTooLate } from './errors.ts';
import type { WritableRow } from './guard.ts';
import type { PortSeen } from './power-state.ts';
import { describeAdmin, pollPause } from './power-state.ts';

/** `Seen` is what is read of a port before and after. */
export type Confirmed<Seen> =
  | {
      readonly port: string;
      readonly ok: true;
      readonly before: Seen;
      readonly after: Seen;
      /** `already`: it was so, and nothing was written. `unanswered`: written, not answered, and it reads back right. */
      readonly outcome: 'changed' | 'already' | 'unanswered';
    }
  | {
      readonly port: string;
      readonly ok: false;
      readonly before: Seen;
      /** Undefined: it could not be read back. */
      readonly after: Seen | undefined;
      readonly error: SwitchError;
    };

export type PortSet = Confirmed<PortSeen>;

/** How long a switch may take until a write that it accepted can be read back. */
export const READ_BACK_WITHIN = millis(2_000);

/** What became of the attempt to write a row. */
export type Written =
  | 'nothing-to-do'
  | 'answered'
  | { readonly refused: SwitchError }
  | { readonly unanswered: SwitchError };

/** What is wanted of a port. */
export interface Goal<Seen> {
  /** In words: `power off`. */
  readonly what: string;
  readonly is: (seen: Seen) => boolean;
  readonly describe: (seen: Seen) => string;
}

export function powerGoal(on: boolean): Goal<PortSeen> {
  return {
    what: `power ${on ? 'on' : 'off'}`,
    is: (seen) => seen.admin === on,
    describe: (seen) => describeAdmin(seen.admin),
  };
}

export interface SetRequest<Seen> {
  readonly clock: Clock;
  readonly rows: ReadonlyMap<string, WritableRow>;
  readonly before: ReadonlyMap<WritableRow, Seen>;
  readonly goal: Goal<Seen>;
  readonly write: (rows: readonly WritableRow[]) => Promise<ReadonlyMap<WritableRow, Written>>;
  readonly look: (rows: readonly WritableRow[]) => Promise<ReadonlyMap<WritableRow, Seen>>;
  readonly readBackWithin: Millis;
}

/**
 * One result per port; what cannot be read back is an error of that port.
 * @throws SwitchJobTooLate when the job was given up in the middle, and with it all that was not yet sent
 */
export async function setConfirmed<Seen>(request: SetRequest<Seen>): Promise<Confirmed<Seen>[]> {
  const { rows, before, goal } = request;
  const todo = [...rows.values()].filter((row) => !goal.is(before.get(row)!));
  const nothing = { written: new Map<WritableRow, Written>(), back: { after: new Map(), waited: millis(0) } };
  const { written, back } =
    todo.length === 0 ? nothing : { written: await request.write(todo), back: await readBack(request, todo) };
  return [...rows].map(([port, row]) =>
    judgeSet(port, goal, before.get(row)!, written.get(row) ?? 'nothing-to-do', {
      ...back,
      after: back.after.get(row),
    }),
  );
}

interface ReadBack<After> {
  readonly after: After;
  readonly waited: Millis;
  /** Why it could not be read. */
  readonly cause?: unknown;
}

/** Looks until every row reads as wanted, or the time is over. */
async function readBack<Seen>(
  request: SetRequest<Seen>,
  rows: readonly WritableRow[],
): Promise<ReadBack<ReadonlyMap<WritableRow, Seen>>> {
  const { clock, goal, readBackWithin } = request;
  const startedAt = clock.monotonic();
  let after: ReadonlyMap<WritableRow, Seen> = new Map();
  let cause: unknown;
  for (;;) {
    const lookedAt = clock.monotonic();
    try {
      after = await request.look(rows);
      cause = undefined;
    } catch (error) {
      if (error instanceof SwitchJobTooLate) throw error;
      cause = error;
    }
    const waited = millis(Math.round(clock.monotonic() - startedAt));
    const so = rows.every((row) => after.has(row) && goal.is(after.get(row)!));
    if (so || waited >= readBackWithin) return { after, waited, cause };
    await sleep(clock, pollPause(waited, millis(clock.monotonic() - lookedAt)));
  }
}

/** Success is what reads back as wanted, whatever the write was answered. */
export function judgeSet<Seen>(
  port: string,
  goal: Goal<Seen>,
  before: Seen,
  written: Written,
  { after, waited, cause }: ReadBack<Seen | undefined>,
): Confirmed<Seen> {
  if (written === 'nothing-to-do') return { port, ok: true, before, after: before, outcome: 'already' };
  if (after !== undefined && goal.is(after)) {
    const answered = typeof written === 'string' || 'refused' in written;
    return { port, ok: true, before, after, outcome: answered ? 'changed' : 'unanswered' };
  }
  const seen = after === undefined ? undefined : goal.describe(after);
  const failed = (error: SwitchError): Confirmed<Seen> => ({ port, ok: false, before, after, error });
  if (typeof written !== 'string' && 'refused' in written) return failed(written.refused);
  if (written === 'answered' && seen !== undefined) return failed(new SetNotApplied(port, goal.what, seen, waited));
  const why = typeof written === 'string' ? cause : written.unanswered;
  return failed(new SetUnconfirmed(port, goal.what, seen, { cause: why }));
}

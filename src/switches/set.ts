/** Writing pethPsePortAdminEnable, several ports to a PDU, and reading back that it is so. */
import { sleep } from '../rack/clock.ts';
import type { Millis } from '../rack/units.ts';
import { millis } from '../rack/units.ts';
import type { SwitchError } from './errors.ts';
import { SetNotApplied, SetUnconfirmed, SwitchJobTooLate } from './errors.ts';
import type { WritableRow } from './guard.ts';
import { PETH_PSE_PORT, TRUTH_VALUE } from './mib/power-ethernet.ts';
import type { PortSeen } from './power-state.ts';
import { describeAdmin, pollPause } from './power-state.ts';
import { SnmpErrorStatus, SnmpTransport } from './snmp/errors.ts';
import type { SnmpSession } from './snmp/session.ts';
import type { Access } from './tables.ts';
import { look } from './tables.ts';

export type PortSet =
  | {
      readonly port: string;
      readonly ok: true;
      readonly before: PortSeen;
      readonly after: PortSeen;
      /** `already`: it was so, and nothing was written. `unanswered`: written, not answered, and it reads back right. */
      readonly outcome: 'changed' | 'already' | 'unanswered';
    }
  | {
      readonly port: string;
      readonly ok: false;
      readonly before: PortSeen;
      /** Undefined: it could not be read back. */
      readonly after: PortSeen | undefined;
      readonly error: SwitchError;
    };

/** Eighteen rows keep a SET well under the smallest message that every agent takes (484 octets, RFC 3417 §3.2). */
export const ROWS_PER_SET = 18;

/** How long a switch may take until a write that it accepted can be read back. */
export const READ_BACK_WITHIN = millis(2_000);

/** What became of the SET that a row was in. */
export type Written =
  | 'nothing-to-do'
  | 'answered'
  | { readonly refused: SwitchError }
  | { readonly unanswered: SwitchError };

export interface SetRequest {
  readonly access: Access;
  readonly rows: ReadonlyMap<string, WritableRow>;
  readonly before: ReadonlyMap<WritableRow, PortSeen>;
  readonly on: boolean;
  readonly readBackWithin: Millis;
}

/**
 * One result per port; what cannot be read back is an error of that port.
 * @throws SwitchJobTooLate when the job was given up in the middle, and with it all that was not yet sent
 */
export async function setAdmin(request: SetRequest): Promise<PortSet[]> {
  const { access, rows, before, on } = request;
  const todo = [...rows.values()].filter((row) => before.get(row)!.admin !== on);
  const written = new Map<WritableRow, Written>();
  for (let from = 0; from < todo.length; from += ROWS_PER_SET) {
    await write(access.session, todo.slice(from, from + ROWS_PER_SET), on, written);
  }
  const { after, waited, cause } = todo.length > 0 ? await readBack(request, todo) : NOT_READ;
  return [...rows].map(([port, row]) =>
    judgeSet(port, on, before.get(row)!, after.get(row), written.get(row) ?? 'nothing-to-do', waited, cause),
  );
}

/** A SET is all or nothing, so one bad row holds up its neighbours: what is refused is halved until it stands alone. */
async function write(
  session: SnmpSession,
  rows: readonly WritableRow[],
  on: boolean,
  written: Map<WritableRow, Written>,
): Promise<void> {
  const note = (outcome: Written) => {
    for (const row of rows) written.set(row, outcome);
  };
  try {
    await session.set(rows.map((row) => adminSet(row, on)));
    note('answered');
  } catch (error) {
    if (error instanceof SnmpErrorStatus && rows.length > 1) {
      const half = Math.ceil(rows.length / 2);
      await write(session, rows.slice(0, half), on, written);
      await write(session, rows.slice(half), on, written);
    } else if (error instanceof SnmpErrorStatus || error instanceof SnmpTransport) {
      note({ refused: error });
    } else if (error instanceof SwitchJobTooLate) {
      throw error;
    } else {
      note({ unanswered: error as SwitchError });
    }
  }
}

function adminSet(row: WritableRow, on: boolean) {
  return {
    oid: `${PETH_PSE_PORT.pethPsePortAdminEnable}.${row}`,
    type: 'Integer32' as const,
    value: on ? TRUTH_VALUE.true : TRUTH_VALUE.false,
  };
}

interface ReadBack {
  readonly after: ReadonlyMap<WritableRow, PortSeen>;
  readonly waited: Millis;
  readonly cause: unknown;
}

const NOT_READ: ReadBack = { after: new Map(), waited: millis(0), cause: undefined };

/** Looks until every row reads as wanted, or the time is over. */
async function readBack(request: SetRequest, rows: readonly WritableRow[]): Promise<ReadBack> {
  const { access, on, readBackWithin } = request;
  const { clock } = access;
  const startedAt = clock.monotonic();
  let after: ReadonlyMap<WritableRow, PortSeen> = new Map();
  let cause: unknown;
  for (;;) {
    const lookedAt = clock.monotonic();
    try {
      after = (await look(access, rows)).seen;
      cause = undefined;
    } catch (error) {
      if (error instanceof SwitchJobTooLate) throw error;
      cause = error;
    }
    const waited = millis(Math.round(clock.monotonic() - startedAt));
    if (rows.every((row) => after.get(row)?.admin === on) || waited >= readBackWithin) return { after, waited, cause };
    await sleep(clock, pollPause(waited, millis(clock.monotonic() - lookedAt)));
  }
}

/** Success is what reads back as wanted, whatever the SET was answered. */
export function judgeSet(
  port: string,
  on: boolean,
  before: PortSeen,
  after: PortSeen | undefined,
  written: Written,
  waited: Millis,
  cause: unknown,
): PortSet {
  if (written === 'nothing-to-do') return { port, ok: true, before, after: before, outcome: 'already' };
  if (after?.admin === on) {
    const answered = typeof written === 'string' || 'refused' in written;
    return { port, ok: true, before, after, outcome: answered ? 'changed' : 'unanswered' };
  }
  return { port, ok: false, before, after, error: setError(port, on, after, written, waited, cause) };
}

function setError(
  port: string,
  on: boolean,
  after: PortSeen | undefined,
  written: Exclude<Written, 'nothing-to-do'>,
  waited: Millis,
  cause: unknown,
): SwitchError {
  const object = 'pethPsePortAdminEnable';
  const wanted = describeAdmin(on);
  const seen = after && describeAdmin(after.admin);
  if (typeof written !== 'string' && 'refused' in written) return written.refused;
  if (written === 'answered' && seen !== undefined) return new SetNotApplied(port, object, wanted, seen, waited);
  return new SetUnconfirmed(port, object, wanted, seen, {
    cause: typeof written === 'string' ? cause : written.unanswered,
  });
}

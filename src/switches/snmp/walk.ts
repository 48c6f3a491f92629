/**
 * Our own walker over GETBULK (RFC 3416 §4.2.3). The library's takes an empty answer for the end of the table and runs
 * for ever on an agent that repeats an OID; real switches do both (research: snmp-poe §4).
 */
import type { Clock } from '../../rack/clock.ts';
import type { Millis } from '../../rack/units.ts';
import { SnmpErrorStatus, SnmpWalkFailed } from './errors.ts';
import type { Oid } from './oid.ts';
import { compareOids, indexBelow, isBelow } from './oid.ts';
import type { SnmpSession } from './session.ts';
import type { SnmpValue, SnmpVarbind } from './value.ts';
import { isException } from './value.ts';

export interface WalkLimits {
  /** Varbinds asked for in one request, over all columns. About 60 integers of a PoE table fill one datagram. */
  readonly varbinds: number;
  /** Rows of one column, at most. */
  readonly rows: number;
  /** For the whole walk. */
  readonly deadline: Millis;
}

/** The rows of one column by index, in the agent's order. */
export type ColumnRows = ReadonlyMap<string, SnmpValue>;

interface Cursor {
  readonly column: Oid;
  readonly rows: Map<string, SnmpValue>;
  /** The last OID that was read, or the column itself. */
  at: Oid;
  done: boolean;
}

/**
 * Reads whole columns side by side, each to its own end. A column that the agent has not is empty.
 * @throws SnmpWalkFailed for an agent that goes backwards, repeats itself, answers with nothing, or has too many rows
 */
export async function walkColumns(
  session: SnmpSession,
  columns: readonly Oid[],
  limits: WalkLimits,
  clock: Clock,
): Promise<ReadonlyMap<Oid, ColumnRows>> {
  const startedAt = clock.monotonic();
  const cursors = columns.map((column): Cursor => ({ column, rows: new Map(), at: column, done: false }));
  let budget = limits.varbinds;
  for (let open = cursors; open.length > 0; open = cursors.filter((cursor) => !cursor.done)) {
    const first = open[0]!;
    const waited = clock.monotonic() - startedAt;
    if (waited >= limits.deadline) {
      throw new SnmpWalkFailed(first.column, 'deadline', `not done in ${waited} ms, after ${first.rows.size} rows`);
    }
    const asked = open.slice(0, Math.max(1, budget));
    const answer = await bulk(session, asked, Math.max(1, Math.floor(budget / asked.length)));
    if (answer === 'tooBig') {
      if (budget <= 1)
        throw new SnmpWalkFailed(first.column, 'too-big', `one row after ${first.at} is tooBig for the agent`);
      budget = Math.ceil(budget / 2);
      continue;
    }
    if (answer[0]!.length === 0)
      throw new SnmpWalkFailed(first.column, 'empty-answer', `no varbinds after ${first.at}`);
    for (const [place, cursor] of asked.entries()) take(cursor, answer[place] ?? [], limits.rows);
  }
  return new Map(cursors.map((cursor) => [cursor.column, cursor.rows]));
}

async function bulk(
  session: SnmpSession,
  cursors: readonly Cursor[],
  maxRepetitions: number,
): Promise<readonly (readonly SnmpVarbind[])[] | 'tooBig'> {
  try {
    const answer = await session.getBulk({ columns: cursors.map((cursor) => cursor.at), maxRepetitions });
    return answer.columns;
  } catch (error) {
    if (error instanceof SnmpErrorStatus && error.status === 'tooBig') return 'tooBig';
    throw error;
  }
}

/** Takes what belongs to the column. A short answer is the agent's right: the cursor stays and the next request goes on. */
function take(cursor: Cursor, varbinds: readonly SnmpVarbind[], mostRows: number): void {
  for (const varbind of varbinds) {
    const end = isException(varbind);
    if (!end && compareOids(varbind.oid, cursor.at) <= 0) {
      const detail = `${varbind.oid} came after ${cursor.at}`;
      throw new SnmpWalkFailed(cursor.column, 'not-increasing', detail);
    }
    if (end || !isBelow(cursor.column, varbind.oid)) {
      cursor.done = true;
      return;
    }
    if (cursor.rows.size >= mostRows) {
      throw new SnmpWalkFailed(cursor.column, 'too-many-rows', `more than ${mostRows} rows, at ${varbind.oid}`);
    }
    cursor.at = varbind.oid;
    cursor.rows.set(indexBelow(cursor.column, varbind.oid), varbind);
  }
}

/** GETs any number of OIDs, as many to a request as fit: halved where the agent says tooBig. */
export async function getAll(session: SnmpSession, oids: readonly Oid[], perRequest: number): Promise<SnmpVarbind[]> {
  const varbinds: SnmpVarbind[] = [];
  let size = perRequest;
  while (varbinds.length < oids.length) {
    try {
      varbinds.push(...(await session.get(oids.slice(varbinds.length, varbinds.length + size))));
    } catch (error) {
      if (!(error instanceof SnmpErrorStatus && error.status === 'tooBig') || size === 1) throw error;
      size = Math.ceil(size / 2);
    }
  }
  return varbinds;
}

/** Writing one column in many rows, several rows to a PDU. */
import type { SwitchError } from '../errors.ts';
import { SwitchJobTooLate } from '../errors.ts';
import type { WritableRow } from '../guard.ts';
import type { Written } from '../set.ts';
import { SnmpErrorStatus, SnmpTransport } from './errors.ts';
import type { SnmpSession, SnmpSet } from './session.ts';

/**
 * What became of the SET of every row; whether it took effect is for a reading to say.
 * @throws SwitchJobTooLate when the job was given up in the middle, and with it all that was not yet sent
 */
export async function writeRows(
  session: SnmpSession,
  rows: readonly WritableRow[],
  rowsPerSet: number,
  varbind: (row: WritableRow) => SnmpSet,
): Promise<ReadonlyMap<WritableRow, Written>> {
  const written = new Map<WritableRow, Written>();
  for (let from = 0; from < rows.length; from += rowsPerSet) {
    await write(session, rows.slice(from, from + rowsPerSet), varbind, written);
  }
  return written;
}

/** One bad row fails a whole PDU (RFC 3416 §4.2.5), so a refused one is halved until it stands alone. */
async function write(
  session: SnmpSession,
  rows: readonly WritableRow[],
  varbind: (row: WritableRow) => SnmpSet,
  written: Map<WritableRow, Written>,
): Promise<void> {
  const note = (outcome: Written) => {
    for (const row of rows) written.set(row, outcome);
  };
  try {
    await session.set(rows.map(varbind));
    note('answered');
  } catch (error) {
    if (error instanceof SnmpErrorStatus && rows.length > 1) {
      const half = Math.ceil(rows.length / 2);
      await write(session, rows.slice(0, half), varbind, written);
      await write(session, rows.slice(half), varbind, written);
    } else if (error instanceof SnmpErrorStatus || error instanceof SnmpTransport) {
      note({ refused: error });
    } else if (error instanceof SwitchJobTooLate) {
      throw error;
    } else {
      note({ unanswered: error as SwitchError });
    }
  }
}

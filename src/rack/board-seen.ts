/** What a board says of itself, taken into what is known of its slot, and what of it contradicts that. Pure. */
import { type BoardSeen, NO_BOARD } from './slot-state.ts';

export interface Taken {
  readonly board: BoardSeen;
  /** How it shows that another board is in the slot, such as `MAC a is now b`; undefined: nothing shows it. */
  readonly contradiction: string | undefined;
}

/**
 * What was not said is kept while the board may be the same. Another MAC, or another serial under the same MAC (which a
 * tenant can change, and OTP can), is another board: nothing of the one before is kept. A board cannot change its revision
 * or its model either.
 */
export function takeSeen(before: BoardSeen, seen: Partial<BoardSeen>): Taken {
  const contradiction = contradictionOf(before, seen);
  const base = contradiction === undefined ? before : NO_BOARD;
  return {
    board: {
      mac: seen.mac ?? before.mac,
      serial: seen.serial ?? base.serial,
      revision: seen.revision ?? base.revision,
      model: seen.model ?? base.model,
    },
    contradiction,
  };
}

function contradictionOf(before: BoardSeen, seen: Partial<BoardSeen>): string | undefined {
  if (differs(before.mac, seen.mac)) return `MAC ${before.mac} is now ${seen.mac}`;
  const same = before.mac === undefined ? '' : `, under the same MAC ${before.mac}`;
  if (differs(before.serial, seen.serial)) return `serial ${before.serial} is now ${seen.serial}${same}`;
  if (differs(before.revision, seen.revision)) {
    return `revision ${before.revision?.toString(16)} is now ${seen.revision?.toString(16)}${same}`;
  }
  if (differs(before.model, seen.model)) return `model ${before.model} is now ${seen.model}${same}`;
  return undefined;
}

function differs<Value>(before: Value | undefined, seen: Value | undefined): boolean {
  return before !== undefined && seen !== undefined && before !== seen;
}

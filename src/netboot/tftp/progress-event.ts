/** What is said of a transfer that goes on. */
import type { Millis } from '../../rack/units.ts';
import type { ProgressEvent } from './events.ts';
import type { LegState } from './leg-state.ts';
import type { Session } from './session.ts';

/** Tells of the transfer that was heard of last, if one was since this was last told. `at` is since the Unix epoch. */
export function progressOf(leg: LegState, at: Millis, now: Millis): ProgressEvent | undefined {
  let latest: Session | undefined;
  for (const session of leg.active.values()) {
    const { transfer } = session;
    const isNews = transfer.begun && transfer.heardAt > leg.progressAt;
    if (isNews && (latest === undefined || transfer.heardAt > latest.transfer.heardAt)) latest = session;
  }
  if (latest === undefined) return undefined;
  leg.progressAt = now;
  const { name, transfer, path } = latest;
  const { acknowledgedBytes: bytes, size } = transfer;
  return { type: 'progress', slot: leg.leg.slot, at, name, path, bytes, size };
}

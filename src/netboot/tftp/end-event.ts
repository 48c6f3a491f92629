/** What is said of a transfer that has ended. */
import type { Millis, SlotNumber } from '../../rack/units.ts';
import { printable } from '../../wire/printable.ts';
import type { CompleteEvent, FailedEvent, TftpCounters } from './events.ts';
import type { Session } from './session.ts';

/**
 * Counts the end, and gives the event to send. None for a size probe and for a transfer that a later request replaced:
 * both are part of a healthy boot.
 *
 * @param at since the Unix epoch; `now` is monotonic
 */
export function reportEnd(
  { transfer, name, path }: Session,
  slot: SlotNumber,
  at: Millis,
  now: Millis,
  counters: TftpCounters,
): CompleteEvent | FailedEvent | undefined {
  const { end, retransmits, size, terms, acknowledgedBytes: bytes } = transfer;
  counters.bytes += bytes;
  counters.retransmits += retransmits;
  const base = { slot, at, name, path, bytes, ms: Math.round(now - transfer.startedAt), retransmits };
  switch (end?.kind) {
    case 'complete':
      counters.complete++;
      return { type: 'complete', ...base, blksize: terms.blksize, windowsize: terms.windowsize };
    case 'timeout': {
      counters.failed++;
      const got = `${end.acknowledged} of ${end.blocks} blocks acknowledged`;
      const reason = `no ACK for ${Math.round(end.silence)} ms; ${got}`;
      return { type: 'failed', cause: end.allSent ? 'unconfirmed' : 'silent', ...base, size, reason };
    }
    case 'aborted': {
      if (end.probe) {
        counters.probes++;
        return undefined;
      }
      counters.failed++;
      const reason = `the client sent ERROR ${end.code}: ${printable(end.message)}`;
      return { type: 'failed', cause: 'aborted', ...base, size, reason };
    }
    default:
      counters.replaced++;
      return undefined;
  }
}

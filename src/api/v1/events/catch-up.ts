/** Events that are older than what is in memory, page by page from the controller, at the pace of who reads them. */
import type { Places } from '../../../jobs/durable/places.ts';
import type { Clock } from '../../../rack/clock.ts';
import type { EventPage } from '../../../store/events.ts';
import type { ControlClient } from '../../control/client.ts';
import type { Stream } from './stream.ts';

const PAGE = 200;

export interface CatchUpParts {
  readonly control: Pick<ControlClient, 'events'>;
  readonly clock: Clock;
  /** Pages that are asked for at a time. */
  readonly places: Places;
}

/** Afterwards the stream has come as far as the controller had when it was asked last. Rejects when that goes away. */
export async function catchUp(stream: Stream, parts: CatchUpParts): Promise<void> {
  const asked = stream.sent;
  for (let first = true; !stream.ended; first = false) {
    const page = await pageAfter(stream, parts);
    const now = parts.clock.monotonic();
    if (first && asked > page.newest) {
      stream.gap(asked, null, 'no such event is known: what is known follows from its beginning', now);
      stream.sent = 0;
      continue;
    }
    if (first && asked < page.swept)
      stream.gap(asked, page.swept, 'of the events up to this number some are not kept any more', now);
    for (const row of page.events) {
      await stream.keepsUp();
      if (stream.ended) return;
      stream.older(row, parts.clock.monotonic());
    }
    if (page.events.length === PAGE) continue;
    stream.sent = Math.max(stream.sent, page.newest);
    return;
  }
}

/** Who reads slowly keeps no place meanwhile. */
async function pageAfter({ audience, sent }: Stream, { control, places }: CatchUpParts): Promise<EventPage> {
  const { caller, server } = audience;
  await places.take();
  try {
    return await control.events({ after: sent, limit: PAGE, tenant: caller.tenant, server });
  } finally {
    places.give();
  }
}

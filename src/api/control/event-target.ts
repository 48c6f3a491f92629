import type { EventLog } from '../../jobs/event-log.ts';
import type { Clock } from '../../rack/clock.ts';
import type { Store } from '../../store/store.ts';
import type { EventTarget } from './event-routes.ts';

/** What the socket offers of events. */
export function eventTarget(store: Store, events: EventLog, clock: Clock): EventTarget {
  return {
    eventPage: (after, limit, filter) => store.events.page(after, limit, filter),
    newestEvents: (limit, filter) => store.events.newest(limit, filter),
    tellEvent: (told) => events.write(told),
    recordAudit: (by, entry) => store.commit.write(() => store.audit.add(clock.now(), by, entry)),
  };
}

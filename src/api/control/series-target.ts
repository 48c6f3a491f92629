/** Where the series of the socket come from. */
import type { Servers } from '../../jobs/servers.ts';
import { TenancyError } from '../../jobs/tenancy-error.ts';
import type { Clock } from '../../rack/clock.ts';
import { type Span, SpanError, spanOf } from '../../rack/series.ts';
import { type Millis, millis, type SlotNumber, slotNumber } from '../../rack/units.ts';
import type { Store } from '../../store/store.ts';
import type { SeriesQuery } from './series-protocol.ts';
import type { SeriesTarget } from './series-routes.ts';
import { healthSeries, powerSeries } from './series-views.ts';
import { Turns } from './turns.ts';

export interface SeriesParts {
  readonly store: Pick<Store, 'ports' | 'healthHistory'>;
  readonly servers: Pick<Servers, 'all'>;
  readonly hasSlot: (slot: number) => boolean;
  readonly clock: Clock;
}

export function seriesTarget({ store, servers, hasSlot, clock }: SeriesParts): SeriesTarget {
  const turns = new Turns();
  const asked = (query: SeriesQuery) => {
    const { slot, since } = whose(query.of, servers, hasSlot);
    const span = spanIn(query, clock.now());
    // A row that began before has something of somebody else's in it.
    return { slot, span, from: millis(Math.max(span.from, since)) };
  };
  return {
    powerSeries: (query) =>
      turns.run(() => {
        const { slot, span, from } = asked(query);
        const rows = store.ports.historyOf(slot, from, span.to).filter(({ beganAt }) => beganAt >= from);
        return powerSeries(slot, span, rows);
      }),
    healthSeries: (query) =>
      turns.run(() => {
        const { slot, span, from } = asked(query);
        const rows = store.healthHistory.ofSlot(slot, from, span.to).filter(({ beganAt }) => beganAt >= from);
        return healthSeries(slot, span, rows);
      }),
  };
}

/** By what is so at this moment, and not when who asks has looked: the slot may be another's by now. */
function whose(
  of: SeriesQuery['of'],
  servers: SeriesParts['servers'],
  hasSlot: SeriesParts['hasSlot'],
): { readonly slot: SlotNumber; readonly since: Millis } {
  if ('slot' in of) {
    if (!hasSlot(of.slot)) throw new TenancyError('unknown', `no slot ${of.slot} in this rack`);
    return { slot: slotNumber(of.slot), since: millis(0) };
  }
  const server = servers.all().find(({ name, tenant }) => name === of.server && tenant === of.tenant);
  if (server === undefined) throw new TenancyError('unknown', `no server ${of.server}`);
  return { slot: server.slot, since: server.slotSince };
}

function spanIn({ from, to, step }: SeriesQuery, now: Millis): Span {
  const known = (time: number | undefined) => (time === undefined ? undefined : millis(time));
  try {
    return spanOf({ from: known(from), to: known(to), step: known(step) }, now);
  } catch (cause) {
    if (cause instanceof SpanError) throw new TenancyError('invalid', cause.message, { cause });
    throw cause;
  }
}

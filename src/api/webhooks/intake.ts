import type { Logger } from 'pino';
import type { Clock } from '../../rack/clock.ts';
import { seconds } from '../../rack/units.ts';
import type { EventRow } from '../../store/events.ts';
import type { ControlClient } from '../control/client.ts';
import { MOST_EVENTS } from '../control/event-routes.ts';
import { type Audience, admits } from '../v1/events/audience.ts';
import type { EventHistory } from '../v1/events/history.ts';
import { shapeOf } from '../v1/events/shape.ts';
import { TypeFilter } from '../v1/events/types.ts';
import type { NewDelivery } from './delivery-table.ts';
import type { Webhook } from './webhook-table.ts';
import type { Webhooks } from './webhooks.ts';

export interface IntakeParts {
  readonly webhooks: Webhooks;
  readonly history: EventHistory;
  readonly control: Pick<ControlClient, 'events'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** There is something to send. */
  readonly added: () => void;
}

const AGAIN = seconds(1);
/** What is new for nobody moves the place in memory; it is written down now and then, and looked at again otherwise. */
const SAVE_PLACE_EVERY = 1_000;

/**
 * Makes deliveries of events. That an event was looked at is recorded in one commit with what became of it: none is left
 * out and none becomes two, whichever process is killed.
 */
export class Intake {
  readonly #parts: IntakeParts;
  #place: number | undefined;
  #saved = 0;
  #taking = false;
  #again = false;
  #stopped = false;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.#place = parts.webhooks.table.place();
    this.#saved = this.#place ?? 0;
    parts.history.onNews(() => void this.#take());
    // Numbers that began anew: what is there is after all that was.
    parts.history.onAnew(() => {
      this.#place = 0;
    });
  }

  stop(): void {
    this.#stopped = true;
  }

  async #take(): Promise<void> {
    this.#again = true;
    if (this.#taking) return;
    this.#taking = true;
    try {
      while (this.#again && !this.#stopped) {
        this.#again = false;
        await this.#takeAll();
      }
    } catch (cause) {
      this.#parts.log.warn({ err: cause }, 'events wait to become deliveries');
      if (!this.#stopped) this.#parts.clock.after(AGAIN, () => void this.#take());
    } finally {
      this.#taking = false;
    }
  }

  async #takeAll(): Promise<void> {
    const { history, control } = this.#parts;
    const newest = history.newest ?? 0;
    // The first time there is nobody who could have waited for what was before.
    this.#place ??= newest;
    while (this.#place < history.floor && !this.#stopped) {
      const { events, newest: upto } = await control.events({ after: this.#place, limit: MOST_EVENTS });
      await this.#add(events, events.length < MOST_EVENTS ? upto : (events.at(-1) as EventRow).id);
    }
    const rows = [...history.after(this.#place)].map(({ row }) => row);
    const last = rows.at(-1);
    if (last !== undefined) await this.#add(rows, last.id);
  }

  async #add(rows: readonly EventRow[], upto: number): Promise<void> {
    const { webhooks, added } = this.#parts;
    const wanted = rows.flatMap((row) => this.#deliveriesOf(row));
    if (wanted.length === 0 && upto - this.#saved < SAVE_PLACE_EVERY) {
      this.#place = upto;
      return;
    }
    if (!webhooks.open) return;
    await webhooks.commit.write(() => {
      for (const delivery of wanted) if (webhooks.get(delivery.webhook)) webhooks.deliveries.add(delivery);
      webhooks.table.savePlace(upto);
    });
    this.#place = upto;
    this.#saved = upto;
    if (wanted.length > 0) added();
  }

  #deliveriesOf(row: EventRow): NewDelivery[] {
    const { webhooks, clock } = this.#parts;
    return webhooks
      .all()
      .filter((webhook) => webhook.enabled && row.at >= webhook.createdAt && admits(audienceOf(webhook), row))
      .map((webhook) => ({
        webhook: webhook.id,
        message: `evt_${row.id}`,
        type: row.kind,
        lane: row.server ?? '',
        body: JSON.stringify(shapeOf(row, webhook.tenant === undefined)),
        at: clock.now(),
      }));
  }
}

/** As a key of all servers of the tenant would see it. */
function audienceOf({ tenant, types }: Webhook): Audience {
  const scope = tenant === undefined ? 'staff' : 'read';
  const caller = { key: '', tenant, scope, servers: undefined, address: '' } as const;
  return { caller, server: undefined, types: types && new TypeFilter(types) };
}

import type { Logger } from 'pino';
import { type Clock, sleep, type Timer } from '../../rack/clock.ts';
import { type Millis, millis, seconds } from '../../rack/units.ts';
import type { ControlClient } from '../control/client.ts';
import type { Mirror } from '../http/mirror.ts';
import type { Delivery } from './delivery-table.ts';
import { DISABLE_FAILURES, DOUBTED_AFTER, GIVE_UP_AFTER, pauseAfter } from './schedule.ts';
import type { Send, Tried } from './send.ts';
import { signedHeaders } from './signature.ts';
import type { Webhook } from './webhook-table.ts';
import { secretsOf, type Webhooks } from './webhooks.ts';

export interface DispatcherParts {
  readonly webhooks: Webhooks;
  readonly send: Send;
  readonly control: Pick<ControlClient, 'tellEvent'>;
  readonly mirror: Pick<Mirror, 'present' | 'rack'>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

const TICK: Millis = seconds(1);
const GIVE_UP_TICKS = 60;
/** Under way at a time: a receiver that answers slowly holds up its own tenant. */
const OF_WEBHOOK = 2;
const OF_TENANT = 6;
const IN_ALL = 100;
const END_LIMIT: Millis = seconds(3);
/** The longest rest of a receiver is that of the fifth failure: some seven minutes. */
const REST_STEPS = 5;

/** Sends what is due. What was under way when a process ended is sent again by the next: at least once. */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  /** By delivery: whose it is. */
  readonly #underWay = new Map<number, Webhook>();
  /** Until when receivers that fail again and again are left alone. */
  readonly #resting = new Map<string, number>();
  /** Webhooks of which the controller is being told. */
  readonly #telling = new Set<string>();
  #timer: Timer | undefined;
  #ticks = 0;
  #kicked = false;
  #stopped = false;
  #ended: () => void = () => undefined;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#tick();
  }

  /** Begins nothing more, and waits for what is under way, but not for long: what is not recorded is sent again. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    const late = sleep(this.#parts.clock, END_LIMIT);
    while (this.#underWay.size > 0) {
      const ended = new Promise<void>((resolve) => {
        this.#ended = resolve;
      });
      if ((await Promise.race([ended.then(() => false), late.then(() => true)])) === true) return;
    }
  }

  /** Something new is due. */
  kick(): void {
    if (this.#kicked || this.#stopped) return;
    this.#kicked = true;
    setImmediate(() => {
      this.#kicked = false;
      if (!this.#stopped) this.#look();
    });
  }

  #tick(): void {
    const { webhooks, clock } = this.#parts;
    if (!webhooks.open) return;
    if (this.#ticks++ % GIVE_UP_TICKS === 0) {
      const now = clock.now();
      void this.#write(() => webhooks.deliveries.giveUp(millis(now - GIVE_UP_AFTER), now));
    }
    this.#look();
    for (const webhook of webhooks.all()) if (webhook.untold) void this.#tell(webhook);
    this.#timer = clock.after(TICK, () => this.#tick());
  }

  #look(): void {
    const { webhooks, clock } = this.#parts;
    if (!webhooks.open) return;
    const now = clock.now();
    for (const id of webhooks.deliveries.due(now)) {
      const webhook = webhooks.get(id);
      if (webhook === undefined || this.#isAway(webhook) || (this.#resting.get(id) ?? 0) > now) continue;
      const all = [...this.#underWay.values()];
      const own = webhook.failures >= DOUBTED_AFTER ? 1 : OF_WEBHOOK;
      const free = Math.min(
        own - all.filter((other) => other.id === id).length,
        OF_TENANT - all.filter((other) => other.tenant === webhook.tenant).length,
        IN_ALL - all.length,
      );
      if (free <= 0) continue;
      // Those under way are still pending.
      const next = webhooks.deliveries.next(id, now, free + OF_WEBHOOK);
      const start = next.filter((each) => !this.#underWay.has(each.id) && (webhook.enabled || isTest(each)));
      for (const delivery of start.slice(0, free)) void this.#deliver(webhook, delivery);
    }
  }

  /** A tenant that is disabled hears nothing; what waits meanwhile waits for a day. */
  #isAway({ tenant }: Webhook): boolean {
    const { mirror } = this.#parts;
    if (tenant === undefined || !mirror.present) return false;
    const known = mirror.rack().tenants.get(tenant);
    return known === undefined || known.disabledAt !== undefined;
  }

  async #deliver(webhook: Webhook, delivery: Delivery): Promise<void> {
    const { send, clock, log } = this.#parts;
    this.#underWay.set(delivery.id, webhook);
    const [began, now] = [clock.monotonic(), clock.now()];
    const message = { id: delivery.message, timestamp: Math.floor(now / 1000), body: delivery.body };
    try {
      const tried = await send(webhook.url, signedHeaders(message, secretsOf(webhook, now)), delivery.body);
      await this.#record(delivery, tried, Math.round(clock.monotonic() - began));
    } catch (cause) {
      log.error({ err: cause, webhook: webhook.id }, 'what came of a delivery cannot be recorded');
    } finally {
      this.#underWay.delete(delivery.id);
      this.#ended();
      this.kick();
    }
  }

  async #record(delivery: Delivery, { status: answered, error: refused }: Tried, took: number): Promise<void> {
    const { webhooks, clock, random } = this.#parts;
    const now = clock.now();
    const [status, error] = [answered ?? null, refused ?? null];
    const tried = { id: delivery.id, attempts: delivery.attempts + 1, status, error, millis: took };
    if (error === null) {
      this.#resting.delete(delivery.webhook);
      await this.#write(() => {
        webhooks.deliveries.tried({ ...tried, state: 'delivered', dueAt: now, endedAt: now });
        if ((webhooks.get(delivery.webhook)?.failures ?? 0) > 0)
          webhooks.note(delivery.webhook, { failures: 0, failingSince: undefined });
      });
      return;
    }
    const dueAt = millis(now + pauseAfter(tried.attempts, random()));
    const over = status === GONE || dueAt - delivery.createdAt > GIVE_UP_AFTER;
    await this.#write(() => {
      webhooks.deliveries.tried({ ...tried, state: over ? 'failed' : 'pending', dueAt, endedAt: over ? now : null });
      const webhook = webhooks.get(delivery.webhook);
      if (webhook === undefined || isTest(delivery)) return;
      const failingSince = webhook.failingSince ?? now;
      const failures = webhook.failures + 1;
      const long = now - failingSince >= GIVE_UP_AFTER && failures >= DISABLE_FAILURES;
      const why =
        status === GONE ? 'it answered 410: it wants no more' : long ? `no success in a day: ${error}` : undefined;
      const off = why !== undefined && webhook.enabled;
      if (failures >= DOUBTED_AFTER)
        this.#resting.set(webhook.id, now + pauseAfter(Math.min(failures - DOUBTED_AFTER + 1, REST_STEPS), random()));
      webhooks.note(webhook.id, {
        failingSince,
        failures,
        ...(off && { enabled: false, disabledWhy: why, untold: true }),
      });
      if (off) webhooks.deliveries.endAll(webhook.id, 'the webhook was switched off', now);
    });
  }

  /** Until the controller has recorded it. */
  async #tell({ id, tenant, disabledWhy = '' }: Webhook): Promise<void> {
    const { webhooks, control, log } = this.#parts;
    if (this.#telling.has(id)) return;
    this.#telling.add(id);
    const text = `the webhook ${id} was switched off: ${disabledWhy}`;
    try {
      await control.tellEvent({ tenant, kind: 'webhook.disabled', text, data: { webhook: id, error: disabledWhy } });
      await this.#write(() => webhooks.note(id, { untold: false }));
    } catch (cause) {
      log.warn({ err: cause, webhook: id }, 'that a webhook was switched off is not told yet');
    } finally {
      this.#telling.delete(id);
    }
  }

  async #write(write: () => void): Promise<void> {
    if (this.#parts.webhooks.open) await this.#parts.webhooks.commit.write(write);
  }
}

const GONE = 410;
const isTest = ({ type }: Delivery) => type === 'webhook.test';

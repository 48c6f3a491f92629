import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../../rack/clock.ts';
import type { Actor } from '../../rack/tenancy/actor.ts';
import type { Millis } from '../../rack/units.ts';
import { type Db, openDatabase } from '../../store/database.ts';
import { GroupCommit } from '../../store/group-commit.ts';
import type { ControlClient } from '../control/client.ts';
import { type Delivery, DeliveryTable } from './delivery-table.ts';
import { WEBHOOK_MIGRATIONS } from './schema.ts';
import { newWebhookSecret } from './signature.ts';
import { type Webhook, WebhookTable } from './webhook-table.ts';

export type NewWebhook = Pick<Webhook, 'tenant' | 'url' | 'description' | 'types' | 'requestKey'>;
export type WebhookChange = Partial<Pick<Webhook, 'url' | 'description' | 'types' | 'enabled'>>;

/** A tenant's, and staff's. */
export const MOST_WEBHOOKS = 10;

/** All webhooks and their deliveries: in memory to be read, on disk before a change is told to have happened. */
export class Webhooks {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #control: Pick<ControlClient, 'recordChange'>;
  readonly #webhooks = new Map<string, Webhook>();
  readonly commit: GroupCommit;
  readonly table: WebhookTable;
  readonly deliveries: DeliveryTable;

  constructor(directory: string, clock: Clock, control: Pick<ControlClient, 'recordChange'>) {
    this.#clock = clock;
    this.#control = control;
    this.#db = openDatabase(join(directory, 'webhooks.db'), 'FULL', WEBHOOK_MIGRATIONS);
    this.commit = new GroupCommit(this.#db);
    this.table = new WebhookTable(this.#db);
    this.deliveries = new DeliveryTable(this.#db);
    for (const webhook of this.table.all()) this.#webhooks.set(webhook.id, webhook);
  }

  close(): void {
    this.commit.flush();
    this.#db.close();
  }

  get open(): boolean {
    return this.#db.open;
  }

  all(): readonly Webhook[] {
    return [...this.#webhooks.values()];
  }

  get(id: string): Webhook | undefined {
    return this.#webhooks.get(id);
  }

  of(tenant: string | undefined): readonly Webhook[] {
    return this.all().filter((webhook) => webhook.tenant === tenant);
  }

  /** Undefined: the tenant has as many as it may have. */
  async create(wanted: NewWebhook, by: Actor): Promise<Webhook | undefined> {
    const before = this.all().find(({ requestKey }) => requestKey !== undefined && requestKey === wanted.requestKey);
    if (before !== undefined) return before;
    if (this.of(wanted.tenant).length >= MOST_WEBHOOKS) return undefined;
    const webhook: Webhook = {
      ...wanted,
      id: `w${randomBytes(5).toString('hex')}`,
      secret: newWebhookSecret(randomBytes(32)),
      old: undefined,
      enabled: true,
      disabledWhy: undefined,
      untold: false,
      failingSince: undefined,
      failures: 0,
      createdAt: this.#clock.now(),
    };
    await this.#record('webhook.create', undefined, webhook, by);
    return webhook;
  }

  /** Switched on again, it begins with a clean record. */
  async change(webhook: Webhook, change: WebhookChange, by: Actor): Promise<Webhook> {
    const clean = { disabledWhy: undefined, untold: false, failingSince: undefined, failures: 0 };
    const next = { ...webhook, ...change, ...(change.enabled === undefined ? {} : clean) };
    await this.#record('webhook.change', webhook, next, by);
    return next;
  }

  /** A new secret; what is sent is signed with the old one too until `until`. */
  async rotate(webhook: Webhook, until: Millis, by: Actor): Promise<Webhook> {
    const old = until > this.#clock.now() ? { secret: webhook.secret, until } : undefined;
    const next = { ...webhook, secret: newWebhookSecret(randomBytes(32)), old };
    await this.#record('webhook.rotate', webhook, next, by);
    return next;
  }

  async remove(webhook: Webhook, by: Actor): Promise<void> {
    await this.#record('webhook.delete', webhook, undefined, by);
  }

  /** A message that says that it is one for trying out. Resolves with the number of its delivery. */
  async test({ id, tenant }: Webhook): Promise<number> {
    const at = this.#clock.now();
    const message = `test_${randomUUID()}`;
    const data = { webhook: id, tenant: tenant ?? null };
    const body = { id: 0, type: 'webhook.test', at: new Date(at).toISOString(), server: null, text: 'a test', data };
    return this.#deliver({ webhook: id, message, type: body.type, body: JSON.stringify(body) });
  }

  /** The same message once more, whatever became of it. Resolves with the number of the new delivery. */
  redeliver({ webhook, message, type, body }: Delivery): Promise<number> {
    return this.#deliver({ webhook, message, type, body });
  }

  /** Keeps what deliveries find out about a webhook; it may be gone by now. To be called within a write. */
  note(
    id: string,
    found: Partial<Pick<Webhook, 'enabled' | 'disabledWhy' | 'untold' | 'failingSince' | 'failures'>>,
  ): void {
    const webhook = this.#webhooks.get(id);
    if (webhook === undefined) return;
    const next = { ...webhook, ...found };
    this.#webhooks.set(id, next);
    this.table.save(next);
  }

  async #deliver(wanted: Pick<Delivery, 'webhook' | 'message' | 'type' | 'body'>): Promise<number> {
    let id = 0;
    await this.commit.write(() => {
      // In no server's line: somebody waits for it.
      id = this.deliveries.add({ ...wanted, lane: wanted.message, at: this.#clock.now() });
    });
    return id;
  }

  /** First in the log of changes: nothing is changed that is not in it. */
  async #record(action: string, before: Webhook | undefined, after: Webhook | undefined, by: Actor): Promise<void> {
    const target = (after ?? before)?.id ?? '';
    await this.#control.recordChange({ action, target, before: shown(before), after: shown(after), by });
    await this.commit.write(() => {
      if (after === undefined) this.table.remove(target);
      else this.table.save(after);
      if (after?.enabled === false) this.deliveries.endAll(target, 'the webhook was switched off', this.#clock.now());
    });
    if (after === undefined) this.#webhooks.delete(target);
    else this.#webhooks.set(target, after);
  }
}

/** Without secrets; where it leads may hold one too. */
function shown(webhook: Webhook | undefined) {
  if (webhook === undefined) return null;
  const { tenant = null, description, types = null, enabled, url } = webhook;
  return { tenant, description, types, enabled, host: new URL(url).host };
}

export const secretsOf = ({ secret, old }: Webhook, now: Millis): readonly string[] =>
  old !== undefined && old.until > now ? [secret, old.secret] : [secret];

import type { Millis } from '../../rack/units.ts';
import type { Db } from '../../store/database.ts';

export interface Webhook {
  /** `w` and ten symbols. */
  readonly id: string;
  /** Undefined: of staff, for the whole rack. */
  readonly tenant: string | undefined;
  readonly url: string;
  readonly description: string;
  /** Undefined: every type. */
  readonly types: readonly string[] | undefined;
  readonly secret: string;
  /** Signed with beside the other until then. */
  readonly old: { readonly secret: string; readonly until: Millis } | undefined;
  readonly enabled: boolean;
  readonly disabledWhy: string | undefined;
  /** The event that says so is still to be recorded. */
  readonly untold: boolean;
  readonly failingSince: Millis | undefined;
  readonly failures: number;
  readonly createdAt: Millis;
  readonly requestKey: string | undefined;
}

interface RawWebhook {
  id: string;
  tenant: string | null;
  url: string;
  description: string;
  types: string | null;
  secret: string;
  old_secret: string | null;
  old_until: Millis | null;
  enabled: 0 | 1;
  disabled_why: string | null;
  untold: 0 | 1;
  failing_since: Millis | null;
  failures: number;
  created_at: Millis;
  request_key: string | null;
}

export class WebhookTable {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  all(): Webhook[] {
    return (this.#db.prepare('SELECT * FROM webhooks ORDER BY created_at, id').all() as RawWebhook[]).map((row) => ({
      id: row.id,
      tenant: row.tenant ?? undefined,
      url: row.url,
      description: row.description,
      types: row.types === null ? undefined : (JSON.parse(row.types) as string[]),
      secret: row.secret,
      old: row.old_secret === null ? undefined : { secret: row.old_secret, until: row.old_until as Millis },
      enabled: row.enabled === 1,
      disabledWhy: row.disabled_why ?? undefined,
      untold: row.untold === 1,
      failingSince: row.failing_since ?? undefined,
      failures: row.failures,
      createdAt: row.created_at,
      requestKey: row.request_key ?? undefined,
    }));
  }

  save(webhook: Webhook): void {
    this.#db
      .prepare(`
        INSERT INTO webhooks (id, tenant, url, description, types, secret, old_secret, old_until, enabled, disabled_why,
          untold, failing_since, failures, created_at, request_key)
        VALUES (@id, @tenant, @url, @description, @types, @secret, @oldSecret, @oldUntil, @enabled, @disabledWhy, @untold,
          @failingSince, @failures, @createdAt, @requestKey)
        ON CONFLICT (id) DO UPDATE SET url = excluded.url, description = excluded.description, types = excluded.types,
          secret = excluded.secret, old_secret = excluded.old_secret, old_until = excluded.old_until,
          enabled = excluded.enabled, disabled_why = excluded.disabled_why, untold = excluded.untold,
          failing_since = excluded.failing_since, failures = excluded.failures`)
      .run({
        id: webhook.id,
        tenant: webhook.tenant ?? null,
        url: webhook.url,
        description: webhook.description,
        types: webhook.types === undefined ? null : JSON.stringify(webhook.types),
        secret: webhook.secret,
        oldSecret: webhook.old?.secret ?? null,
        oldUntil: webhook.old?.until ?? null,
        enabled: webhook.enabled ? 1 : 0,
        disabledWhy: webhook.disabledWhy ?? null,
        untold: webhook.untold ? 1 : 0,
        failingSince: webhook.failingSince ?? null,
        failures: webhook.failures,
        createdAt: webhook.createdAt,
        requestKey: webhook.requestKey ?? null,
      });
  }

  /** With its deliveries. */
  remove(id: string): void {
    this.#db.prepare('DELETE FROM webhooks WHERE id = ?').run(id);
  }

  /** The newest event that became deliveries; undefined: none ever did. */
  place(): number | undefined {
    return this.#db.prepare('SELECT upto FROM place').pluck().get() as number | undefined;
  }

  savePlace(upto: number): void {
    this.#db
      .prepare('INSERT INTO place (one, upto) VALUES (1, ?) ON CONFLICT DO UPDATE SET upto = excluded.upto')
      .run(upto);
  }
}

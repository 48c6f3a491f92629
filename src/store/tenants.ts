import type { ApiKey } from '../rack/tenancy/key.ts';
import type { Scope } from '../rack/tenancy/scope.ts';
import type { ServerName } from '../rack/tenancy/server-name.ts';
import type { Tenant } from '../rack/tenancy/tenant.ts';
import type { Millis } from '../rack/units.ts';
import type { Db } from './database.ts';

interface RawTenant {
  name: string;
  quota: number | null;
  disabled_at: Millis | null;
  created_at: Millis;
}

interface RawKey {
  id: string;
  tenant: string | null;
  scope: Scope;
  servers: string | null;
  label: string;
  hash: string;
  created_at: Millis;
  expires_at: Millis | null;
  revoked_at: Millis | null;
}

/** Customers and their keys. A key is never removed: its id stays in the audit log and is given to nobody else. */
export class TenantTable {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  all(): Tenant[] {
    return (this.#db.prepare('SELECT * FROM tenants ORDER BY name').all() as RawTenant[]).map((row) => ({
      name: row.name,
      quota: row.quota ?? undefined,
      disabledAt: row.disabled_at ?? undefined,
      createdAt: row.created_at,
    }));
  }

  save(tenant: Tenant): void {
    this.#db
      .prepare(`
        INSERT INTO tenants (name, quota, disabled_at, created_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (name) DO UPDATE SET quota = excluded.quota, disabled_at = excluded.disabled_at`)
      .run(tenant.name, tenant.quota ?? null, tenant.disabledAt ?? null, tenant.createdAt);
  }

  keys(): ApiKey[] {
    return (this.#db.prepare('SELECT * FROM api_keys ORDER BY created_at, id').all() as RawKey[]).map((row) => ({
      id: row.id,
      tenant: row.tenant ?? undefined,
      scope: row.scope,
      servers: row.servers === null ? undefined : (JSON.parse(row.servers) as ServerName[]),
      label: row.label,
      hash: row.hash,
      createdAt: row.created_at,
      expiresAt: row.expires_at ?? undefined,
      revokedAt: row.revoked_at ?? undefined,
    }));
  }

  saveKey(key: ApiKey): void {
    this.#db
      .prepare(`
        INSERT INTO api_keys (id, tenant, scope, servers, label, hash, created_at, expires_at, revoked_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET revoked_at = excluded.revoked_at`)
      .run(
        key.id,
        key.tenant ?? null,
        key.scope,
        key.servers === undefined ? null : JSON.stringify(key.servers),
        key.label,
        key.hash,
        key.createdAt,
        key.expiresAt ?? null,
        key.revokedAt ?? null,
      );
  }
}

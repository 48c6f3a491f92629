import { randomBytes } from 'node:crypto';
import type { Clock } from '../rack/clock.ts';
import type { Actor } from '../rack/tenancy/actor.ts';
import { type ApiKey, hashOf, newSecret } from '../rack/tenancy/key.ts';
import { isOfRack, type Scope } from '../rack/tenancy/scope.ts';
import type { ServerName } from '../rack/tenancy/server-name.ts';
import { isTenantName, TENANT_NAME_EXPECTED, type Tenant } from '../rack/tenancy/tenant.ts';
import type { Millis } from '../rack/units.ts';
import type { Store } from '../store/store.ts';
import { TenancyError } from './tenancy-error.ts';

export interface KeyRequest {
  /** Left out for a staff key, and only for that. */
  readonly tenant?: string | undefined;
  readonly scope: Scope;
  readonly servers?: readonly ServerName[] | undefined;
  readonly label: string;
  readonly expiresAt?: Millis | undefined;
}

const KEY_ID_SYMBOLS = 10;

/** Tenants and keys: in memory to be read, on disk before a change is told to have happened. */
export class Tenancy {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #tenants = new Map<string, Tenant>();
  readonly #keys = new Map<string, ApiKey>();
  readonly #listeners: (() => void)[] = [];

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    for (const tenant of store.tenants.all()) this.#tenants.set(tenant.name, tenant);
    for (const key of store.tenants.keys()) this.#keys.set(key.id, key);
  }

  /** Calls `listener` after every change. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  tenants(): readonly Tenant[] {
    return [...this.#tenants.values()];
  }

  keys(): readonly ApiKey[] {
    return [...this.#keys.values()];
  }

  /** Makes a tenant, or changes the quota of one and lets its keys work again. */
  async putTenant(name: string, quota: number | undefined, by: Actor): Promise<Tenant> {
    if (!isTenantName(name)) throw new TenancyError('invalid', `expected ${TENANT_NAME_EXPECTED}, got ${quoted(name)}`);
    const before = this.#tenants.get(name);
    const tenant = { name, quota, disabledAt: undefined, createdAt: before?.createdAt ?? this.#clock.now() };
    await this.#saveTenant(tenant, before, before === undefined ? 'tenant.create' : 'tenant.change', by);
    return tenant;
  }

  /** From now on no key of the tenant works. Its servers are left as they are. */
  async disableTenant(name: string, by: Actor): Promise<Tenant> {
    const before = this.tenant(name);
    const tenant = { ...before, disabledAt: before.disabledAt ?? this.#clock.now() };
    await this.#saveTenant(tenant, before, 'tenant.disable', by);
    return tenant;
  }

  /** Makes a key. Its secret is in the answer and nowhere else. */
  async createKey(request: KeyRequest, by: Actor): Promise<{ readonly key: ApiKey; readonly secret: string }> {
    const { scope, servers, label, expiresAt } = request;
    const now = this.#clock.now();
    if (isOfRack(scope) !== (request.tenant === undefined))
      throw new TenancyError('invalid', 'expected a tenant for every scope but staff and monitor, and none for those');
    if (isOfRack(scope) && servers !== undefined)
      throw new TenancyError('invalid', `expected no servers for a ${scope} key: it is for the whole rack`);
    if (request.tenant !== undefined) this.tenant(request.tenant);
    if (expiresAt !== undefined && expiresAt <= now)
      throw new TenancyError('invalid', 'expected a time in the future for the end of the key');
    const secret = newSecret(randomBytes(32));
    const key: ApiKey = {
      id: this.#freeId(),
      tenant: request.tenant,
      scope,
      servers,
      label,
      createdAt: now,
      expiresAt,
      revokedAt: undefined,
      hash: hashOf(secret),
    };
    await this.#saveKey(key, undefined, 'key.create', by);
    return { key, secret };
  }

  /** The key works no more; a second time changes nothing. */
  async revokeKey(id: string, by: Actor): Promise<ApiKey> {
    const before = this.#keys.get(id);
    if (before === undefined) throw new TenancyError('unknown', `no key ${quoted(id)}: \`pirack key list\` shows them`);
    if (before.revokedAt !== undefined) return before;
    const key = { ...before, revokedAt: this.#clock.now() };
    await this.#saveKey(key, before, 'key.revoke', by);
    return key;
  }

  /** Throws unknown. */
  tenant(name: string): Tenant {
    const tenant = this.#tenants.get(name);
    if (tenant === undefined)
      throw new TenancyError('unknown', `no tenant ${quoted(name)}: \`pirack tenant add\` makes one`);
    return tenant;
  }

  #freeId(): string {
    for (;;) {
      const id = `k${randomBytes(KEY_ID_SYMBOLS / 2).toString('hex')}`;
      if (!this.#keys.has(id)) return id;
    }
  }

  async #saveTenant(tenant: Tenant, before: Tenant | undefined, action: string, by: Actor): Promise<void> {
    await this.#store.commit.write(() => {
      this.#store.tenants.save(tenant);
      this.#store.audit.add(this.#clock.now(), by, { action, target: tenant.name, before, after: tenant });
    });
    this.#tenants.set(tenant.name, tenant);
    this.#changed();
  }

  async #saveKey(key: ApiKey, before: ApiKey | undefined, action: string, by: Actor): Promise<void> {
    await this.#store.commit.write(() => {
      this.#store.tenants.saveKey(key);
      this.#store.audit.add(this.#clock.now(), by, {
        action,
        target: key.id,
        before: before && shown(before),
        after: shown(key),
      });
    });
    this.#keys.set(key.id, key);
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** A key without its hash: the log of changes is for reading. */
function shown({ hash: _, ...rest }: ApiKey): Omit<ApiKey, 'hash'> {
  return rest;
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 64));
}

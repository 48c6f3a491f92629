import type { Server } from '../rack/tenancy/server.ts';
import type { ServerName } from '../rack/tenancy/server-name.ts';
import type { Spec } from '../rack/tenancy/spec.ts';
import type { Millis, SlotNumber } from '../rack/units.ts';
import type { Db } from './database.ts';

interface RawServer {
  name: ServerName;
  slot: SlotNumber;
  tenant: string;
  spec: string;
  disk: number;
  image: string;
  keys: string;
  user_data: string | null;
  tags: string;
  protect_delete: 0 | 1;
  protect_rebuild: 0 | 1;
  created_at: Millis;
  slot_since: Millis;
  task: number;
  live_at: Millis | null;
  failure: string | null;
}

/** Servers by name. That a slot has one at most is kept by the schema. */
export class ServerTable {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  all(): Server[] {
    return (this.#db.prepare('SELECT * FROM servers ORDER BY name').all() as RawServer[]).map((row) => ({
      name: row.name,
      slot: row.slot,
      tenant: row.tenant,
      spec: JSON.parse(row.spec) as Spec,
      disk: row.disk,
      image: row.image,
      keys: row.keys,
      userData: row.user_data ?? undefined,
      tags: JSON.parse(row.tags) as Record<string, string>,
      protection: { delete: row.protect_delete === 1, rebuild: row.protect_rebuild === 1 },
      createdAt: row.created_at,
      slotSince: row.slot_since,
      task: row.task,
      liveAt: row.live_at ?? undefined,
      failure: row.failure ?? undefined,
    }));
  }

  save(server: Server): void {
    this.#db
      .prepare(`
        INSERT INTO servers (name, slot, tenant, spec, disk, image, keys, user_data, tags, protect_delete,
          protect_rebuild, created_at, slot_since, task, live_at, failure)
        VALUES (@name, @slot, @tenant, @spec, @disk, @image, @keys, @userData, @tags, @delete, @rebuild, @createdAt,
          @slotSince, @task, @liveAt, @failure)
        ON CONFLICT (name) DO UPDATE SET slot = excluded.slot, slot_since = excluded.slot_since, spec = excluded.spec, task = excluded.task,
          image = excluded.image, keys = excluded.keys, user_data = excluded.user_data,
          tags = excluded.tags, protect_delete = excluded.protect_delete, protect_rebuild = excluded.protect_rebuild,
          live_at = excluded.live_at, failure = excluded.failure`)
      .run({
        name: server.name,
        slot: server.slot,
        tenant: server.tenant,
        spec: JSON.stringify(server.spec),
        disk: server.disk,
        image: server.image,
        keys: server.keys,
        userData: server.userData ?? null,
        tags: JSON.stringify(server.tags),
        delete: server.protection.delete ? 1 : 0,
        rebuild: server.protection.rebuild ? 1 : 0,
        createdAt: server.createdAt,
        slotSince: server.slotSince,
        task: server.task,
        liveAt: server.liveAt ?? null,
        failure: server.failure ?? null,
      });
  }

  remove(name: ServerName): void {
    this.#db.prepare('DELETE FROM servers WHERE name = ?').run(name);
  }
}

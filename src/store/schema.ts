import type { Migration } from './database.ts';

/** Times are milliseconds since the Unix epoch. A migration, once released, is never edited: add the next one. */
export const STATE_MIGRATIONS: readonly Migration[] = [
  `
  CREATE TABLE slots (
    slot INTEGER PRIMARY KEY,
    switch TEXT NOT NULL,
    port TEXT NOT NULL,
    vlan INTEGER NOT NULL,
    ipv4 TEXT NOT NULL,
    ipv6 TEXT NOT NULL,
    routed TEXT,
    host_name TEXT NOT NULL,
    image TEXT
  ) STRICT;

  CREATE TABLE boards (
    slot INTEGER PRIMARY KEY REFERENCES slots(slot) ON DELETE CASCADE,
    mac TEXT,
    serial TEXT,
    revision INTEGER,
    model TEXT,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE leases (
    slot INTEGER PRIMARY KEY REFERENCES slots(slot) ON DELETE CASCADE,
    address TEXT NOT NULL,
    mac TEXT NOT NULL,
    client TEXT NOT NULL,
    given_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE power (
    slot INTEGER PRIMARY KEY REFERENCES slots(slot) ON DELETE CASCADE,
    wanted TEXT NOT NULL CHECK (wanted IN ('on', 'off')),
    -- A power cycle that was asked for and is not finished: it is taken up again after a restart.
    cycling INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    quarantine_cause TEXT,
    quarantine_at INTEGER,
    changed_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE boots (
    id INTEGER PRIMARY KEY,
    slot INTEGER NOT NULL REFERENCES slots(slot) ON DELETE CASCADE,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    outcome TEXT,
    cause TEXT
  ) STRICT;
  CREATE INDEX boots_by_slot ON boots (slot, id);

  CREATE TABLE steps (
    boot INTEGER NOT NULL REFERENCES boots(id) ON DELETE CASCADE,
    milestone TEXT NOT NULL,
    at INTEGER NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (boot, milestone)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    slot INTEGER,
    kind TEXT NOT NULL,
    text TEXT NOT NULL
  ) STRICT;
  CREATE INDEX events_by_slot ON events (slot, id);
  `,
  `
  -- What DHCPv6 has given out: of each leg at most one address and one prefix.
  CREATE TABLE leases6 (
    slot INTEGER NOT NULL REFERENCES slots(slot) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('address', 'prefix')),
    lease TEXT NOT NULL,
    duid TEXT NOT NULL,
    iaid INTEGER NOT NULL,
    via TEXT NOT NULL,
    given_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (slot, kind)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Which box answered at a switch's address, and which of its ports was which PoE row: ports go by the switch's own
  -- names, because numbers may be others after a restart.
  CREATE TABLE switch_chassis (
    switch TEXT PRIMARY KEY,
    bridge_address TEXT,
    units TEXT NOT NULL,
    driver TEXT NOT NULL,
    rule TEXT NOT NULL,
    proven_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE switch_ports (
    switch TEXT NOT NULL REFERENCES switch_chassis(switch) ON DELETE CASCADE,
    if_name TEXT NOT NULL,
    poe_row TEXT NOT NULL,
    if_index INTEGER NOT NULL,
    PRIMARY KEY (switch, if_name)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Changes of a switch's VLANs that were begun and have not ended, with what it was before.
  CREATE TABLE vlan_journal (
    switch TEXT PRIMARY KEY,
    row TEXT NOT NULL,
    written_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE tenants (
    name TEXT PRIMARY KEY,
    -- Servers that it may have; NULL: no limit.
    quota INTEGER,
    disabled_at INTEGER,
    created_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    -- NULL: a staff key.
    tenant TEXT REFERENCES tenants(name),
    scope TEXT NOT NULL CHECK (scope IN ('read', 'power', 'provision', 'staff')),
    -- A JSON list of names; NULL: all servers of the tenant.
    servers TEXT,
    label TEXT NOT NULL,
    hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    CHECK ((scope = 'staff') = (tenant IS NULL))
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    address TEXT,
    tenant TEXT,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    -- JSON, without secrets.
    before TEXT NOT NULL,
    after TEXT NOT NULL
  ) STRICT;
  CREATE INDEX audit_by_tenant ON audit (tenant, id);
  `,
  `
  CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    slot INTEGER NOT NULL,
    who TEXT NOT NULL,
    parameters TEXT NOT NULL,
    request_key TEXT,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'undoing', 'done', 'failed', 'cancelled')),
    step INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    error_code TEXT,
    error TEXT,
    cancelled_by TEXT,
    facts TEXT NOT NULL,
    progress TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX jobs_by_slot ON jobs (slot, id);
  CREATE UNIQUE INDEX jobs_by_key ON jobs (request_key) WHERE request_key IS NOT NULL;
  -- A slot has one job at a time, whoever asks.
  CREATE UNIQUE INDEX jobs_one_active ON jobs (slot) WHERE state IN ('queued', 'running', 'undoing');
  `,
  `
  -- What the board was and which image it booted: only boots alike can be compared.
  ALTER TABLE boots ADD COLUMN model TEXT;
  ALTER TABLE boots ADD COLUMN image TEXT;

  -- What TFTP sent in each stage of a boot; a stage goes by the milestone that it begins with.
  CREATE TABLE boot_loads (
    boot INTEGER NOT NULL REFERENCES boots(id) ON DELETE CASCADE,
    stage TEXT NOT NULL,
    requests INTEGER NOT NULL,
    missing INTEGER NOT NULL,
    files INTEGER NOT NULL,
    broken INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    ms INTEGER NOT NULL,
    retransmits INTEGER NOT NULL,
    PRIMARY KEY (boot, stage)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Not tied to slots: a slot that leaves the rack file and comes back has its root again.
  CREATE TABLE roots (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    slot INTEGER NOT NULL,
    place TEXT NOT NULL UNIQUE,
    image TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('making', 'current', 'kept', 'rescue', 'doomed')),
    host_key TEXT,
    made_at INTEGER NOT NULL,
    keep_until INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX roots_one_of_each ON roots (slot, role) WHERE role IN ('making', 'current', 'rescue');
  `,
  `
  -- Boards as customers have them. A slot that the rack file no longer has keeps its server: that is for people to mend.
  CREATE TABLE servers (
    name TEXT PRIMARY KEY,
    slot INTEGER NOT NULL UNIQUE,
    tenant TEXT NOT NULL REFERENCES tenants(name),
    -- What was sold, as JSON.
    spec TEXT NOT NULL,
    disk INTEGER NOT NULL,
    image TEXT NOT NULL,
    keys TEXT NOT NULL,
    user_data TEXT,
    tags TEXT NOT NULL,
    protect_delete INTEGER NOT NULL,
    protect_rebuild INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    task INTEGER NOT NULL,
    live_at INTEGER,
    failure TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX servers_by_tenant ON servers (tenant);

  -- Slots that staff keep from customers.
  CREATE TABLE maintenance (
    slot INTEGER PRIMARY KEY,
    reason TEXT NOT NULL,
    who TEXT NOT NULL,
    since INTEGER NOT NULL
  ) STRICT;
  `,
  `
  -- What boards let be seen of themselves: of each fact the newest value, and since when it is that.
  CREATE TABLE observations (
    slot INTEGER NOT NULL REFERENCES slots(slot) ON DELETE CASCADE,
    fact TEXT NOT NULL,
    value TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    PRIMARY KEY (slot, fact)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Whose slot it was as the event was recorded, and what programs read of it, as JSON. Numbers are never given twice,
  -- also where all events are swept away: customers resume after the last that they have seen.
  CREATE TABLE events_kept (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    slot INTEGER,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    data TEXT NOT NULL,
    tenant TEXT,
    server TEXT
  ) STRICT;
  INSERT INTO events_kept (id, at, slot, kind, text, data) SELECT id, at, slot, kind, text, '{}' FROM events;
  DROP TABLE events;
  ALTER TABLE events_kept RENAME TO events;
  CREATE INDEX events_by_slot ON events (slot, id);
  CREATE INDEX events_by_tenant ON events (tenant, id);

  -- The newest event of each slot and tenant that is not kept any more. Slot 0: of none. Tenant '': of none.
  CREATE TABLE events_swept (
    slot INTEGER NOT NULL,
    tenant TEXT NOT NULL,
    upto INTEGER NOT NULL,
    PRIMARY KEY (slot, tenant)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Keys of requests that were carried out and leave no other row to be known by.
  CREATE TABLE requests (
    key TEXT PRIMARY KEY,
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX requests_by_time ON requests (at);
  `,
  `
  -- What was tried to be backed up, one row a root and run; slot 0 is the controller itself. Without a snapshot: it failed.
  CREATE TABLE backups (
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    root INTEGER,
    began_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    snapshot TEXT,
    stillness TEXT,
    files INTEGER,
    bytes INTEGER,
    added INTEGER,
    tried INTEGER NOT NULL,
    -- Files that were left out, a JSON list.
    left_out TEXT NOT NULL,
    error TEXT
  ) STRICT;
  CREATE INDEX backups_by_slot ON backups (slot, id);
  CREATE INDEX backups_by_job ON backups (job);
  `,
  `
  ALTER TABLE maintenance ADD COLUMN until INTEGER;
  -- Who quarantined a slot; NULL: recovery did.
  ALTER TABLE power ADD COLUMN quarantine_by TEXT;

  -- Scopes of the whole rack belong to no tenant. A check cannot be changed in place.
  CREATE TABLE api_keys_next (
    id TEXT PRIMARY KEY,
    tenant TEXT REFERENCES tenants(name),
    scope TEXT NOT NULL CHECK (scope IN ('read', 'power', 'provision', 'staff', 'monitor')),
    servers TEXT,
    label TEXT NOT NULL,
    hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    CHECK ((scope IN ('staff', 'monitor')) = (tenant IS NULL))
  ) STRICT, WITHOUT ROWID;
  INSERT INTO api_keys_next SELECT id, tenant, scope, servers, label, hash, created_at, expires_at, revoked_at FROM api_keys;
  DROP TABLE api_keys;
  ALTER TABLE api_keys_next RENAME TO api_keys;

  -- What staff asked for of many slots at once. Its jobs go by their request keys.
  CREATE TABLE job_groups (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    action TEXT NOT NULL,
    slots TEXT NOT NULL,
    who TEXT NOT NULL,
    request_key TEXT UNIQUE,
    -- Slots that were done at once, and those that were refused with the reason, as JSON.
    results TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT;
  `,
  `
  -- Since when the slot is this server's: what was seen of it before is somebody else's.
  ALTER TABLE servers ADD COLUMN slot_since INTEGER NOT NULL DEFAULT 0;
  UPDATE servers SET slot_since = max(created_at, coalesce(
    (SELECT max(at) FROM audit WHERE action = 'server.move' AND target = servers.name), created_at));
  `,
];

import type { Migration } from '../../store/database.ts';

/** webhooks.db, which only the API writes. Times are milliseconds since the Unix epoch. */
export const WEBHOOK_MIGRATIONS: readonly Migration[] = [
  `
  CREATE TABLE webhooks (
    id TEXT PRIMARY KEY,
    -- NULL: of staff, for the whole rack.
    tenant TEXT,
    url TEXT NOT NULL,
    description TEXT NOT NULL,
    -- A JSON list; NULL: every type.
    types TEXT,
    -- As they are: what is sent is signed with them.
    secret TEXT NOT NULL,
    old_secret TEXT,
    old_until INTEGER,
    enabled INTEGER NOT NULL,
    disabled_why TEXT,
    -- It was switched off, and the controller has not recorded the event on it yet.
    untold INTEGER NOT NULL DEFAULT 0,
    -- Since the last success.
    failing_since INTEGER,
    failures INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    -- Of the request that made it: the same one again makes no second.
    request_key TEXT UNIQUE
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook TEXT NOT NULL REFERENCES webhooks(id) ON DELETE CASCADE,
    -- The receiver knows a message by this, however often it comes.
    message TEXT NOT NULL,
    type TEXT NOT NULL,
    -- The server that it is about: its events are sent in their order. '': none.
    lane TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    -- Of the last try.
    status INTEGER,
    error TEXT,
    millis INTEGER
  ) STRICT;
  CREATE INDEX deliveries_by_webhook ON deliveries (webhook, id);
  CREATE INDEX deliveries_pending ON deliveries (webhook, lane, id) WHERE state = 'pending';
  CREATE INDEX deliveries_due ON deliveries (due_at, webhook) WHERE state = 'pending';

  -- The newest event that became deliveries: moved in one commit with them.
  CREATE TABLE place (one INTEGER PRIMARY KEY CHECK (one = 1), upto INTEGER NOT NULL) STRICT;
  `,
];

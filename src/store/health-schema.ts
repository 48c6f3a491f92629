import type { Migration } from './database.ts';

/** Of health.db; as those of state.db in schema.ts: one, once released, is never edited. */
export const HEALTH_MIGRATIONS: readonly Migration[] = [
  `
  CREATE TABLE health (
    slot INTEGER PRIMARY KEY,
    stage TEXT NOT NULL,
    admin INTEGER,
    detection TEXT,
    watts REAL,
    reachable6 INTEGER,
    since INTEGER NOT NULL,
    last_cause TEXT,
    checked_at INTEGER NOT NULL
  ) STRICT;
  `,
  `
  -- Every switch port that is counted, with its newest reading. Undefined is NULL: the switch does not say, or it is not
  -- proven.
  CREATE TABLE ports (
    id INTEGER PRIMARY KEY,
    switch TEXT NOT NULL,
    port TEXT NOT NULL,
    slot INTEGER,
    read_at INTEGER,
    link TEXT,
    speed INTEGER,
    duplex TEXT,
    delivering INTEGER,
    watts REAL,
    in_bits_per_second REAL,
    out_bits_per_second REAL,
    -- Findings of now, one sentence a line.
    findings TEXT NOT NULL DEFAULT '',
    UNIQUE (switch, port)
  ) STRICT;

  -- What was counted in each five minutes. The time comes first in the key, so that what is written lies together at the
  -- end and what is dropped lies together at the beginning.
  CREATE TABLE port_history (
    began_at INTEGER NOT NULL,
    port INTEGER NOT NULL,
    -- How long was counted: rates are what was counted divided by this, whatever falls into the five minutes.
    millis INTEGER NOT NULL,
    in_octets INTEGER,
    out_octets INTEGER,
    octets_millis INTEGER NOT NULL,
    receive_errors INTEGER,
    send_errors INTEGER,
    in_discards INTEGER,
    out_discards INTEGER,
    link_changes INTEGER,
    mps_absent INTEGER,
    denied INTEGER,
    overloads INTEGER,
    watts_max REAL,
    -- Watts times milliseconds, and the milliseconds in which watts are known.
    watt_millis REAL,
    watts_known_millis INTEGER NOT NULL,
    PRIMARY KEY (began_at, port)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Since when the port is the slot's: what it counted before was of another board.
  ALTER TABLE ports ADD COLUMN slot_since INTEGER NOT NULL DEFAULT 0;

  -- What was seen of each slot in each five minutes. Durations are those in which something was known, and in which it was
  -- so; NULL is not known.
  CREATE TABLE health_history (
    began_at INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    power_known_millis INTEGER NOT NULL,
    powered_millis INTEGER NOT NULL,
    asked_millis INTEGER NOT NULL,
    answered_millis INTEGER NOT NULL,
    -- The last one.
    condition TEXT,
    disk_used INTEGER,
    -- Of what the board says of itself: sums with their counts, and the most or least.
    load_count INTEGER NOT NULL,
    load_hundredths INTEGER,
    load_hundredths_max INTEGER,
    heat_count INTEGER NOT NULL,
    heat_tenths INTEGER,
    heat_tenths_max INTEGER,
    memory_kib_min INTEGER,
    throttled INTEGER,
    PRIMARY KEY (began_at, slot)
  ) STRICT, WITHOUT ROWID;
  `,
];

-- Times are microseconds since 1970 (UTC); an entry without a time has the smallest time there is.

CREATE TABLE shards (
  number     INTEGER PRIMARY KEY,
  controller TEXT    NOT NULL,
  site       TEXT    NOT NULL,
  last_seq   INTEGER NOT NULL DEFAULT 0,
  told_upto  INTEGER NOT NULL DEFAULT 0,
  UNIQUE (controller, site)
);

-- AUTOINCREMENT: a sequence number is never given twice, even after its entry was pruned
CREATE TABLE entries (
  seq       INTEGER PRIMARY KEY AUTOINCREMENT,
  shard     INTEGER NOT NULL,
  id        TEXT    NOT NULL,
  ts        INTEGER NOT NULL,
  origins   INTEGER NOT NULL,
  match_key TEXT,
  body      BLOB    NOT NULL,
  raw       BLOB    NOT NULL
);
CREATE UNIQUE INDEX entries_by_id ON entries (shard, id);
CREATE INDEX entries_by_time ON entries (shard, ts);

-- other ids under which an entry was heard
CREATE TABLE aliases (
  shard INTEGER NOT NULL,
  id    TEXT    NOT NULL,
  seq   INTEGER NOT NULL,
  PRIMARY KEY (shard, id)
) WITHOUT ROWID;
CREATE INDEX aliases_by_entry ON aliases (seq);

CREATE TABLE rollups (
  shard   INTEGER NOT NULL,
  hour    INTEGER NOT NULL,
  kind    TEXT    NOT NULL,
  subject TEXT    NOT NULL,
  count   INTEGER NOT NULL,
  PRIMARY KEY (shard, hour, kind, subject)
) WITHOUT ROWID;

CREATE TABLE told (
  shard     INTEGER NOT NULL,
  report_id TEXT    NOT NULL,
  channel   TEXT    NOT NULL,
  seq       INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  PRIMARY KEY (shard, report_id, channel)
);

CREATE TABLE cursors (
  shard  INTEGER NOT NULL,
  source TEXT    NOT NULL,
  at     INTEGER NOT NULL,
  PRIMARY KEY (shard, source)
);

CREATE TABLE gaps (
  number    INTEGER PRIMARY KEY,
  shard     INTEGER NOT NULL,
  source    TEXT    NOT NULL,
  begins    INTEGER NOT NULL,
  ends      INTEGER,
  reason    TEXT    NOT NULL,
  filled_by TEXT    NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX one_open_gap ON gaps (shard, source) WHERE ends IS NULL;

CREATE TABLE sources (
  shard      INTEGER NOT NULL,
  source     TEXT    NOT NULL,
  state      TEXT    NOT NULL,
  reason     TEXT    NOT NULL,
  first_seen INTEGER,
  last_seen  INTEGER,
  entries    INTEGER NOT NULL,
  PRIMARY KEY (shard, source)
);

CREATE TABLE failures (
  number   INTEGER PRIMARY KEY AUTOINCREMENT,
  at       INTEGER NOT NULL,
  happened TEXT    NOT NULL,
  message  TEXT    NOT NULL,
  shard    INTEGER
);

CREATE TABLE drops (
  shard INTEGER NOT NULL,
  at    INTEGER NOT NULL,
  what  TEXT    NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (shard, at, what)
);

CREATE TABLE facts (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE pending (
  report_id TEXT    PRIMARY KEY,
  shard     INTEGER NOT NULL,
  upto_seq  INTEGER NOT NULL,
  body      BLOB    NOT NULL,
  at        INTEGER NOT NULL
);

CREATE TABLE pending_channels (
  report_id TEXT    NOT NULL,
  channel   TEXT    NOT NULL,
  place     INTEGER NOT NULL,
  told_at   INTEGER,
  PRIMARY KEY (report_id, channel)
);

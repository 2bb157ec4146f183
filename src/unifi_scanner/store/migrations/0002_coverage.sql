-- a source has been read without a hole from `since` up to `at`
ALTER TABLE cursors ADD COLUMN since INTEGER;
UPDATE cursors SET since = at;

-- when a source last told of a part of the network, and the longest it ever was silent about it before
CREATE TABLE cadence (
  shard   INTEGER NOT NULL,
  source  TEXT    NOT NULL,
  area    TEXT    NOT NULL,
  first   INTEGER NOT NULL,
  last    INTEGER NOT NULL,
  longest INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (shard, source, area)
) WITHOUT ROWID;

-- one that goes on is one failure: how often, and since when
ALTER TABLE failures ADD COLUMN times INTEGER NOT NULL DEFAULT 1;
ALTER TABLE failures ADD COLUMN since INTEGER;

-- what a controller began or stopped to answer, as a sentence
CREATE TABLE changes (
  number   INTEGER PRIMARY KEY,
  shard    INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  sentence TEXT    NOT NULL
);

-- a source that told most of what a gap hides, but not all of it
ALTER TABLE gaps ADD COLUMN partly_by TEXT NOT NULL DEFAULT '';

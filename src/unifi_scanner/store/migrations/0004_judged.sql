-- what judging the untold entries came to so far, so that a report need not begin at the beginning; `state` is empty while it is
-- being made, `until` its first moment that is not judged yet. Whatever changes what lies before `until` removes the row.
-- AUTOINCREMENT: whoever made a row that was removed must not find another one under its number
CREATE TABLE judged (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  shard  INTEGER NOT NULL,
  until  INTEGER NOT NULL,
  basis  TEXT    NOT NULL DEFAULT '',
  seq    INTEGER NOT NULL,
  state  BLOB
);
CREATE INDEX judged_by_shard ON judged (shard, until);

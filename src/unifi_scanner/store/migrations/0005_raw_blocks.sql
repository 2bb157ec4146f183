-- Records as received, of entries whose `raw` is empty: compressed, those of the entries from first_seq to last_seq.
-- Entries of before keep theirs beside them.

CREATE TABLE raw_blocks (
  last_seq  INTEGER PRIMARY KEY,
  first_seq INTEGER NOT NULL,
  records   BLOB    NOT NULL
);

-- a message of any kind, kept until every channel it is for has taken it; `thread` is the incident it tells of
CREATE TABLE outbox (
  id       TEXT    PRIMARY KEY,
  kind     TEXT    NOT NULL,
  shard    INTEGER NOT NULL,
  upto_seq INTEGER NOT NULL,
  thread   TEXT    NOT NULL,
  body     BLOB    NOT NULL,
  at       INTEGER NOT NULL
);
CREATE INDEX outbox_by_thread ON outbox (thread) WHERE thread <> '';

-- queued: not handed over. sent: handed over, and nobody has said yet whether it arrived. confirmed: taken.
-- folded: another message tells what it would have told
CREATE TABLE deliveries (
  message  TEXT    NOT NULL,
  channel  TEXT    NOT NULL,
  place    INTEGER NOT NULL,
  state    TEXT    NOT NULL DEFAULT 'queued',
  attempts INTEGER NOT NULL DEFAULT 0,
  next_try INTEGER NOT NULL,
  ended    INTEGER,
  PRIMARY KEY (message, channel)
) WITHOUT ROWID;
CREATE INDEX deliveries_waiting ON deliveries (channel) WHERE ended IS NULL;

INSERT INTO outbox (id, kind, shard, upto_seq, thread, body, at)
  SELECT report_id, 'report', shard, upto_seq, '', body, at FROM pending;
INSERT INTO deliveries (message, channel, place, state, next_try, ended)
  SELECT c.report_id, c.channel, c.place, CASE WHEN c.told_at IS NULL THEN 'queued' ELSE 'confirmed' END, p.at, c.told_at
  FROM pending_channels c JOIN pending p ON p.report_id = c.report_id;
DROP TABLE pending;
DROP TABLE pending_channels;

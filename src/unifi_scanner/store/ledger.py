"""The store's books: sources, gaps, failures, drops, cursors and small facts."""

from __future__ import annotations

from datetime import datetime, timedelta

from unifi_scanner.models.coverage import Drop, Gap
from unifi_scanner.models.enums import SourceState
from unifi_scanner.store.base import Cadence, Cursor, Failure, HowRead, Shard, SourceNote
from unifi_scanner.store.rows import from_us, plain, to_us
from unifi_scanner.store.shards import Shards

MOST_FAILURES = 1000
SAME_TROUBLE = timedelta(hours=1)  # the same failure within it is one that goes on
_EVER = 2**62

_NOTE_READ = """
    INSERT INTO cursors (shard, source, at, since) VALUES (?, ?, ?, ?)
    ON CONFLICT (shard, source) DO UPDATE SET
      at = max(cursors.at, excluded.at),
      since = CASE ? WHEN 'anew' THEN excluded.since WHEN 'back' THEN min(cursors.since, excluded.since) ELSE cursors.since END
"""
_OPEN_GAP = """
    INSERT INTO gaps (shard, source, begins, reason) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING
"""
_CLOSE_GAP = """
    UPDATE gaps SET ends = CASE WHEN begins > ? THEN begins ELSE ? END
    WHERE shard = ? AND source = ? AND ends IS NULL
"""
_FILL_GAP = """
    UPDATE gaps SET filled_by = ?
    WHERE shard = ? AND source = ? AND filled_by = '' AND ends <= ? AND begins >= ?
"""
_FILL_GAP_PARTLY = """
    UPDATE gaps SET partly_by = ?
    WHERE shard = ? AND source = ? AND filled_by = '' AND ends <= ? AND begins >= ?
"""
_FILL_END_OF_GAP = """
    UPDATE gaps SET ends = ?1
    WHERE shard = ?2 AND source = ?3 AND filled_by = '' AND ends <= ?4 AND begins < ?1 AND ends > ?1
"""
_GAPS = """
    SELECT source, begins, ends, reason, filled_by, partly_by FROM gaps
    WHERE shard = ? AND begins < ? AND (ends IS NULL OR ends >= ?) ORDER BY begins, number
"""
_NOTE = """
    INSERT INTO sources (shard, source, state, reason, first_seen, last_seen, entries)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (shard, source) DO UPDATE SET
      state = excluded.state,
      reason = excluded.reason,
      first_seen = coalesce(sources.first_seen, excluded.first_seen),
      last_seen = coalesce(excluded.last_seen, sources.last_seen),
      entries = sources.entries + excluded.entries
"""
_SOURCES = """
    SELECT source, state, reason, first_seen, last_seen, entries FROM sources WHERE shard = ? ORDER BY source
"""
_FAIL_AGAIN = """
    UPDATE failures SET at = ?1, times = times + 1 WHERE number = (
      SELECT max(number) FROM failures WHERE happened = ?2 AND message = ?3 AND shard IS ?4 AND at >= ?5)
"""
_FAILURES = (
    "SELECT happened, message, at, shard, times, since FROM failures WHERE at >= ? ORDER BY at, number"
)
_DROP = """
    INSERT INTO drops (shard, at, what, count) VALUES (?, ?, ?, ?)
    ON CONFLICT (shard, at, what) DO UPDATE SET count = drops.count + excluded.count
"""
_DROPS = """
    SELECT what, sum(count) FROM drops WHERE shard = ? AND at >= ? GROUP BY what ORDER BY what
"""
_REMEMBER = """
    INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""
_ANSWERED = (SourceState.OK, SourceState.QUIET)


class Ledger(Shards):
    """What is known about how well we heard."""

    def cursor(self, shard: Shard, source: str) -> Cursor | None:
        """Return from when to when `source` has been read without a hole."""
        sql = "SELECT since, at FROM cursors WHERE shard = ? AND source = ?"
        rows = self._db.rows(sql, (self._known_number(shard), source))
        return Cursor(from_us(rows[0][0]), from_us(rows[0][1])) if rows else None

    def note_read(
        self, shard: Shard, source: str, since: datetime, upto: datetime, how: HowRead = "on"
    ) -> None:
        """Note that `source` was read from `since` to `upto`: `on` from before, further `back`, or `anew` after a hole."""
        with self._db.writing() as connection:
            values = (self._number(shard, connection), source, to_us(upto), to_us(since), how)
            connection.execute(_NOTE_READ, values)

    def open_gap(self, shard: Shard, source: str, start: datetime, reason: str) -> None:
        """Note that `source` is not heard from `start` on; an open gap stays the one it is."""
        with self._db.writing() as connection:
            number = self._number(shard, connection)
            connection.execute(_OPEN_GAP, (number, source, to_us(start), plain(reason)))

    def close_gap(self, shard: Shard, source: str, end: datetime) -> None:
        """Note that `source` is heard again."""
        self._db.write(_CLOSE_GAP, (to_us(end), to_us(end), self._known_number(shard), source))

    def fill_gap(
        self, shard: Shard, source: str, by: str, *, since: datetime, upto: datetime, whole: bool = True
    ) -> None:
        """Note that `by` told what `source` missed from `since` to `upto`; what a gap has before that stays open.

        Told not `whole`, the gap stays open too, and says by whom most of it was told.
        """
        number, first, last = self._known_number(shard), to_us(since), to_us(upto)
        with self._db.writing() as connection:
            if not whole:
                connection.execute(_FILL_GAP_PARTLY, (by, number, source, last, first))
                return
            connection.execute(_FILL_GAP, (by, number, source, last, first))
            connection.execute(_FILL_END_OF_GAP, (first, number, source, last))

    def gaps(
        self, shard: Shard, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[Gap]:
        """Return the gaps that touch the period, oldest first."""
        first = -_EVER if since is None else to_us(since)
        last = _EVER if until is None else to_us(until)
        rows = self._db.rows(_GAPS, (self._known_number(shard), last, first))
        return [
            Gap(
                source=source,
                start=from_us(begins),
                end=_moment(ends),
                reason=reason,
                closed=bool(by),
                closed_by=by or partly,
                partly=bool(partly and not by),
            )
            for source, begins, ends, reason, by, partly in rows
        ]

    def note_source(
        self,
        shard: Shard,
        source: str,
        at: datetime,
        state: SourceState,
        *,
        entries: int = 0,
        reason: str = "",
    ) -> None:
        """Note how `source` fared just now."""
        seen = to_us(at) if state in _ANSWERED else None
        with self._db.writing() as connection:
            number = self._number(shard, connection)
            connection.execute(_NOTE, (number, source, state.value, plain(reason), seen, seen, entries))

    def sources(self, shard: Shard) -> list[SourceNote]:
        """Return what is known of every source, by name."""
        return [
            SourceNote(
                source=source,
                state=SourceState(state),
                reason=reason,
                first_seen=_moment(first),
                last_seen=_moment(last),
                entries=entries,
            )
            for source, state, reason, first, last, entries in self._db.rows(
                _SOURCES, (self._known_number(shard),)
            )
        ]

    def record_change(self, shard: Shard, sentence: str, at: datetime) -> None:
        """Note what a controller began or stopped to answer."""
        with self._db.writing() as connection:
            values = (self._number(shard, connection), to_us(at), plain(sentence))
            connection.execute("INSERT INTO changes (shard, at, sentence) VALUES (?, ?, ?)", values)

    def changes(self, shard: Shard, since: datetime) -> list[str]:
        """Return what a controller began or stopped to answer since then, oldest first."""
        sql = "SELECT sentence FROM changes WHERE shard = ? AND at >= ? ORDER BY at, number"
        return [sentence for (sentence,) in self._db.rows(sql, (self._known_number(shard), to_us(since)))]

    def cadences(self, shard: Shard) -> list[Cadence]:
        """Return how often each source speaks of each part of the network."""
        sql = "SELECT source, area, first, last, longest FROM cadence WHERE shard = ? ORDER BY source, area"
        return [
            Cadence(
                source=source,
                area=area,
                first=from_us(first),
                last=from_us(last),
                longest_silence=timedelta(microseconds=longest),
            )
            for source, area, first, last, longest in self._db.rows(sql, (self._known_number(shard),))
        ]

    def record_failure(self, where: str, message: str, at: datetime, *, shard: Shard | None = None) -> None:
        """Note that something went wrong; one that goes on is counted, and only the latest are kept."""
        with self._db.writing() as connection:
            number = None if shard is None else self._number(shard, connection)
            values = (to_us(at), where, plain(message), number, to_us(at - SAME_TROUBLE))
            if connection.execute(_FAIL_AGAIN, values).rowcount:
                return
            connection.execute(
                "INSERT INTO failures (happened, message, at, since, shard) VALUES (?, ?, ?, ?, ?)",
                (where, plain(message), to_us(at), to_us(at), number),
            )
            connection.execute(
                "DELETE FROM failures WHERE number <= (SELECT max(number) FROM failures) - ?",
                (MOST_FAILURES,),
            )

    def failures(self, since: datetime) -> list[Failure]:
        """Return what went wrong since then, oldest first."""
        return [
            Failure(
                where=where,
                message=message,
                at=from_us(at),
                shard=self._shard(number),
                times=times,
                first_at=from_us(at if first is None else first),
            )
            for where, message, at, number, times, first in self._db.rows(_FAILURES, (to_us(since),))
        ]

    def record_drop(self, shard: Shard, what: str, count: int, at: datetime) -> None:
        """Note that `count` of something was received and not kept."""
        with self._db.writing() as connection:
            number = self._number(shard, connection)
            connection.execute(_DROP, (number, to_us(at), plain(what), count))

    def drops(self, shard: Shard, since: datetime) -> list[Drop]:
        """Return what was dropped since then, summed."""
        rows = self._db.rows(_DROPS, (self._known_number(shard), to_us(since)))
        return [Drop(what=what, count=count) for what, count in rows]

    def remember(self, key: str, value: str) -> None:
        """Keep a small fact."""
        self._db.write(_REMEMBER, (key, plain(value)))

    def recall(self, key: str) -> str | None:
        """Return a small fact kept before."""
        value = self._db.value("SELECT value FROM facts WHERE name = ?", (key,))
        return None if value is None else str(value)


def _moment(us: int | None) -> datetime | None:
    return None if us is None else from_us(us)

"""What judging came to so far: kept beside the entries, and gone as soon as one of those it rests on changes."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from unifi_scanner.store.base import Judged, Shard
from unifi_scanner.store.rows import NO_TIME_US, from_us, to_us
from unifi_scanner.store.shards import Shards

DAYS_KEPT = 3  # of each day the latest; an older one is of use once a late entry has removed the newer ones
_DAY_US = 86_400_000_000

_UNTOLD = """
    SELECT count(*) FROM (SELECT 1 FROM entries WHERE shard = ? AND ts >= ? AND ts < ? AND seq > ? LIMIT ?)
"""
_BEGIN = "INSERT INTO judged (shard, until, seq) VALUES (?, ?, ?)"
_LAST_SEQ = "SELECT last_seq FROM shards WHERE number = ?"
_FINISH = "UPDATE judged SET until = ?, basis = ?, state = ? WHERE number = ?"
_UNFINISHED = "DELETE FROM judged WHERE shard = ? AND state IS NULL"
_OF_ANOTHER_BASIS = "DELETE FROM judged WHERE shard = ? AND basis <> ? AND state IS NOT NULL"
_LATEST = """
    SELECT number, until, seq, state FROM judged
    WHERE shard = ? AND basis = ? AND state IS NOT NULL ORDER BY until DESC, number DESC LIMIT 1
"""
_THIN_OUT = f"""
    DELETE FROM judged WHERE shard = :shard AND state IS NOT NULL AND number NOT IN (
      SELECT number FROM (
        SELECT number, max(until) FROM judged WHERE shard = :shard AND state IS NOT NULL
        GROUP BY until / {_DAY_US} ORDER BY until DESC LIMIT {DAYS_KEPT}
      )
    )
"""  # noqa: S608 - made of constants
_VOID = "DELETE FROM judged WHERE shard = ? AND until > ?"
_VOID_UNTOLD = """
    DELETE FROM judged WHERE shard IN (
      SELECT e.shard FROM entries e JOIN shards ON shards.number = e.shard
      WHERE e.seq IN (SELECT seq FROM doomed) AND e.seq > told_upto
    )
"""


class JudgedSoFar(Shards):
    """What was judged of each shard ahead of its next report."""

    def has_at_least(
        self, number: int, shard: Shard, *, since: datetime | None, until: datetime, after_seq: int = 0
    ) -> bool:
        """Return whether so many entries happened between those moments and arrived after `after_seq`."""
        first = NO_TIME_US if since is None else to_us(since)
        values = (self._known_number(shard), first, to_us(until), after_seq, number)
        return int(self._db.value(_UNTOLD, values)) >= number

    def begin_judged(self, shard: Shard, until: datetime) -> tuple[int, int]:
        """Note that what happened before `until` is being judged; return a number for it, and the last arrival it covers.

        From here on, an entry that comes late, changes or goes away lets go of it.
        """
        with self._db.writing() as connection:
            number = self._number(shard, connection)
            connection.execute(_UNFINISHED, (number,))
            last_seq = int(connection.execute(_LAST_SEQ, (number,)).fetchone()[0])
            began = connection.execute(_BEGIN, (number, to_us(until), last_seq)).lastrowid
            return int(began or 0), last_seq

    def finish_judged(self, shard: Shard, number: int, *, until: datetime, basis: str, state: bytes) -> bool:
        """Keep what came of it, and return whether it still holds; what rests on another basis is let go of."""
        with self._db.writing() as connection:
            mine = self._number(shard, connection)
            is_kept = connection.execute(_FINISH, (to_us(until), basis, state, number)).rowcount > 0
            connection.execute(_OF_ANOTHER_BASIS, (mine, basis))
            connection.execute(_THIN_OUT, {"shard": mine})
        return is_kept

    def judged(self, shard: Shard, basis: str) -> Judged | None:
        """Return how far everything not told yet was judged on this basis, and what came of it; None where not at all."""
        for number, until, seq, state in self._db.rows(_LATEST, (self._known_number(shard), basis)):
            return Judged(number=number, until=from_us(until), seq=seq, state=state)
        return None

    def drop_judged(self, number: int) -> None:
        """Let go of one that cannot be used."""
        self._db.write("DELETE FROM judged WHERE number = ?", (number,))


def void_from(connection: sqlite3.Connection, shard: int, first_us: int) -> None:
    """Let go of what was judged of a shard beyond a moment, since what happened then is another now."""
    connection.execute(_VOID, (shard, first_us))


def void_doomed(connection: sqlite3.Connection) -> None:
    """Let go of what was judged of shards that are about to lose entries no report has told."""
    connection.execute(_VOID_UNTOLD)

"""The store's memory of telling: how far reports have told, and what still waits to be sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from unifi_scanner.store.base import Pending, Shard
from unifi_scanner.store.rows import from_us, to_us
from unifi_scanner.store.shards import Shards

_TOLD = """
    INSERT INTO told (shard, report_id, channel, seq, at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (shard, report_id, channel) DO UPDATE SET seq = excluded.seq, at = excluded.at
"""
_TOLD_UPTO = "UPDATE shards SET told_upto = ? WHERE number = ? AND told_upto < ?"
_SAVE = """
    INSERT INTO pending (report_id, shard, upto_seq, body, at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (report_id) DO NOTHING
"""
_SAVE_CHANNEL = """
    INSERT INTO pending_channels (report_id, channel, place) VALUES (?, ?, ?) ON CONFLICT DO NOTHING
"""
_PENDING = """
    SELECT p.report_id, s.controller, s.site, p.upto_seq, p.body, p.at
    FROM pending p JOIN shards s ON s.number = p.shard ORDER BY p.at, p.report_id
"""
_CHANNELS = """
    SELECT report_id, channel, told_at FROM pending_channels ORDER BY report_id, place
"""
_SETTLE = """
    UPDATE pending_channels SET told_at = ? WHERE report_id = ? AND channel = ? AND told_at IS NULL
"""
_SETTLED = """
    DELETE FROM pending WHERE report_id = ? AND NOT EXISTS (
      SELECT 1 FROM pending_channels c WHERE c.report_id = pending.report_id AND c.told_at IS NULL)
"""
_TIDY = """
    DELETE FROM pending_channels WHERE NOT EXISTS (
      SELECT 1 FROM pending p WHERE p.report_id = pending_channels.report_id)
"""


class Outbox(Shards):
    """What has been told, and what has yet to be."""

    def told_upto(self, shard: Shard) -> int:
        """Return up to which sequence number reports have told."""
        number = self._known_number(shard)
        return int(self._db.value("SELECT told_upto FROM shards WHERE number = ?", (number,)) or 0)

    def mark_told(self, shard: Shard, seq: int, *, report_id: str, channel: str, at: datetime) -> None:
        """Note that a report told everything up to `seq` through `channel`; never backwards."""
        with self._db.writing() as connection:
            number = self._number(shard, connection)
            connection.execute(_TOLD, (number, report_id, channel, seq, to_us(at)))
            connection.execute(_TOLD_UPTO, (seq, number, seq))

    def save_pending(
        self,
        report_id: str,
        shard: Shard,
        upto_seq: int,
        body: bytes,
        channels: Sequence[str],
        at: datetime,
    ) -> None:
        """Keep a report until every one of `channels` has taken it."""
        with self._db.writing() as connection:
            number = self._number(shard, connection)
            connection.execute(_SAVE, (report_id, number, upto_seq, body, to_us(at)))
            connection.executemany(
                _SAVE_CHANNEL, [(report_id, channel, place) for place, channel in enumerate(channels)]
            )

    def pending(self) -> list[Pending]:
        """Return the reports that some channel has not taken yet, oldest first."""
        waiting: dict[str, list[str]] = {}
        told: dict[str, list[str]] = {}
        for report_id, channel, told_at in self._db.rows(_CHANNELS):
            (waiting if told_at is None else told).setdefault(report_id, []).append(channel)
        return [
            Pending(
                report_id=report_id,
                shard=Shard(controller, site),
                upto_seq=upto_seq,
                body=body,
                channels=tuple(waiting.get(report_id, ())),
                at=from_us(at),
                told=tuple(told.get(report_id, ())),
            )
            for report_id, controller, site, upto_seq, body, at in self._db.rows(_PENDING)
        ]

    def settle(self, report_id: str, channel: str, at: datetime) -> None:
        """Note that `channel` took the report; the last one to do so ends its wait."""
        with self._db.writing() as connection:
            connection.execute(_SETTLE, (to_us(at), report_id, channel))
            connection.execute(_SETTLED, (report_id,))
            connection.execute(_TIDY)

    def drop_pending(self, report_id: str) -> None:
        """Give up on a report."""
        with self._db.writing() as connection:
            connection.execute("DELETE FROM pending WHERE report_id = ?", (report_id,))
            connection.execute(_TIDY)

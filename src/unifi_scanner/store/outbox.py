"""The store's memory of telling: how far reports have told, and what every channel still has to take."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from unifi_scanner.store.base import Delivery, Outgoing, Pending, Shard
from unifi_scanner.store.rows import from_us, plain, to_us
from unifi_scanner.store.shards import Shards

_TOLD = """
    INSERT INTO told (shard, report_id, channel, seq, at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (shard, report_id, channel) DO UPDATE SET seq = excluded.seq, at = excluded.at
"""
_TOLD_UPTO = "UPDATE shards SET told_upto = ? WHERE number = ? AND told_upto < ?"
_FACT = """
    INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""
_SAVE = """
    INSERT INTO outbox (id, kind, shard, upto_seq, thread, body, at) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO NOTHING
"""
_SAVE_CHANNEL = """
    INSERT INTO deliveries (message, channel, place, next_try) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING
"""
_PENDING = """
    SELECT o.id, s.controller, s.site, o.upto_seq, o.body, o.at, o.kind, o.thread
    FROM outbox o JOIN shards s ON s.number = o.shard
    WHERE EXISTS (SELECT 1 FROM deliveries d WHERE d.message = o.id AND d.ended IS NULL) ORDER BY o.at, o.id
"""
_CHANNELS = "SELECT message, channel, state, ended FROM deliveries ORDER BY message, place"
_WAITING = """
    SELECT d.message, o.kind, s.controller, s.site, o.upto_seq, o.thread, o.at, d.attempts, d.next_try, d.state
    FROM deliveries d JOIN outbox o ON o.id = d.message JOIN shards s ON s.number = o.shard
    WHERE d.channel = ? AND d.ended IS NULL ORDER BY d.attempts > 0, d.next_try, o.at, o.id
"""
_BEGIN = """
    UPDATE deliveries SET state = 'sent', attempts = attempts + 1 WHERE message = ? AND channel = ? AND ended IS NULL
"""
_DELAY = """
    UPDATE deliveries SET state = 'queued', next_try = ? WHERE message = ? AND channel = ? AND ended IS NULL
"""
_END = "UPDATE deliveries SET state = ?, ended = ? WHERE message = ? AND channel = ? AND ended IS NULL"
_FORGET_REPORT = """
    DELETE FROM outbox WHERE id = ? AND kind = 'report'
    AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.message = outbox.id AND d.ended IS NULL)
"""
_FORGET = """
    DELETE FROM outbox WHERE at < ?
    AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.message = outbox.id AND d.ended IS NULL)
"""
_TIDY = "DELETE FROM deliveries WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.id = deliveries.message)"
_DROP = """
    DELETE FROM outbox WHERE id = ?
    AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.message = outbox.id AND d.state = 'sent')
"""
_OF_THREAD = """
    SELECT d.message, d.channel, d.state FROM deliveries d JOIN outbox o ON o.id = d.message
    WHERE o.thread = ? ORDER BY o.at, o.id, d.place
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

    def post(
        self,
        messages: Sequence[Outgoing],
        *,
        facts: Mapping[str, str] | None = None,
        instead_of: Sequence[tuple[str, str]] = (),
        at: datetime,
    ) -> None:
        """Queue messages, all of them or none, together with the `facts` that say why; one already queued stays.

        `instead_of` are (message, channel) that are not sent any more, because these tell what they would have told.
        """
        with self._db.writing() as connection:
            for message in messages:
                self._save(message, connection)
            for message_id, channel in instead_of:
                connection.execute(_END, ("folded", to_us(at), message_id, channel))
            for key, value in (facts or {}).items():
                connection.execute(_FACT, (key, plain(value)))

    def _save(self, message: Outgoing, connection: sqlite3.Connection) -> None:
        number, at = self._number(message.shard, connection), to_us(message.at)
        row = (message.id, message.kind, number, message.upto_seq, message.thread, message.body, at)
        connection.execute(_SAVE, row)
        connection.executemany(
            _SAVE_CHANNEL, [(message.id, name, place, at) for place, name in enumerate(message.channels)]
        )

    def pending(self) -> list[Pending]:
        """Return the messages that some channel has not taken yet, oldest first."""
        waiting: dict[str, list[str]] = {}
        told: dict[str, list[str]] = {}
        sent: set[str] = set()
        for message_id, channel, state, ended in self._db.rows(_CHANNELS):
            if ended is None or state == "confirmed":
                (waiting if ended is None else told).setdefault(message_id, []).append(channel)
            if state == "sent":
                sent.add(message_id)
        return [
            Pending(
                id=message_id,
                shard=Shard(controller, site),
                upto_seq=upto_seq,
                body=body,
                channels=tuple(waiting.get(message_id, ())),
                at=from_us(at),
                told=tuple(told.get(message_id, ())),
                kind=kind,
                thread=thread,
                is_sent=message_id in sent,
            )
            for message_id, controller, site, upto_seq, body, at, kind, thread in self._db.rows(_PENDING)
        ]

    def waiting_for(self, channel: str) -> list[Delivery]:
        """Return what `channel` has not taken yet: first what was never tried, then what waited longest."""
        return [
            Delivery(
                id=message_id,
                channel=channel,
                kind=kind,
                shard=Shard(controller, site),
                upto_seq=upto_seq,
                thread=thread,
                at=from_us(at),
                attempts=attempts,
                next_try=from_us(next_try),
                state=state,
            )
            for (
                message_id,
                kind,
                controller,
                site,
                upto_seq,
                thread,
                at,
                attempts,
                next_try,
                state,
            ) in self._db.rows(_WAITING, (channel,))
        ]

    def body_of(self, message_id: str) -> bytes | None:
        """Return what a message says, None where it is not here any more."""
        body: Any = self._db.value("SELECT body FROM outbox WHERE id = ?", (message_id,))
        return None if body is None else bytes(body)

    def begin_delivery(self, message_id: str, channel: str) -> bool:
        """Note that a message is being handed over now; False where it is not to be sent any more."""
        with self._db.writing() as connection:
            return bool(connection.execute(_BEGIN, (message_id, channel)).rowcount)

    def delay(self, message_id: str, channel: str, until: datetime) -> None:
        """Note that `channel` did not take the message, and when to try again."""
        self._db.write(_DELAY, (to_us(until), message_id, channel))

    def settle(self, message_id: str, channel: str, at: datetime) -> None:
        """Note that `channel` took the message; a report that all have taken is let go of."""
        with self._db.writing() as connection:
            connection.execute(_END, ("confirmed", to_us(at), message_id, channel))
            if connection.execute(_FORGET_REPORT, (message_id,)).rowcount:
                connection.execute(_TIDY)

    def thread(self, thread: str) -> list[tuple[str, str, str]]:
        """Return (message, channel, state) of everything ever queued about one incident, oldest first."""
        return [tuple(row) for row in self._db.rows(_OF_THREAD, (thread,))]

    def drop_pending(self, message_id: str) -> bool:
        """Give up on a message and return whether that was still possible: one being handed over stays."""
        with self._db.writing() as connection:
            dropped = bool(connection.execute(_DROP, (message_id,)).rowcount)
            connection.execute(_TIDY)
            return dropped

    def forget_delivered(self, before: datetime) -> None:
        """Forget messages from before then that every channel has taken."""
        with self._db.writing() as connection:
            connection.execute(_FORGET, (to_us(before),))
            connection.execute(_TIDY)

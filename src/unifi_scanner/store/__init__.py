"""The durable seam: everything heard is on disk before anyone interprets it."""

from unifi_scanner.store.base import (
    Added,
    Cursor,
    Delivery,
    Drop,
    EventStore,
    Failure,
    Judged,
    Outgoing,
    Pending,
    Pruned,
    Shard,
    SourceNote,
)
from unifi_scanner.store.sqlite import SqliteStore, open_store

__all__ = [
    "Added",
    "Cursor",
    "Delivery",
    "Drop",
    "EventStore",
    "Failure",
    "Judged",
    "Outgoing",
    "Pending",
    "Pruned",
    "Shard",
    "SourceNote",
    "SqliteStore",
    "open_store",
]

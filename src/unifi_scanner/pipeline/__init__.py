"""The whole line, stage by stage:

    collect → merge → store.add ║ durable seam ║ store.entries → detect → build → render → dispatch → mark

Left of the seam (`Ingest`) runs every few seconds, right of it (`Publish`) on the report schedule.
"""

from unifi_scanner.pipeline.books import (
    books_of,
    read_standing,
    recall_facts,
    recall_standing,
    remember_facts,
    standing_name,
)
from unifi_scanner.pipeline.history import Found, Reading, read_history
from unifi_scanner.pipeline.ingest import Ingest, LiveCollector, is_event
from unifi_scanner.pipeline.judging import Tally, judge
from unifi_scanner.pipeline.publish import Publish, retry_pending

__all__ = [
    "Found",
    "Ingest",
    "LiveCollector",
    "Publish",
    "Reading",
    "Tally",
    "books_of",
    "is_event",
    "judge",
    "read_history",
    "read_standing",
    "recall_facts",
    "recall_standing",
    "remember_facts",
    "retry_pending",
    "standing_name",
]

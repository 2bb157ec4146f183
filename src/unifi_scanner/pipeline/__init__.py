"""The whole line, stage by stage:

    collect → merge → store.add ║ durable seam ║ store.entries → detect → build → render → dispatch → mark

Left of the seam (`Ingest`) runs every few seconds, right of it (`Publish`) on the report schedule.
"""

from unifi_scanner.pipeline.alert import Alert, family_of
from unifi_scanner.pipeline.books import (
    books_of,
    read_standing,
    recall_facts,
    recall_standing,
    recall_topology,
    remember_facts,
    remember_topology,
    standing_name,
)
from unifi_scanner.pipeline.history import Found, Reading, read_history, told_anew
from unifi_scanner.pipeline.ingest import Ingest, LiveCollector, is_event
from unifi_scanner.pipeline.judging import Tally, judge
from unifi_scanner.pipeline.late_news import fold_held
from unifi_scanner.pipeline.past import Past, past_of, remember_health
from unifi_scanner.pipeline.post import Post, retry_pending
from unifi_scanner.pipeline.publish import Publish

__all__ = [
    "Alert",
    "Found",
    "Ingest",
    "LiveCollector",
    "Past",
    "Post",
    "Publish",
    "Reading",
    "Tally",
    "books_of",
    "family_of",
    "fold_held",
    "is_event",
    "judge",
    "past_of",
    "read_history",
    "read_standing",
    "recall_facts",
    "recall_standing",
    "recall_topology",
    "remember_facts",
    "remember_health",
    "remember_topology",
    "retry_pending",
    "standing_name",
    "told_anew",
]

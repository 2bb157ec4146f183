"""What the stored data say of how well each site was seen, for `doctor`."""

from __future__ import annotations

from datetime import datetime, timedelta

from unifi_scanner.app.check import Check
from unifi_scanner.ledger import Counts, coverage_from
from unifi_scanner.pipeline import books_of, recall_facts
from unifi_scanner.reports.account import SourceLine, account_of
from unifi_scanner.reports.data import coverage_data
from unifi_scanner.reports.prose import Clock
from unifi_scanner.store import Shard, SqliteStore

LATELY = timedelta(days=7)


def book_checks(store: SqliteStore, now: datetime) -> list[Check]:
    """Return what was seen of each stored site in the last week, from when, and what is missing."""
    return [_seen(store, shard, now) for shard in store.shards()]


def _seen(store: SqliteStore, shard: Shard, now: datetime) -> Check:
    facts = recall_facts(store, shard)
    coverage = coverage_from(books_of(store, shard, now - LATELY), facts, Counts(), now=now)
    clock = Clock(zone=facts.zone, year=now.year)
    told = account_of(coverage, clock)
    first = min((row.since for row in coverage.sources if row.since), default=None)
    since = f"Watched {clock.span(first, None)}. " if first else ""
    return Check(
        f"Seen so far ({shard.controller}, {facts.title})",
        "note",
        f"{since}{told.summary}",
        facts={"controller": shard.controller, "site": shard.site, "coverage": coverage_data(coverage)},
        more=(*map(_line, told.sources), *(note.text for note in told.notes)),
    )


def _line(source: SourceLine) -> str:
    seen = f", {source.seen}" if source.seen else ""
    why = f" ({source.reason.rstrip('.')})" if source.reason else ""
    return f"{source.name}: {source.state}{seen}{why}"

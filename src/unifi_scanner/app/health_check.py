"""`health`: is the service alive, and does it still hear and tell?"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from unifi_scanner import clock
from unifi_scanner.app.channels import data_file
from unifi_scanner.app.data_in_use import unused
from unifi_scanner.app.output import put
from unifi_scanner.config.settings import Settings
from unifi_scanner.errors import StoreError
from unifi_scanner.ledger import Counts, coverage_from
from unifi_scanner.log import inert
from unifi_scanner.models.coverage import Coverage
from unifi_scanner.models.enums import SourceState
from unifi_scanner.pipeline import books_of, recall_facts
from unifi_scanner.reports.data import coverage_data
from unifi_scanner.reports.prose import listed
from unifi_scanner.reports.wording import area_word
from unifi_scanner.store import Shard, SqliteStore, open_store

STALE = timedelta(minutes=10)
STANDING_STILL = timedelta(minutes=2)
LATELY = timedelta(days=1)
LAST_TICK = "last_tick"  # the store's note on when the service last went round
HEARTBEAT = "heartbeat"
_STATUS = {
    "healthy": "Healthy.",
    "degraded": "Not healthy, but at work.",
    "down": "Not healthy: the service is not running, or cannot store anything.",
}


def health(settings: Settings, *, as_json: bool = False, alive: bool = False) -> int:
    """Print how the service is and return 0 when it hears, sees every area and can store, else 1.

    With `alive`, 0 means only that it runs and can store: a controller that is off is no reason to start it anew.
    """
    file = data_file(settings)
    store = open_store(file)
    try:
        facts = examine(store, settings, clock.now())
        can_store = not _store_problems(store)
    finally:
        store.close()
    with unused(file.parent) as is_free:
        facts["alive"] = can_store and not is_free
    facts["status"] = "healthy" if facts["healthy"] else "degraded" if facts["alive"] else "down"
    put(json.dumps(facts, indent=2) if as_json else _words(facts), None)
    return 0 if facts["alive" if alive else "healthy"] else 1


def examine(store: SqliteStore, settings: Settings, now: datetime) -> dict[str, Any]:
    """Return how the service is, as the store shows it."""
    seen = {shard: _coverage(store, shard, now) for shard in store.shards()}
    ticked = _last_tick(store)
    problems = [*_store_problems(store), *_standstill(ticked, now), *_silence(seen, now)]
    problems += [problem for shard, coverage in seen.items() for problem in _blindness(shard, coverage)]
    problems += [f"{failure.where} failed: {failure.message}" for failure in store.failures(now - STALE)]
    return {
        "healthy": not problems,
        "problems": problems,
        "sources": [row for shard, coverage in seen.items() for row in _rows(shard, coverage)],
        "coverage": [
            {"controller": shard.controller, "site": shard.site, **coverage_data(coverage)}
            for shard, coverage in seen.items()
        ],
        "reports_waiting": sum(one.kind == "report" for one in store.pending()),
        "messages_waiting": [
            {"id": one.id, "kind": one.kind, "since": _iso(one.at), "channels": list(one.channels)}
            for one in store.pending()
        ],
        "last_tick": _iso(ticked),
        "seconds_since_tick": None if ticked is None else round((now - ticked).total_seconds()),
        "data_directory": str(settings.data_path()),
        "checked_at": _iso(now),
    }


def _coverage(store: SqliteStore, shard: Shard, now: datetime) -> Coverage:
    books = books_of(store, shard, now - LATELY)
    return coverage_from(books, recall_facts(store, shard), Counts(), now=now)


def _store_problems(store: SqliteStore) -> list[str]:
    try:
        store.check_writable()
    except StoreError as exc:
        return [str(exc)]
    return []


def _last_tick(store: SqliteStore) -> datetime | None:
    text = store.recall(LAST_TICK)
    return None if text is None else datetime.fromisoformat(text)


def _standstill(ticked: datetime | None, now: datetime) -> list[str]:
    if ticked is None or now - ticked <= STANDING_STILL:
        return []
    return [f"The service itself has not moved since {_iso(ticked)}. Is `unifi-scanner run` still running?"]


def _silence(seen: dict[Shard, Coverage], now: datetime) -> list[str]:
    heard = [
        row.until
        for coverage in seen.values()
        for row in coverage.sources
        if row.state in (SourceState.OK, SourceState.QUIET) and row.until is not None
    ]
    if not heard:
        return ["No source has been heard from yet. Is `unifi-scanner run` running?"]
    if now - max(heard) > STALE:
        return [f"Nothing was heard since {_iso(max(heard))}. Is `unifi-scanner run` still running?"]
    return []


def _blindness(shard: Shard, coverage: Coverage) -> list[str]:
    if not coverage.blind:
        return []
    areas = listed([area_word(area) for area in coverage.blind], "or")
    return [f"Nothing can be said of {areas} ({shard.controller}, {shard.site})."]


def _rows(shard: Shard, coverage: Coverage) -> list[dict[str, Any]]:
    rows = {
        row.source: {
            "controller": shard.controller,
            "site": shard.site,
            "source": row.source,
            "state": row.state.value,
            "last_seen": _iso(row.until),
            "reason": row.reason,
        }
        for row in coverage.sources
    }
    return list(rows.values())


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _words(facts: dict[str, Any]) -> str:
    lines = [_STATUS[facts["status"]], *facts["problems"]]
    for row in facts["sources"]:
        why = f" ({row['reason'].rstrip('.')})" if row["reason"] else ""
        lines.append(
            f"{row['source']} ({row['site']}): {row['state']}, last answer {row['last_seen'] or 'never'}{why}"
        )
    if facts["reports_waiting"]:
        lines.append(f"{facts['reports_waiting']} report(s) wait to be delivered.")
    others = len(facts["messages_waiting"]) - facts["reports_waiting"]
    if others:
        lines.append(f"{others} alert(s) wait to be delivered.")
    if facts["last_tick"]:
        lines.append(f"The service last went round at {facts['last_tick']}.")
    return "\n".join(inert(line) for line in lines)

"""`health`: is the service alive, and does it still hear and tell?"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from unifi_scanner import clock
from unifi_scanner.app.channels import data_file
from unifi_scanner.app.output import put
from unifi_scanner.config.settings import Settings
from unifi_scanner.errors import StoreError
from unifi_scanner.models.enums import SourceState
from unifi_scanner.store import SqliteStore, open_store

STALE = timedelta(minutes=10)


def health(settings: Settings, *, as_json: bool = False) -> int:
    """Print how the service is and return 0 when it hears and can store, else 1."""
    store = open_store(data_file(settings))
    try:
        facts = _examine(store, settings, clock.now())
    finally:
        store.close()
    put(json.dumps(facts, indent=2) if as_json else _words(facts), None)
    return 0 if facts["healthy"] else 1


def _examine(store: SqliteStore, settings: Settings, now: datetime) -> dict[str, Any]:
    problems: list[str] = []
    try:
        store.check_writable()
    except StoreError as exc:
        problems.append(str(exc))
    sources = [
        {
            "site": shard.site,
            "source": note.source,
            "state": note.state.value,
            "last_seen": _iso(note.last_seen),
            "reason": note.reason,
        }
        for shard in store.shards()
        for note in store.sources(shard)
    ]
    heard = [
        note.last_seen
        for shard in store.shards()
        for note in store.sources(shard)
        if _works(note.state) and note.last_seen
    ]
    if not heard:
        problems.append("No source has been heard from yet. Is `unifi-scanner run` running?")
    elif now - max(heard) > STALE:
        problems.append(f"Nothing was heard since {_iso(max(heard))}. Is `unifi-scanner run` still running?")
    problems += [f"{failure.where} failed: {failure.message}" for failure in store.failures(now - STALE)]
    waiting = len(store.pending())
    return {
        "healthy": not problems,
        "problems": problems,
        "sources": sources,
        "reports_waiting": waiting,
        "data_directory": str(settings.data_path()),
        "checked_at": _iso(now),
    }


def _works(state: SourceState) -> bool:
    return state in (SourceState.OK, SourceState.QUIET)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _words(facts: dict[str, Any]) -> str:
    lines = ["Healthy." if facts["healthy"] else "Not healthy.", *facts["problems"]]
    lines += [
        f"{s['source']} ({s['site']}): {s['state']}, last heard {s['last_seen'] or 'never'}"
        for s in facts["sources"]
    ]
    if facts["reports_waiting"]:
        lines.append(f"{facts['reports_waiting']} report(s) wait to be delivered.")
    return "\n".join(lines)

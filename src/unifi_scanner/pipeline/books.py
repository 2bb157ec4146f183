"""The store's notes on how well one site was heard, as the ledger reads them."""

from __future__ import annotations

from datetime import datetime

import msgspec

from unifi_scanner.errors import StoreError
from unifi_scanner.ledger import Books, ControllerFacts
from unifi_scanner.models.standing import Standing
from unifi_scanner.models.topology import UNKNOWN_TOPOLOGY, Topology
from unifi_scanner.models.wire_time import EPOCH
from unifi_scanner.store import EventStore, Failure, Shard


def books_of(store: EventStore, shard: Shard, since: datetime | None) -> Books:
    """Return what is known of the sources, gaps, drops and failures of a site since then."""
    sources = store.sources(shard)
    cursors = {note.source: store.cursor(shard, note.source) for note in sources}
    failures = [f for f in store.failures(since or EPOCH) if f.shard in (None, shard)]
    return Books(
        sources=sources,
        gaps=store.gaps(shard, since=since),
        drops=store.drops(shard, since or EPOCH),
        failures=[_told(failure) for failure in failures],
        cadences=store.cadences(shard),
        changes=store.changes(shard, since or EPOCH),
        read_since={name: cursor.since for name, cursor in cursors.items() if cursor is not None},
    )


def _told(failure: Failure) -> str:
    again = f" ({failure.times} times)" if failure.times > 1 else ""
    return f"{failure.where}: {failure.message}{again}"


def remember_facts(store: EventStore, shard: Shard, facts: ControllerFacts) -> None:
    """Keep what is known of a site's controller, for whoever reads the store without it."""
    store.remember(_name(shard), msgspec.json.encode(facts).decode())


def recall_facts(store: EventStore, shard: Shard) -> ControllerFacts:
    """Return what was last known of a site's controller; raises StoreError where that cannot be read."""
    text = store.recall(_name(shard))
    if text is None:
        return ControllerFacts(title=shard.site)
    try:
        return msgspec.json.decode(text, type=ControllerFacts)
    except msgspec.DecodeError as exc:
        raise StoreError(f"What is kept about the site {shard.site} cannot be read.") from exc


def remember_topology(store: EventStore, shard: Shard, topology: Topology) -> None:
    """Keep what hangs on what in a site; a device that was seen before and tells no uplink now keeps its old one."""
    merged = topology.over(recall_topology(store, shard))
    store.remember(f"topology:{shard.controller}:{shard.site}", msgspec.json.encode(merged).decode())


def recall_topology(store: EventStore, shard: Shard) -> Topology:
    """Return what was last known of what hangs on what; raises StoreError where that cannot be read."""
    text = store.recall(f"topology:{shard.controller}:{shard.site}")
    if text is None:
        return UNKNOWN_TOPOLOGY
    try:
        return msgspec.json.decode(text, type=Topology)
    except msgspec.DecodeError as exc:
        raise StoreError(f"What is kept about the devices of {shard.site} cannot be read.") from exc


def _name(shard: Shard) -> str:
    return f"facts:{shard.controller}:{shard.site}"


def remember_standing(store: EventStore, shard: Shard, standing: Standing) -> None:
    """Keep how a site stood when it was last reported on, for programs that show it."""
    store.remember(standing_name(shard), msgspec.json.encode(standing).decode())


def recall_standing(store: EventStore, shard: Shard) -> Standing | None:
    """Return how a site stood when it was last reported on; None where it never was, or nobody can read it."""
    return read_standing(store.recall(standing_name(shard)))


def read_standing(text: str | None) -> Standing | None:
    """Return a standing that was kept; None where there is none, or of another shape."""
    try:
        return None if text is None else msgspec.json.decode(text, type=Standing)
    except msgspec.DecodeError:
        return None


def standing_name(shard: Shard) -> str:
    """Return under which name a site's standing is kept."""
    return f"standing:{shard.controller}:{shard.site}"

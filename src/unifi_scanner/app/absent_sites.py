"""Sites of a controller that did not let us in since the start: reported all the same, as what they are: not seen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from unifi_scanner.config.settings import Settings
from unifi_scanner.delivery import Channel
from unifi_scanner.detection import load_rules
from unifi_scanner.models.enums import SourceState, Voice
from unifi_scanner.pipeline import Publish, recall_facts
from unifi_scanner.store import Shard, SqliteStore

REASON = "The controller did not answer since the scanner was started."


def tell_absent(
    settings: Settings, store: SqliteStore, channels: Sequence[Channel], away: Collection[str], now: datetime
) -> list[Shard]:
    """Queue a report on each site we know of controllers `away`, by label, and return which; silence would look like peace."""
    absent = [shard for shard in store.shards() if shard.controller in away]
    for shard in absent:
        _note_unseen(store, shard, now)
        publish = Publish(
            store,
            shard,
            rules=load_rules(settings.rules_dir),
            channels=channels,
            facts=recall_facts(store, shard),
            voice=Voice(settings.report_voice),
        )
        publish.queue_period(now)
    return absent


def _note_unseen(store: SqliteStore, shard: Shard, now: datetime) -> None:
    for note in store.sources(shard):
        if note.state in (SourceState.OK, SourceState.QUIET, SourceState.FAILED):
            store.open_gap(shard, note.source, note.last_seen or now, REASON)
            store.note_source(shard, note.source, now, SourceState.FAILED, reason=REASON)

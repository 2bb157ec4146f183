"""While its controller is off, a site's report says that nothing was seen; it is not left out, and never all fine."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.config.loading import load
from tests.store.making import HOME, NOON, connected
from unifi_scanner.app.absent_sites import tell_absent
from unifi_scanner.app.channels import channels_of
from unifi_scanner.ledger import ControllerFacts
from unifi_scanner.models.enums import SourceState
from unifi_scanner.pipeline import remember_facts
from unifi_scanner.pipeline.post import decode_message
from unifi_scanner.store import SqliteStore, open_store


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    """Return a store in which every source of one site did well until noon."""
    store = open_store(tmp_path / "data.db")
    store.add(HOME, [connected(1)])
    remember_facts(store, HOME, ControllerFacts(title="Home"))
    for source in ("websocket", "rest", "system_log", "alarm", "ips"):
        store.note_source(HOME, source, NOON, SourceState.OK, entries=1)
    return store


def test_the_report_of_an_absent_site_is_blind(store: SqliteStore, tmp_path: Path) -> None:
    settings = load({"UNIFI_DATA_DIR": str(tmp_path)})
    with closing(store):
        told = tell_absent(
            settings, store, channels_of(settings), {HOME.controller}, NOON + timedelta(hours=9)
        )
        assert told == [HOME]
        (waiting,) = store.pending()
        text = " ".join(decode_message(waiting.body).text.split())
    assert "PARTLY BLIND" in text
    assert "This isn't an all-clear" in text
    assert "The controller did not answer since the scanner was started" in text
    assert "All fine" not in text


def test_a_site_of_a_controller_that_is_there_is_not_told_twice(store: SqliteStore, tmp_path: Path) -> None:
    settings = load({"UNIFI_DATA_DIR": str(tmp_path)})
    with closing(store):
        assert tell_absent(settings, store, channels_of(settings), {"another"}, NOON) == []
        assert list(store.pending()) == []

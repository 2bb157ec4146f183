from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from unifi_scanner.ledger import SOURCE_AREAS, ControllerFacts, coverage_from, version_of
from unifi_scanner.models.enums import SourceState

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Note(msgspec.Struct):
    source: str
    state: SourceState = SourceState.OK
    reason: str = ""
    first_seen: datetime | None = NOON
    last_seen: datetime | None = NOON
    entries: int = 1


ALL_WELL = [Note(source) for source in SOURCE_AREAS]


def blind_with(version: str | None, *notes: Note, **facts: Any) -> tuple[str, ...]:
    known = {note.source: note for note in ALL_WELL} | {note.source: note for note in notes}
    told = ControllerFacts(title="Home", version=version, **facts)
    return coverage_from(list(known.values()), told).blind


FAILED, GONE, QUIET = SourceState.FAILED, SourceState.BLIND, SourceState.QUIET


@pytest.mark.parametrize(
    ("version", "notes", "blind"),
    [
        ("9.3.43", [], ()),
        ("9.3.43", [Note("system_log", FAILED)], ()),
        ("9.3.43", [Note("system_log", FAILED), Note("ips", FAILED)], ("security",)),
        ("8.6.9", [Note("system_log", GONE), Note("ips", QUIET, entries=0)], ()),
        ("9.5.21", [Note("system_log", FAILED), Note("ips", QUIET, entries=0)], ("security",)),
        ("10.1.85", [Note("system_log", FAILED), Note("ips", QUIET, entries=0)], ("security", "admin")),
        ("10.4.57", [Note("rest", GONE), Note("alarm", GONE), Note("ips", GONE)], ()),
        (
            "10.4.57",
            [Note(s, GONE) for s in ("rest", "alarm", "ips")]
            + [Note("system_log", FAILED), Note("websocket", FAILED)],
            ("security", "internet", "devices", "wireless", "wired", "admin"),
        ),
    ],
)
def test_an_area_nobody_can_see_is_blind(version: str, notes: list[Note], blind: tuple[str, ...]) -> None:
    assert blind_with(version, *notes) == blind


def test_a_source_that_was_never_heard_from_is_told_as_failed() -> None:
    coverage = coverage_from([], ControllerFacts(title="Home"))
    assert {row.state for row in coverage.sources if row.source != "ssh"} == {SourceState.FAILED}
    assert len(coverage.blind) == 6


def test_a_stream_that_was_switched_off_is_off_and_not_a_failure() -> None:
    coverage = coverage_from(ALL_WELL[1:], ControllerFacts(title="Home", websocket_enabled=False))
    assert {row.state for row in coverage.sources if row.source == "websocket"} == {SourceState.OFF}


@pytest.mark.parametrize(
    ("text", "version"),
    [("10.4.57", (10, 4, 57)), ("9.3.43.28104", (9, 3, 43)), ("", ()), (None, ()), ("8.0", (8, 0))],
)
def test_versions_compare_as_numbers(text: str | None, version: tuple[int, ...]) -> None:
    assert version_of(text) == version

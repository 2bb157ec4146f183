from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from unifi_scanner.ledger import SOURCE_AREAS, Books, ControllerFacts, Counts, coverage_from
from unifi_scanner.models.capability import version_of
from unifi_scanner.models.coverage import Cadence, Coverage, Gap
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
    return covered(Books(sources=list(known.values())), told).blind


def covered(books: Books, facts: ControllerFacts, *, now: datetime = NOON) -> Coverage:
    return coverage_from(books, facts, Counts(), now=now)


V2 = ("system_log", "flows", "activity", "anomalies", "super")
FAILED, GONE, QUIET = SourceState.FAILED, SourceState.BLIND, SourceState.QUIET
V2_FAILED, V2_GONE = [Note(source, FAILED) for source in V2], [Note(source, GONE) for source in V2]


@pytest.mark.parametrize(
    ("version", "notes", "blind"),
    [
        ("9.3.43", [], ()),
        ("9.3.43", [*V2_FAILED], ()),
        ("9.3.43", [*V2_FAILED, Note("ips", FAILED)], ("security",)),
        ("8.6.9", [*V2_GONE, Note("ips", QUIET, entries=0)], ()),
        ("9.5.21", [*V2_FAILED, Note("ips", QUIET, entries=0)], ("security",)),
        ("10.1.85", [*V2_FAILED, Note("ips", QUIET, entries=0)], ("security", "admin")),
        ("10.4.57", [Note("rest", GONE), Note("alarm", GONE), Note("ips", GONE)], ()),
        (
            "10.4.57",
            [Note(s, GONE) for s in ("rest", "alarm", "ips")] + [*V2_FAILED, Note("websocket", FAILED)],
            ("security", "internet", "devices", "wireless", "wired", "admin"),
        ),
    ],
)
def test_an_area_nobody_can_see_is_blind(version: str, notes: list[Note], blind: tuple[str, ...]) -> None:
    assert blind_with(version, *notes) == blind


def test_a_source_that_was_never_heard_from_is_told_as_failed() -> None:
    coverage = covered(Books(), ControllerFacts(title="Home"))
    assert {row.state for row in coverage.sources if row.state is not SourceState.OFF} == {SourceState.FAILED}
    assert len(coverage.blind) == 6


def test_a_stream_that_was_switched_off_is_off_and_not_a_failure() -> None:
    coverage = covered(Books(sources=ALL_WELL[1:]), ControllerFacts(title="Home", websocket_enabled=False))
    assert {row.state for row in coverage.sources if row.source == "websocket"} == {SourceState.OFF}


HOME = ControllerFacts(title="Home", version="9.3.43")


def cadence(source: str, *, last: float, longest: float, area: str = "wireless") -> Cadence:
    hour = timedelta(hours=1)
    return Cadence(
        source=source,
        area=area,
        first=NOON - timedelta(days=9),
        last=NOON - last * hour,
        longest_silence=longest * hour,
    )


@pytest.mark.parametrize(
    ("cadences", "state"),
    [
        ([cadence("rest", last=3, longest=2)], SourceState.OK),
        ([cadence("rest", last=9, longest=2)], SourceState.QUIET),
        ([cadence("rest", last=9, longest=8)], SourceState.OK),
        ([cadence("rest", last=9, longest=2), cadence("websocket", last=8, longest=2)], SourceState.QUIET),
        ([cadence("rest", last=9, longest=2), cadence("websocket", last=1, longest=2)], SourceState.BLIND),
    ],
)
def test_silence_of_a_talkative_source_is_doubted_once_another_one_has_news(
    cadences: list[Cadence], state: SourceState
) -> None:
    rows = covered(Books(sources=ALL_WELL, cadences=cadences), HOME).sources
    (row,) = [row for row in rows if (row.source, row.area) == ("rest", "wireless")]
    assert row.state is state
    assert ("never silent" in row.reason) == (state is not SourceState.OK)


@pytest.mark.parametrize(
    ("reader", "minutes", "gap"),
    [
        ("rest", 0, (True, "rest", False)),
        ("system_log", 0, (False, "system_log", True)),
        ("rest", 60, (False, "", False)),  # nobody was asked for an hour
    ],
)
def test_a_stream_that_is_still_lost_is_as_much_of_a_gap_as_history_does_not_tell(
    reader: str, minutes: int, gap: tuple[bool, str, bool]
) -> None:
    lost = Gap(source="websocket", start=NOON - timedelta(hours=1), end=None, reason="lost")
    books = Books(sources=ALL_WELL, gaps=[lost], read_since={reader: NOON - timedelta(days=1)})
    read = covered(books, HOME, now=NOON + timedelta(minutes=minutes))
    assert [(g.closed, g.closed_by, g.partly) for g in read.gaps] == [gap]


@pytest.mark.parametrize(
    ("source", "version", "state"),
    [
        ("rest", "9.5.21", SourceState.FAILED),
        ("rest", "10.1.85", SourceState.BLIND),
        ("system_log", "10.4.57", SourceState.FAILED),
        ("system_log", "8.6.9", SourceState.BLIND),
        ("ips", "9.3.43", SourceState.FAILED),
        ("ips", "9.3.45", SourceState.BLIND),
    ],
)
def test_a_list_that_is_gone_has_failed_where_this_version_is_known_to_have_it(
    source: str, version: str, state: SourceState
) -> None:
    facts = ControllerFacts(title="Home", version=version)
    rows = covered(Books(sources=[Note(source, SourceState.BLIND)]), facts).sources
    assert {row.state for row in rows if row.source == source} == {state}


@pytest.mark.parametrize(
    ("text", "version"),
    [("10.4.57", (10, 4, 57)), ("9.3.43.28104", (9, 3, 43)), ("", ()), (None, ()), ("8.0", (8, 0))],
)
def test_versions_compare_as_numbers(text: str | None, version: tuple[int, ...]) -> None:
    assert version_of(text) == version


@pytest.mark.parametrize(
    ("enabled", "minutes", "lines", "state", "words"),
    [
        (False, 60, 9, SourceState.OFF, "UNIFI_SYSLOG_UDP_PORT"),
        (True, 60, 9, SourceState.OK, ""),
        (True, 14, 0, SourceState.QUIET, "nothing was sent yet"),
        (True, 16, 0, SourceState.BLIND, "nothing was sent yet"),
    ],
)
def test_an_open_port_that_nobody_sends_to_is_no_good_news(
    enabled: bool, minutes: int, lines: int, state: SourceState, words: str
) -> None:
    note = Note("syslog", first_seen=NOON - timedelta(minutes=minutes), entries=lines)
    facts = ControllerFacts(title="Home", version="9.3.43", syslog_enabled=enabled)
    coverage = covered(Books(sources=[*ALL_WELL[:-2], note]), facts)
    (row,) = (row for row in coverage.sources if row.source == "syslog")
    assert (row.state, words in row.reason) == (state, True)
    assert coverage.blind == (("firewall",) if state is SourceState.BLIND else ())


@pytest.mark.parametrize("enabled", [True, False])
def test_a_log_file_that_cannot_be_read_is_told_beside_the_rest(enabled: bool) -> None:
    notes = [*ALL_WELL, Note("ssh /var/log/messages", FAILED, "It is not there.")]
    coverage = covered(Books(sources=notes), ControllerFacts(title="Home", ssh_enabled=enabled))
    told = {row.source: row.state for row in coverage.sources if row.area == "system"}
    expected = (SourceState.OK, FAILED) if enabled else (SourceState.OFF, SourceState.OFF)
    assert (told["ssh"], told["ssh /var/log/messages"]) == expected

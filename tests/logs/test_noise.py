from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unifi_scanner.logs.entry import Context
from unifi_scanner.logs.noise import (
    EXEMPLARS,
    MOST_SOURCES,
    STOPS_KEPT_PER_RULE,
    STOPS_KEPT_PER_SOURCE,
    Noise,
)
from unifi_scanner.logs.syslog import entry_of_line
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.telling import sentence_of

START = datetime(2026, 3, 5, 14, 0, 0, tzinfo=UTC)
FOREVER = datetime.max.replace(tzinfo=UTC)


def line(
    at: datetime, *, action: str = "A", source: str = "192.168.1.2", port: int = 443, rule: str = "Allow"
) -> str:
    return (
        f'<13>{at:%b %e %H:%M:%S} Gate Gate [LAN_WAN-{action}-1] DESCR="{rule}" IN=br0 OUT=eth8 MAC= SRC={source} DST=203.0.113.9 '
        f"LEN=60 PROTO=TCP SPT=50000 DPT={port}"
    )  # fmt: skip


def heard(text: str, at: datetime = START, site: str = "default") -> tuple[str, Context]:
    return text, Context(heard=at, site=site)


def feed(noise: Noise, lines: list[str]) -> list[LogEntry]:
    """Return the entries that a receiver would store."""
    kept = []
    for text in lines:
        context = Context(heard=START)
        if not noise.take_line(text, context):
            entry = entry_of_line(text, context)
            if not noise.take(entry):
                kept.append(entry)
    return kept


def test_allowed_connections_become_one_entry_an_hour() -> None:
    noise = Noise()
    lines = [line(START + timedelta(seconds=n % 3600)) for n in range(12_345)]
    assert feed(noise, lines) == []
    (told,) = noise.flush(FOREVER)
    assert (
        sentence_of(told)
        == "The firewall let 12,345 connections through between 14:00 and 15:00, as its rules say."
    )
    assert (told.kind, told.metadata["counted"]) == ("traffic.allowed_summary", 12_345)
    assert told.raw_data["lines"] == lines[:EXEMPLARS]
    assert told.metadata["first_seen"] == "2026-03-05T14:00:00+00:00"
    assert told.metadata["last_seen"] == "2026-03-05T14:25:44+00:00"  # of the last line, 12,344 % 3600 s on


def test_the_hour_is_told_in_the_owners_zone() -> None:
    noise = Noise(zone="Europe/Berlin")
    feed(noise, [line(START)])
    assert "between 15:00 and 16:00" in sentence_of(noise.flush(FOREVER)[0])


def test_an_hour_comes_out_when_it_is_over_and_only_once() -> None:
    noise = Noise()
    feed(noise, [line(START), line(START + timedelta(hours=1))])
    assert noise.flush(START + timedelta(minutes=59)) == []
    (first,) = noise.flush(START + timedelta(hours=1))
    assert first.timestamp == START
    assert [entry.timestamp for entry in noise.flush(FOREVER)] == [START + timedelta(hours=1)]
    assert noise.flush(FOREVER) == []


def test_the_same_noise_gives_the_same_id_and_a_late_line_another() -> None:
    def told(*lines: str) -> str:
        noise = Noise()
        feed(noise, list(lines))
        return noise.flush(FOREVER)[0].id

    assert told(line(START), line(START, port=80)) == told(line(START), line(START, port=80))
    assert told(line(START)) != told(line(START, port=80))


def test_rules_sites_and_kinds_are_counted_apart() -> None:
    noise = Noise()
    for text, context in (
        heard(line(START)),
        heard(line(START, rule="Other")),
        heard(line(START), site="cabin"),
        heard(line(START, action="RET")),
        heard("<30>Gate dnsmasq[1]: query[A] x.example from 192.168.1.2"),
        heard('<30>Gate coredns[1]: {"type":"dnsAdBlock","domain":"ads.example","src_ip":"192.168.1.2"}'),
    ):
        assert noise.take_line(text, context) or noise.take(entry_of_line(text, context))
    told = noise.flush(FOREVER)
    assert sorted(entry.kind for entry in told) == [
        "dns.blocked_summary", "dns.query_summary", "traffic.allowed_summary", "traffic.allowed_summary", "traffic.allowed_summary", "traffic.seen_summary",
    ]  # fmt: skip
    assert all(entry.metadata["counted"] == 1 for entry in told)


def test_the_first_stops_of_a_source_stay_entries_and_the_rest_is_counted() -> None:
    noise = Noise()
    kept = feed(noise, [line(START, action="D", source="198.51.100.9", port=port) for port in range(1, 1001)])
    assert len(kept) == STOPS_KEPT_PER_SOURCE
    (rest,) = noise.flush(FOREVER)
    assert rest.metadata["counted"] == 1000 - STOPS_KEPT_PER_SOURCE
    assert (
        sentence_of(rest)
        == "The firewall stopped 940 more connections from 198.51.100.9 between 14:00 and 15:00."
    )
    assert rest.metadata["ports"] == MOST_SOURCES


def test_a_flood_from_everywhere_is_bounded_too() -> None:
    noise = Noise()
    flood = [line(START, action="D", source=f"198.51.{n // 250}.{n % 250}") for n in range(5000)]
    assert len(feed(noise, flood)) == STOPS_KEPT_PER_RULE
    (rest,) = noise.flush(FOREVER)
    assert rest.metadata["counted"] == 5000 - STOPS_KEPT_PER_RULE
    assert len(rest.raw_data["lines"]) == EXEMPLARS


@pytest.mark.parametrize("rule", ['Let "them" in', '" IN=br1 OUT=', 'a" b'])
def test_a_quote_in_the_name_of_a_rule_changes_no_count(rule: str) -> None:
    noise = Noise()
    assert feed(noise, [line(START, rule=rule), line(START, rule="Allow"), line(START, rule=rule)]) == []
    assert sum(told.metadata["counted"] for told in noise.flush(FOREVER)) == 3


def test_where_there_is_no_room_to_count_the_line_is_stored() -> None:
    noise = Noise(most_buckets=10)
    kept = feed(noise, [line(START, rule=f"Rule {n}") for n in range(50)])
    assert (len(kept), len(noise.flush(FOREVER))) == (40, 10)


def test_a_daemons_words_are_not_counted_as_a_connection() -> None:
    forged = line(START).replace("Gate Gate [", "Gate sshd[1]: [")
    assert forged != line(START)
    assert not Noise().take_line(forged, Context(heard=START))
    assert entry_of_line(forged, Context(heard=START)).kind == "shell.session"


def test_what_is_no_noise_is_stored() -> None:
    noise = Noise()
    for text in ("<38>Gate sshd[1]: Failed password for root from 192.168.1.77 port 51122 ssh2", "CEF:0|Ubiquiti|UniFi Network|1|203|N|1|act=blocked", "nonsense"):  # fmt: skip
        assert not noise.take_line(text, Context(heard=START))
        assert not noise.take(entry_of_line(text, Context(heard=START)))


@pytest.mark.parametrize("at", [None, START])
def test_noise_without_a_time_is_counted_too(at: datetime | None) -> None:
    noise = Noise()
    assert noise.take(entry_of_line("dnsmasq[1]: query[A] x.example from 192.168.1.2", Context(heard=at)))
    (told,) = noise.flush(FOREVER)
    assert told.has_time == (at is not None)
    assert sentence_of(told).startswith("The name service was asked for addresses 1 times")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["A", "D", "RET", "R"]), st.integers(0, 3 * 3600), st.integers(1, 4), st.sampled_from(["x", "y"])
        ),
        max_size=200,
    )
)  # fmt: skip
def test_every_line_is_either_stored_or_counted_once(rows: list[tuple[str, int, int, str]]) -> None:
    noise = Noise(most_buckets=4)
    lines = [
        line(START + timedelta(seconds=at), action=action, source=f"192.168.1.{source}", rule=rule)
        for action, at, source, rule in rows
    ]
    kept = feed(noise, lines)
    told = [*noise.flush(START + timedelta(hours=1)), *noise.flush(FOREVER)]
    assert len(kept) + sum(entry.metadata["counted"] for entry in told) == len(lines)
    assert len({entry.id for entry in told}) == len(told)


@pytest.mark.parametrize("cut", [0, 1, 37, 199])
def test_counting_goes_on_from_where_it_was_written_down(cut: int) -> None:
    lines = [line(START + timedelta(seconds=n), action="AD"[n % 2], port=n % 3) for n in range(200)]
    whole, first, second = Noise(), Noise(), Noise()
    feed(first, lines[:cut])
    second.restore(first.state())
    feed(second, lines[cut:])
    feed(whole, lines)
    assert second.flush(FOREVER) == whole.flush(FOREVER)


@pytest.mark.parametrize("state", [b"", b"{}", b'{"buckets": 1, "kept": []}', b"\xff"])
def test_what_is_no_state_is_refused(state: bytes) -> None:
    with pytest.raises(ValueError, match="no state of counters"):
        Noise().restore(state)

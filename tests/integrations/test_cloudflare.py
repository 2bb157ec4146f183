"""Cloudflare's part of the report, from a local server that speaks its API."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.integrations.cloudflare_server import (
    ACCOUNT,
    DAY,
    NOON,
    OTHER_ZONE,
    TOKEN,
    ZONE,
    Answer,
    World,
    cloudflare,
    event,
    graph_error,
    refusal,
    tunnel,
)
from unifi_scanner.errors import IntegrationError, PartUnavailable
from unifi_scanner.integrations import cloudflare_answers as answers
from unifi_scanner.integrations.cloudflare import Cloudflare
from unifi_scanner.models.enums import Severity, SourceState
from unifi_scanner.models.section import Section

WEEK_AGO = NOON - timedelta(days=7)


def collected(
    world: World,
    *,
    zones: Sequence[str] = (ZONE,),
    account: str | None = ACCOUNT,
    token: str = TOKEN,
    seconds: float = 20,
) -> Section:
    with cloudflare(world):
        asked = Cloudflare(token, zones=zones, account=account, seconds=seconds, base_url=world.url)
        return asked.collect(WEEK_AGO, NOON)


def states(section: Section) -> dict[str, str]:
    return {row.area: row.state.value for row in section.sources}


def words(section: Section) -> str:
    return " ".join(section.sentences)


def test_a_good_week_is_told_in_sentences() -> None:
    world = World(
        events=[event(5), event(9, action="managed_challenge"), event(1500, clientCountryName="US")],
        lookups=[
            {"datetime": "2026-11-23T10:00:00Z", "responseCode": "NOERROR", "queryName": "www", "count": 900},
            {"datetime": "2026-11-19T10:00:00Z", "responseCode": "NXDOMAIN", "queryName": "old.example.org", "count": 12},
        ],
        tunnels=[tunnel("home"), tunnel("office")],
    )  # fmt: skip
    section = collected(world)
    assert section.state is SourceState.OK
    assert section.sentences == (
        "Cloudflare stopped 2 requests to example.org before they came to you.",
        "1 visitor had to prove that a person was there.",
        "The most came from these countries: CN (2) and US (1).",
        "Names of example.org were looked up 912 times.",
        "12 look-ups asked for a name that does not exist, most often old.example.org.",
        "2 of 2 tunnels are up and well.",
    )
    assert states(section) == {"websites": "ok", "lookups": "ok", "tunnels": "ok"}
    assert [(f.name, f.value) for f in section.figures] == [
        ("Requests stopped", "2"),
        ("Name look-ups", "912"),
        ("Tunnels up", "2 of 2"),
    ]
    assert section.findings == ()


def test_nothing_to_tell_is_not_the_same_as_nothing_seen() -> None:
    section = collected(World())
    assert states(section) == {"websites": "quiet", "lookups": "quiet", "tunnels": "quiet"}
    assert "did not have to stop any request" in words(section)


def test_a_tunnel_that_is_down_is_a_finding_with_what_to_do() -> None:
    down = tunnel("home", "down", conns_inactive_at="2026-11-24T09:00:00Z")
    section = collected(World(tunnels=[down, tunnel("lab", "degraded"), tunnel("new", "inactive")]))
    first, second = section.findings
    assert first.severity is Severity.MEDIUM
    assert second.severity is Severity.LOW
    assert first.what == "The tunnel home has no connection to Cloudflare, for 3 hours now."
    assert first.do
    assert "The tunnel new was never started." in section.sentences


def test_every_page_of_the_tunnels_is_read() -> None:
    world = World(tunnels=[tunnel(f"t{n}") for n in range(5)])
    assert "5 of 5 tunnels are up and well." in collected(world).sentences
    assert world.asked[f"/accounts/{ACCOUNT}/cfd_tunnel"] == 3


def test_every_event_is_counted_once_over_pages_and_days() -> None:
    # a page ends in the middle of a second that several events share
    minutes = [n / 4 for n in range(1, 40)] + [3.0] * 3 + [60 * 24 * day + 1.0 for day in range(1, 7)]
    world = World(events=[event(m) for m in minutes], limits={"firewallEventsAdaptive": {"maxPageSize": 7}})
    stopped = next(f.value for f in collected(world).figures if f.name == "Requests stopped")
    assert stopped == str(len(minutes))


def test_more_than_can_be_read_is_told_as_at_least() -> None:
    world = World(
        events=[event(n / 4) for n in range(400)], limits={"firewallEventsAdaptive": {"maxPageSize": 4}}
    )
    assert "Cloudflare stopped at least " in words(collected(world))


def test_what_a_small_plan_no_longer_keeps_is_told() -> None:
    world = World(events=[event(5)], limits={"firewallEventsAdaptive": {"notOlderThan": DAY}})
    section = collected(world)
    assert "for the last 23 hours 59 minutes only; what came before is not counted." in words(section)
    assert states(section)["websites"] == "ok"


def test_a_plan_without_a_data_set_is_blind_there_and_nowhere_else() -> None:
    world = World(tunnels=[tunnel("home")], limits={"dnsAnalyticsAdaptiveGroups": {"enabled": False}})
    section = collected(world)
    assert states(section) == {"websites": "quiet", "lookups": "blind", "tunnels": "ok"}
    assert section.state is SourceState.BLIND


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("zone does not have access to the path. Refer to this page", "blind"),
        ("not authorized for that account", "failed"),
        ("cannot request data older than 86400s", "blind"),
    ],
)
def test_an_error_inside_a_200_is_an_error(said: str, state: str) -> None:
    section = collected(World(fails={"firewallEventsAdaptive": graph_error(said)}, tunnels=[tunnel("home")]))
    assert states(section) == {"websites": state, "lookups": "quiet", "tunnels": "ok"}
    assert "Requests to example.org could not be seen." in words(section)


def test_a_zone_the_token_may_not_read_takes_nothing_from_the_other() -> None:
    section = collected(World(events=[event(5)]), zones=(ZONE, OTHER_ZONE))
    assert states(section)["websites"] == "failed"
    assert "Cloudflare stopped 1 request to example.org before they came to you." in section.sentences
    assert section.sources[0].reason.startswith("the zone 11111111…: The Cloudflare token may not read this")


def test_a_403_on_tunnels_says_which_right_is_missing() -> None:
    refused = refusal(403, 10000, "Authentication error")
    section = collected(World(fails={"/accounts": refused}, events=[event(5)]))
    assert states(section) == {"websites": "ok", "lookups": "quiet", "tunnels": "failed"}
    assert "Account > Cloudflare Tunnel" in section.sources[2].reason


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (refusal(429, 971, "Please wait", Retry_After="120"), "left alone for 120 seconds"),
        (refusal(500, 1000, "Internal error"), "had a fault (HTTP 500)"),
        ((503, {}, b"<html>no"), "had a fault (HTTP 503)"),
        (refusal(400, 6003, "Invalid request headers"), "does not accept the token"),
        (graph_error("rate limiter budget depleted, rate limit reached"), "asked too often"),
    ],
)
def test_what_makes_every_question_useless_ends_them_all(answer: Answer, words: str) -> None:
    world = World(fails={"/graphql": answer})
    with pytest.raises(IntegrationError, match=words.replace("(", r"\(").replace(")", r"\)")):
        collected(world)
    assert world.asked["/graphql"] == 1


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"\xff\xfe", b'{"data":{"viewer":{"zones":3}}}', b'{"data":[]}']
)
def test_an_answer_nobody_can_read_fails_that_part_only(body: bytes) -> None:
    section = collected(World(fails={"firewallEventsAdaptive": (200, {}, body)}, tunnels=[tunnel("home")]))
    assert states(section) == {"websites": "failed", "lookups": "quiet", "tunnels": "ok"}


def test_a_wrong_token_is_told_with_what_to_do() -> None:
    with pytest.raises(IntegrationError, match="does not accept the token") as caught:
        collected(World(), token="v1.0-wrong")
    assert "UNIFI_CLOUDFLARE_TOKEN" in caught.value.hint
    assert "v1.0-wrong" not in str(caught.value)


def test_a_server_that_hangs_ends_in_the_time_there_is() -> None:
    with pytest.raises(IntegrationError, match="did not answer in time"):
        collected(World(waits=threading.Event()), seconds=0.2)


def test_nobody_there_is_told_as_that() -> None:
    with cloudflare(World()) as world:
        url = world.url
    with pytest.raises(IntegrationError, match="could not be reached"):
        Cloudflare(TOKEN, zones=(ZONE,), base_url=url).collect(WEEK_AGO, NOON)


def test_names_from_strangers_are_inert() -> None:
    nasty = "\x1b[2J<script>alert(1)</script>\u202e" + "x" * 5000
    world = World(
        events=[event(5, clientIP=nasty, clientCountryName=nasty)], tunnels=[tunnel("a") | {"name": nasty}]
    )
    told = repr(collected(world))
    assert "\\x1b" not in told
    assert "\\u202e" not in told
    assert len(told) < 8000


@given(st.binary(max_size=200))
def test_any_answer_is_read_or_refused(body: bytes) -> None:
    for read in (lambda: answers.read_graph(body, ZONE), lambda: answers.read_envelope(body)):
        with contextlib.suppress(IntegrationError):
            assert read() is not None


Json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(Json)
def test_any_shape_of_a_row_is_a_value_or_refused(value: Any) -> None:
    for kind in (list[answers.Event], list[answers.Group], list[answers.Tunnel]):
        with contextlib.suppress(PartUnavailable):
            assert isinstance(answers.converted(value, kind), list)


@given(st.integers(1, 40 * DAY), st.integers(0, 10 * DAY), st.integers(0, 20 * DAY))
def test_slices_touch_and_never_reach_beyond_the_limits(span: int, longest: int, oldest: int) -> None:
    limits = answers.Limits(max_duration=longest, not_older_than=oldest)
    slices = answers.slices_of(NOON - timedelta(seconds=span), NOON, limits)
    assert len(slices) <= answers.MOST_SLICES
    assert all(begin < end for begin, end in slices)
    assert all((end - begin).total_seconds() <= (longest or DAY) for begin, end in slices)
    assert all(a[0] == b[1] for a, b in itertools.pairwise(slices))
    if oldest:
        assert all(begin >= NOON - timedelta(seconds=oldest) for begin, _ in slices)

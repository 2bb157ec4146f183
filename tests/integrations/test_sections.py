"""What another service tells stands in every rendering, inert, and never passes for an all-clear."""

from __future__ import annotations

import json
from datetime import timedelta
from importlib.resources import files

import jsonschema
import msgspec

from tests.integrations.test_guard import Weather, down
from tests.reports.samples import NOW, WEEK, quiet_week
from unifi_scanner.integrations.base import failed_section
from unifi_scanner.integrations.cloudflare_answers import Tunnel
from unifi_scanner.integrations.cloudflare_tallies import Seen
from unifi_scanner.integrations.cloudflare_words import section_of
from unifi_scanner.models.coverage import Coverage, SourceCoverage
from unifi_scanner.models.enums import Severity, SourceState, Status
from unifi_scanner.models.report import SCHEMA_VERSION, Report
from unifi_scanner.models.section import Figure, Section, Table
from unifi_scanner.models.standing import standing_of
from unifi_scanner.pipeline.judging import judge
from unifi_scanner.reports import render_all

NASTY = "<img src=x onerror=alert(1)>\x1b[31m\u202e{{ 7 * 7 }}"
SECTION = Section(
    id="cloudflare",
    title="Cloudflare",
    state=SourceState.OK,
    sentences=("Cloudflare stopped 412 requests.", NASTY),
    figures=(Figure(name="Requests stopped", value="412"),),
    tables=(Table(caption="Who was stopped", columns=("Address", "Times"), rows=(("203.0.113.5", "310"), (NASTY, "2"))),),
)  # fmt: skip


def with_section(section: Section) -> Report:
    return msgspec.structs.replace(quiet_week(), sections=(section,))


def judged(section: Section) -> Report:
    seen = SourceCoverage(source="system_log", area="internet", state=SourceState.OK)
    return judge(
        (),
        (),
        cover=lambda _tally: Coverage(sources=(seen,)),
        period=lambda _tally: WEEK,
        title="Maple Street",
        generated_at=lambda _tally: NOW,
        sections=(section,),
    )


def test_every_rendering_tells_it() -> None:
    made = render_all(with_section(SECTION))
    for told in (made.text, made.html, made.email_html, made.json):
        assert "Cloudflare stopped 412 requests." in told
    for told in (made.text, made.html, made.json):
        assert "203.0.113.5" in told


def test_what_a_stranger_wrote_is_inert_in_every_rendering() -> None:
    made = render_all(with_section(SECTION))
    assert "<img src=x" not in made.html + made.email_html
    assert "\x1b" not in made.text + made.html + made.email_html + made.json
    assert "\u202e" not in made.text + made.html + made.email_html + made.json
    assert "{{ 7 * 7 }}" in made.html


def test_the_json_matches_its_schema() -> None:
    schema = files("unifi_scanner.reports") / "schema" / f"report-{SCHEMA_VERSION}.json"
    told = json.loads(render_all(with_section(SECTION)).json)
    jsonschema.validate(told, json.loads(schema.read_text(encoding="utf-8")))
    assert told["sections"][0]["tables"][0]["rows"][0] == ["203.0.113.5", "310"]


def test_a_service_that_failed_is_in_the_coverage_and_no_all_clear() -> None:
    made = judged(failed_section(Weather(down), "Weather did not answer in time."))
    assert made.verdict.status is Status.BLIND
    assert made.coverage.blind == ()
    assert "Weather did not answer in time." in render_all(made).text


def test_a_tunnel_that_is_down_leads_the_report() -> None:
    tunnel = Tunnel(id="t1", name="home", status="down", conns_inactive_at=NOW - timedelta(hours=3))
    section = section_of([Seen(area="tunnels", found=[tunnel])], since=NOW - timedelta(days=1), now=NOW)
    made = judged(section)
    assert made.verdict.status is Status.ATTENTION
    assert [thing.title for thing in made.needs_you] == ["The Cloudflare tunnel home is down"]
    render_all(made)
    assert standing_of(made).findings[Severity.MEDIUM] == 1


def test_the_same_trouble_has_the_same_id_in_the_next_report() -> None:
    tunnel = Tunnel(id="t1", name="home", status="down", conns_inactive_at=NOW - timedelta(hours=3))
    first, second = (
        section_of([Seen(area="tunnels", found=[tunnel])], since=NOW, now=NOW + timedelta(days=days))
        for days in (0, 1)
    )
    assert first.findings[0].id == second.findings[0].id

"""Text a stranger can put on the air, and reports full of it."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from hypothesis import strategies as st

from tests.reports.samples import FAILED, NOW, WEEK, finding, report, seen, source, story
from unifi_scanner.models.coverage import Drop, Gap
from unifi_scanner.models.enums import Novelty, Role, Severity
from unifi_scanner.models.finding import Beat, Evidence, Incident
from unifi_scanner.models.pictures import Blocked, Lane, Outage, Pictures, Place, Span
from unifi_scanner.models.report import Change, Report, Trend

NASTY = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>'",
    "</style><style>*{display:none}",
    "</title></head><body onload=x>",
    "{{ 7*7 }}{% raw %}",
    "\x1b[31mred\x1b[0m\x1b]0;title\x07\x9b31m",
    "\u202egnp.exe\u2066\u200f",
    "name\r\nBcc: everyone@example.org\r\n\r\nbody",
    "\u2028line\u2029para\x85next",
    "\U0001f4a9" * 2_560,
    "Z" + "\u0301" * 500,
    "\ud800 lone",
    "a" * 5_000,
    "&lt;b&gt; &#x3c;",
    "\x00\x08\x7f",
    "漢字かな交じり文" * 30,
)
nasty_text = st.one_of(st.sampled_from(NASTY), st.text(max_size=60), st.text(st.characters(), max_size=20))


def report_full_of(text: str) -> Report:
    """Return a report that has `text` in every field a stranger could reach."""
    bad = msgspec.structs.replace(
        finding(text, Severity.CRITICAL, title=text),
        what=text,
        why=text,
        do=(text, text),
        sure_because=text,
        evidence=(Evidence(entry_id=text, timestamp=NOW, sentence=text),),
    )
    gap = Gap(source=text, start=NOW - timedelta(hours=1), end=NOW, reason=text, closed=True, closed_by=text)
    coverage = msgspec.structs.replace(
        seen(
            *source(text, FAILED, (text,), text),
            *source("rest"),
            gaps=(gap,),
            drops=(Drop(what=text, count=1),),
        ),
        failures=(text,),
        unknown_codes={text: 1},
    )
    low = msgspec.structs.replace(bad, id=f"{text}2", severity=Severity.LOW)
    period = msgspec.structs.replace(WEEK, zone=text)
    made = report(bad, low, coverage=coverage, title=text, period=period, incidents=(_told(text),))
    return msgspec.structs.replace(
        made,
        pictures=_drawn(text),
        changes=tuple(Change(id=text, title=text, novelty=novelty) for novelty in Novelty),
        trends=(Trend(what=text, amount=3, usual=(0, 1), is_unusual=True, sentence=text),),
    )


def _told(text: str) -> Incident:
    beats = tuple(Beat(at=NOW, sentence=text, role=role) for role in Role)
    return msgspec.structs.replace(
        story(text), cause=text, timeline=beats, sure_because=text, do=(text,), about=(text,)
    )


def _drawn(text: str) -> Pictures:
    day = Span(start=NOW - timedelta(hours=13), end=NOW + timedelta(hours=11))
    off = Span(start=NOW - timedelta(hours=2), end=NOW - timedelta(hours=1))
    return Pictures(
        days=(day,),
        outages=(Outage(start=off.start, end=off.end),),
        devices=(Lane(id=text, name=text, off=(off,)),),
        places=(Place(id=text, name=text, joins=3, troubles=(9,)),),
        clients=(3,) * 13,
        blocked=(Blocked(outside=2, inside=1),),
        unseen={"internet": (Span(start=day.start, end=off.start),)},
        told=("internet", "wireless", "security", "devices"),
    )

"""Incidents -> stories: when each happened, and its moments in order. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby

import msgspec

from unifi_scanner.models.enums import Role
from unifi_scanner.models.finding import Beat, Incident
from unifi_scanner.models.pictures import Span
from unifi_scanner.models.report import Report
from unifi_scanner.reports import drawing
from unifi_scanner.reports.drawing import Strip
from unifi_scanner.reports.plain import MAX_TITLE, plain_line
from unifi_scanner.reports.prose import Clock, counted, duration, is_known, times
from unifi_scanner.reports.things import because_of
from unifi_scanner.reports.wording import SURENESS, Mark, is_urgent, needs_someone

MOST_BEATS = 40
CELLS = 42
MOST_STORIES = 60
ROLE_WORDS: Mapping[Role, str] = {
    Role.CHANGE: "Changed before",
    Role.CAUSE: "Cause",
    Role.CONSEQUENCE: "What followed",
    Role.RECOVERY: "Recovery",
}


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a story."""

    when: str
    sentence: str
    role: str  # the value of its Role: a class of the page
    word: str


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """One incident told in order; `see` is the number of the thing that says what to do, 0 where none does."""

    mark: Mark
    word: str
    title: str
    short: str
    when: str
    what: str
    why: str
    cause: str
    moments: tuple[Moment, ...]
    more: str
    followed: tuple[str, ...]
    sure: tuple[int, str]
    because: str
    do: tuple[str, ...]
    see: int
    strip: Strip | None
    cells: str


def stories_of(report: Report, clock: Clock) -> tuple[Story, ...]:
    """Return the incidents as stories, open ones first as the report has them."""
    numbers = _numbers(report)
    days = report.pictures.days
    scale = drawing.scale_of(days) if days else None
    until = report.period.end or report.generated_at
    return tuple(
        _story(incident, clock, numbers.get(incident.id, 0), _drawn(incident, scale, until))
        for incident in report.incidents[:MOST_STORIES]
    )


def left_out(report: Report) -> int:
    """Return how many incidents are not told one by one."""
    return max(len(report.incidents) - MOST_STORIES, 0)


def _numbers(report: Report) -> dict[str, int]:
    told: dict[str, int] = {}
    for place, thing in enumerate(report.needs_you, start=1):
        told.setdefault(getattr(thing, "incident", "") or thing.id, place)
        for finding in getattr(thing, "findings", ()):
            told.setdefault(finding, place)
    return told


def _drawn(incident: Incident, scale: drawing.Scale | None, until: datetime) -> tuple[Strip | None, str]:
    span = Span(start=incident.first_seen, end=incident.ended)
    if scale is None or not is_known(span.start) or not scale.shows(span):
        return None, ""
    causes = [beat.at for beat in incident.timeline if beat.role is Role.CAUSE]
    line = drawing.cells(scale, CELLS, [span], (), until).replace("─", "·").replace("█", "■")
    return drawing.story(scale, span, causes, until), line


def _story(incident: Incident, clock: Clock, see: int, drawn: tuple[Strip | None, str]) -> Story:
    moments = _moments(incident.timeline, clock)
    left = len(moments) - MOST_BEATS
    mark = Mark.FINE if incident.resolved else _open_mark(incident)
    return Story(
        mark=mark,
        word="Over" if incident.resolved else "Still going on",
        title=plain_line(incident.title, MAX_TITLE),
        short=plain_line(incident.subjects[0], 28) if incident.subjects else plain_line(incident.title, 28),
        when=_when(incident, clock),
        what=plain_line(incident.what),
        why=plain_line(incident.why),
        cause=plain_line(incident.cause),
        moments=moments[:MOST_BEATS],
        more=f"{counted(left, 'more moment')}, not shown here." if left > 0 else "",
        followed=tuple(map(plain_line, incident.consequences[:10])) if not moments else (),
        sure=SURENESS[incident.confidence],
        because=because_of(incident.confidence, incident.sure_because),
        do=tuple(step for step in map(plain_line, incident.do) if step) if not see else (),
        see=see,
        strip=drawn[0],
        cells=drawn[1],
    )


def _open_mark(incident: Incident) -> Mark:
    if is_urgent(incident):
        return Mark.URGENT
    return Mark.ATTENTION if needs_someone(incident) else Mark.NOTE


def _when(incident: Incident, clock: Clock) -> str:
    if incident.ended is None:
        return f"since {clock.moment(incident.first_seen)}" if is_known(incident.first_seen) else ""
    lasted = duration(incident.ended - incident.first_seen)
    return f"{clock.span(incident.first_seen, incident.ended)}, lasted {lasted}"


def _moments(beats: Sequence[Beat], clock: Clock) -> tuple[Moment, ...]:
    tell = _teller(beats, clock)
    runs = (list(run) for _, run in groupby(beats, key=lambda beat: (beat.role, beat.sentence)))
    return tuple(_moment(run, tell) for run in runs)


def _moment(run: Sequence[Beat], tell: Callable[[datetime], str]) -> Moment:
    first, last = run[0], run[-1]
    again = f" {times(len(run)).capitalize()}, the last at {tell(last.at)}." if len(run) > 1 else ""
    return Moment(
        when=tell(first.at),
        sentence=f"{plain_line(first.sentence)}{again}",
        role=first.role.value,
        word=ROLE_WORDS[first.role],
    )


def _teller(beats: Sequence[Beat], clock: Clock) -> Callable[[datetime], str]:
    """Return how to tell the moments of one story: by the hour, by the day of the week, or in full."""
    known = [beat.at for beat in beats if is_known(beat.at)]
    if len(known) < len(beats) or not known or max(known) - min(known) > timedelta(days=6):
        return clock.moment
    return clock.hour if len({clock.day(moment) for moment in known}) == 1 else clock.brief

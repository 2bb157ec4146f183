"""An alert in words: a subject that never changes, and a text whose first words carry the news. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from unifi_scanner.models.enums import Confidence, Role, Severity
from unifi_scanner.models.finding import Incident
from unifi_scanner.models.phrasing import tame
from unifi_scanner.reports.alert_media import Alert, Thing, Told, alert_of
from unifi_scanner.reports.alert_words import BACK, CALLED, OF_THE_HOUSE
from unifi_scanner.reports.prose import Clock, counted, duration, is_known, listed

MOST_NAMED, MOST_WHOM = 12, 3
URGENT, NOTE, UPDATE, CLEAR = "URGENT", "PLEASE NOTE", "UPDATE", "ALL CLEAR"
SURENESS: Mapping[Confidence, str] = {
    Confidence.CERTAINLY: "certainly",
    Confidence.PROBABLY: "probably",
    Confidence.POSSIBLY: "possibly",
}


def subject_of(site: str, thing: Thing, began: datetime, zone: str) -> str:
    """Return the subject of an incident's thread: whose network, what, since when."""
    called = CALLED.get(thing.rule) or tame(thing.title)
    named = thing.subjects[: 1 if isinstance(thing, Incident) else 2]  # a story names its cause first
    is_named = bool(named) and thing.rule in CALLED and thing.rule not in OF_THE_HOUSE
    whom = f" ({tame(', '.join(named))})" if is_named else ""
    when = f", {Clock(zone=zone, year=began.year).moment(began)}" if is_known(began) else ""
    return f"{tame(site)}: {called}{whom}{when}"


def urgent(thing: Thing, told: Told) -> Alert:
    """Return the message that says it has begun."""
    mark = URGENT if thing.severity.rank >= Severity.HIGH.rank else NOTE
    parts = [
        f"{mark}: {thing.what}",
        _where(told),
        thing.why,
        *_together(told.also),
        *_steps(thing),
        _sureness(thing),
        _next(told),
        _footer(told),
    ]
    return alert_of("urgent", thing, told, parts)


def update(thing: Thing, told: Told) -> Alert:
    """Return the message that says what else happened since."""
    if told.still:
        parts = [f"{UPDATE}: {thing.title}.", "But not all is well again:", _bullets(told.still)]
    else:
        parts = [f"{UPDATE}: {thing.what}", *_together(told.also), *_steps(thing)]
    return alert_of("update", thing, told, [*parts, _next(told), _footer(told)])


def all_clear(thing: Thing, told: Told) -> Alert:
    """Return the message that says it is over; where nothing could leave before, it tells all of it."""
    parts = [
        f"{CLEAR}: {_over_words(thing, told)}",
        "" if told.still else "Nothing needs you now.",
        *_together(told.also, "This is over too:"),
        *_together(told.still, "Nothing tells us whether this is over, so have a look at it:"),
        _timeline(thing, told),
        ""
        if told.wrote
        else "We could not write to you while it lasted, so this is the first you hear of it.",
        _footer(told),
    ]
    return alert_of("clear", thing, told, parts)


def summary(titles: Sequence[str], told: Told) -> Alert:
    """Return the message that sums up what was held back and is over by now."""
    count = counted(len(titles), "thing")
    parts = [
        f"SUMMARY: {count} came and went while we held our messages back.",
        _bullets(titles),
        "All of this is over. The next report tells it in full.",
        _footer(told),
    ]
    return alert_of("summary", None, told, parts)


def digest(items: Sequence[Mapping[str, str]], told: Told) -> Alert:
    """Return one message in place of several that could not leave for long; `items` have `subject` and `news`."""
    shown = [f"{tame(one['subject'])}. {one['news']}" for one in items[-MOST_NAMED:]]
    older = len(items) - len(shown)
    parts = [
        f"LATE NEWS: {counted(len(items), 'message')} could not leave until now.",
        _bullets(shown),
        f"{counted(older, 'older message')} are left out here." if older else "",
        "The next report tells all of it in full.",
        _footer(told),
    ]
    alert = alert_of("digest", None, told, parts)
    return msgspec.structs.replace(alert, data={**alert.data, "items": [dict(one) for one in items]})


def news_of(text: str) -> str:
    """Return the news of a message: its first paragraph, on one line."""
    return " ".join(text.split("\n\n", 1)[0].split())


def _where(told: Told) -> str:
    if not is_known(told.began):
        return f"At {tame(told.site)}."
    return f"At {tame(told.site)}, since {Clock(zone=told.zone, year=told.began.year).moment(told.began)}."


def _together(titles: Sequence[str], lead: str = "This belongs to it:") -> list[str]:
    return [lead, _bullets(titles)] if titles else []


def _bullets(titles: Sequence[str]) -> str:
    shown = [f"- {title}" for title in titles[:MOST_NAMED]]
    rest = len(titles) - len(shown)
    return "\n".join([*shown, *([f"- and {rest} more"] if rest else [])])


def _steps(thing: Thing) -> list[str]:
    if not thing.do:
        return []
    return ["Do this\n" + "\n".join(f"{place}. {step}" for place, step in enumerate(thing.do, start=1))]


def _sureness(thing: Thing) -> str:
    because = f" {thing.sure_because}" if thing.sure_because else ""
    return f"How sure we are: {SURENESS[thing.confidence]}.{because}"


def _next(told: Told) -> str:
    if told.is_last_today:
        return "This is the last message for today. What else happens is told tomorrow, and in the report."
    if told.can_end:
        return "We watch it, and write once more when it is over."
    return "We do not write again about this, unless it becomes worse. The next report tells the rest."


def _footer(told: Told) -> str:
    count = f"Message {told.number} of at most {told.budget} today. " if told.number and told.budget else ""
    return f"{count}Times are {Clock(zone=told.zone).name(told.now)}."


def _over_words(thing: Thing, told: Told) -> str:
    clock = Clock(zone=told.zone, year=told.now.year)
    back = BACK.get(thing.rule, "the trouble is over").format(
        whom=_named(thing.subjects) or "it", is_or_are="are" if len(thing.subjects) > 1 else "is"
    )
    over = told.over
    if over is None or not is_known(over) or not is_known(told.began):
        return f"{back} at {tame(told.site)}. {thing.what}"
    lasted = f" It lasted {duration(over - told.began)}." if over > told.began else ""
    return f"{back} at {tame(told.site)} since {clock.hour(over)}.{lasted}"


def _named(subjects: Sequence[str]) -> str:
    names = [tame(one) for one in subjects[:MOST_WHOM]]
    rest = len(subjects) - len(names)
    return listed([*names, f"{rest} more"] if rest else names)


def _timeline(thing: Thing, told: Told) -> str:
    clock = Clock(zone=told.zone, year=told.now.year)
    beats: list[tuple[datetime, str]] = []
    if isinstance(thing, Incident):
        # what belongs to an earlier time of the same trouble was told in a thread of its own
        beats = [
            (beat.at, beat.sentence)
            for beat in thing.timeline
            if beat.role is not Role.CONSEQUENCE and beat.at >= told.began
        ][:8]
    elif is_known(told.began):
        beats = [(told.began, "It began.")]
        if told.over is not None and is_known(told.over):
            beats.append((told.over, "It was over."))
    if told.wrote is not None:
        beats.append((told.wrote, "We wrote to you."))
    if told.steady_for:
        beats.append((told.now, f"Steady for {told.steady_for}, so we call it over."))
    return "\n".join(f"  {clock.hour(at)}  {what}" for at, what in sorted(beats, key=lambda beat: beat[0]))


__all__ = ["Alert", "Told", "all_clear", "digest", "news_of", "subject_of", "summary", "update", "urgent"]

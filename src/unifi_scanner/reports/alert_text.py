"""An alert in words: a subject that never changes, and a text whose first words carry the news. Pure."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from unifi_scanner.models.enums import Confidence, Role, Severity
from unifi_scanner.models.finding import Finding, Incident
from unifi_scanner.models.phrasing import tame
from unifi_scanner.reports.prose import Clock, counted, duration, is_known, listed

WIDTH = 72
MOST_NAMED = 12
MOST_SHORT = 900
URGENT, NOTE, UPDATE, CLEAR = "URGENT", "PLEASE NOTE", "UPDATE", "ALL CLEAR"
SURENESS: Mapping[Confidence, str] = {
    Confidence.CERTAINLY: "certainly",
    Confidence.PROBABLY: "probably",
    Confidence.POSSIBLY: "possibly",
}
# what a subject line calls it: it must be as true at the end as at the beginning
CALLED: Mapping[str, str] = {
    "internet-down": "Internet outage",
    "internet-keeps-failing": "Internet keeps failing",
    "internet-comes-and-goes": "Internet comes and goes",
    "on-backup-line": "Internet on the backup line",
    "one-line-down": "One Internet line down",
    "mobile-backup-missing": "Mobile backup missing",
    "wifi-got-worse": "Wi-Fi got worse",
    "wireless-link-ended": "Wireless link lost",
    "device-keeps-restarting": "Device keeps restarting",
    "device-attacks-others": "A device of yours attacks others",
    "device-mines-coins": "A device of yours mines coins",
    "network-name-imitated": "Network name imitated",
    "device-offline": "Device offline",
    "device-offline-for-hours": "Device offline for hours",
    "device-keeps-going-offline": "Device keeps going offline",
    "several-devices-offline": "Several devices offline",
    "device-too-hot": "Device too hot",
    "ap-cut-off": "Access point cut off",
    "power-went-out": "Power cut",
    "power-supply-failed": "Power supply failed",
    "backup-power-overloaded": "Backup power overloaded",
    "site-link-down": "Link between sites down",
    "cable-loop": "Cable loop",
    "second-address-giver": "Second address giver",
    "no-free-addresses": "No free addresses",
    "password-guessing": "Somebody is guessing a password",
    "password-guessed": "A password may have been guessed",
    "command-line-guessing": "Somebody is guessing a command line password",
    "command-line-guessed": "A command line password may have been guessed",
    "inside-device-blocked": "Suspicious device inside",
    "inside-device-noticed": "Suspicious device inside",
    "inside-device-not-blocked": "Suspicious device inside",
    "trap-touched": "Trap touched",
    "storage-nearly-full": "Storage nearly full",
    "network-could-not-grow": "Network too small",
    "network-sign-in-trouble": "Trouble signing in to the network",
}
# how an all-clear begins
BACK: Mapping[str, str] = {
    "internet-down": "the Internet is back",
    "internet-comes-and-goes": "the Internet is back",
    "device-offline": "{whom} is back",
    "device-offline-for-hours": "{whom} is back",
    "device-keeps-going-offline": "{whom} is back",
    "several-devices-offline": "the devices are back",
    "ap-cut-off": "{whom} is back",
    "power-went-out": "the power is back",
    "site-link-down": "the link between the sites is back",
    "on-backup-line": "the main line is back",
    "one-line-down": "the Internet line is back",
    "mobile-backup-missing": "the mobile backup is back",
    "wifi-got-worse": "the Wi-Fi is well again",
    "wireless-link-ended": "the wireless link is back",
}
# it is about the whole house, so its subject names no one
OF_THE_HOUSE = frozenset(
    {
        "internet-down",
        "internet-keeps-failing",
        "internet-comes-and-goes",
        "on-backup-line",
        "one-line-down",
        "power-went-out",
        "several-devices-offline",
    }
)


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One alert in every medium; `short` is for chats and phones, `data` for programs."""

    subject: str
    text: str
    html: str
    short: str
    data: Mapping[str, Any]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What the words of one alert need to know beside the thing itself.

    `began` and `over` are of this episode; `wrote` is when the first message left, None where none did.
    """

    site: str
    zone: str
    now: datetime
    subject: str
    began: datetime
    over: datetime | None = None
    wrote: datetime | None = None
    also: tuple[str, ...] = ()
    still: tuple[str, ...] = ()
    number: int = 0
    budget: int = 0
    is_last_today: bool = False
    can_end: bool = True
    steady_for: str = ""


Thing = Finding | Incident


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
    return _alert("urgent", thing, told, parts)


def update(thing: Thing, told: Told) -> Alert:
    """Return the message that says what else happened since."""
    if told.still:
        parts = [f"{UPDATE}: {thing.title}.", "But not all is well again:", _bullets(told.still)]
    else:
        parts = [f"{UPDATE}: {thing.what}", *_together(told.also), *_steps(thing)]
    return _alert("update", thing, told, [*parts, _next(told), _footer(told)])


def all_clear(thing: Thing, told: Told) -> Alert:
    """Return the message that says it is over; where nothing could leave before, it tells all of it."""
    parts = [
        f"{CLEAR}: {_over_words(thing, told)}",
        "Nothing needs you now.",
        *_together(told.also, "This is over too:"),
        _timeline(thing, told),
        ""
        if told.wrote
        else "We could not write to you while it lasted, so this is the first you hear of it.",
        _footer(told),
    ]
    return _alert("clear", thing, told, parts)


def summary(titles: Sequence[str], told: Told) -> Alert:
    """Return the message that sums up what was held back and is over by now."""
    count = counted(len(titles), "thing")
    parts = [
        f"SUMMARY: {count} came and went while we held our messages back.",
        _bullets(titles),
        "All of this is over. The next report tells it in full.",
        _footer(told),
    ]
    return _alert("summary", None, told, parts)


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
    alert = _alert("digest", None, told, parts)
    return msgspec.structs.replace(alert, data={**alert.data, "items": [dict(one) for one in items]})


def news_of(text: str) -> str:
    """Return the news of a message: its first paragraph, on one line."""
    return " ".join(text.split("\n\n", 1)[0].split())


def _alert(state: str, thing: Thing | None, told: Told, parts: Sequence[str]) -> Alert:
    kept = [part for part in parts if part]
    text = "\n\n".join(_wrapped(part) for part in kept) + "\n"
    return Alert(
        subject=told.subject,
        text=text,
        html=_page(told.subject, kept),
        short=_shortened(kept),
        data=_data(state, thing, told, kept),
    )


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
    whom = listed([tame(one) for one in thing.subjects[:3]]) or "it"
    back = BACK.get(thing.rule, "the trouble is over").format(whom=whom)
    over = told.over
    if over is None or not is_known(over) or not is_known(told.began):
        return f"{back} at {tame(told.site)}. {thing.what}"
    lasted = f" It lasted {duration(over - told.began)}." if over > told.began else ""
    return f"{back} at {tame(told.site)} since {clock.hour(over)}.{lasted}"


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


def _wrapped(part: str) -> str:
    return "\n".join(_wrapped_line(line) for line in part.split("\n"))


def _wrapped_line(line: str) -> str:
    start, indent = line[:4], ""
    if start[:2] == "- ":
        indent = "  "
    elif start[:1].isdigit() and ". " in start:
        indent = "   "
    elif start[:2] == "  ":
        indent = " " * 9
    return textwrap.fill(
        line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False,
        drop_whitespace=True, initial_indent="",
    )  # fmt: skip


def _shortened(parts: Sequence[str]) -> str:
    text = "\n\n".join(parts[:-1] if len(parts) > 1 else parts)
    return text if len(text) <= MOST_SHORT else f"{text[: MOST_SHORT - 1].rstrip()}…"


def _page(subject: str, parts: Sequence[str]) -> str:
    head, *rest = [html.escape(part).replace("\n", "<br>\n") for part in parts]
    body = "\n".join(f'<p style="margin:0 0 16px">{part}</p>' for part in rest)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{html.escape(subject)}</title></head>\n"
        '<body style="margin:0;padding:16px;font:17px/1.5 system-ui,sans-serif;max-width:600px">\n'
        f'<p style="margin:0 0 16px;font-size:20px;font-weight:600">{head}</p>\n{body}\n</body></html>\n'
    )


def _data(state: str, thing: Thing | None, told: Told, parts: Sequence[str]) -> dict[str, Any]:
    data: dict[str, Any] = {
        "state": state,
        "site": told.site,
        "zone": told.zone,
        "news": " ".join(parts[0].split()),
        "also": list(told.also),
        "still": list(told.still),
        "incident": None,
    }
    if thing is not None:
        data["incident"] = {
            "id": thing.id,
            "rule": thing.rule,
            "severity": thing.severity.value,
            "title": thing.title,
            "what": thing.what,
            "why": thing.why,
            "do": list(thing.do),
            "confidence": thing.confidence.value,
            "began": _iso(told.began),
            "over": _iso(told.over),
            "count": thing.count,
            "subjects": list(thing.subjects),
        }
    return data


def _iso(moment: datetime | None) -> str | None:
    if moment is None or not is_known(moment):
        return None
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


__all__ = ["Alert", "Told", "all_clear", "digest", "news_of", "subject_of", "summary", "update", "urgent"]

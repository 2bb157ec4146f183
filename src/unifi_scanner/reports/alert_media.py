"""One alert in every medium: as text, as a page, short for phones, and as data for programs. Pure."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from unifi_scanner.models.finding import Finding, Incident
from unifi_scanner.reports.prose import is_known

WIDTH = 72
MOST_SHORT = 900
Thing = Finding | Incident


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


def alert_of(state: str, thing: Thing | None, told: Told, parts: Sequence[str]) -> Alert:
    """Return one alert in every medium; `state` is what programs go by, `parts` its paragraphs."""
    kept = [part for part in parts if part]
    text = "\n\n".join(_wrapped(part) for part in kept) + "\n"
    return Alert(
        subject=told.subject,
        text=text,
        html=_page(told.subject, kept),
        short=_shortened(kept),
        data=_data(state, thing, told, kept),
    )


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

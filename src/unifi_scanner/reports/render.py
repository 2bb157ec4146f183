"""One report, many media, the same facts with the same numbers. Pure but for reading the templates.

Everything a device could have written is made inert on the way: `view` strips what is invisible, the templates
escape what is left, JSON is encoded.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec

from unifi_scanner.models.enums import Voice
from unifi_scanner.models.report import Report
from unifi_scanner.reports import drawing
from unifi_scanner.reports.data import render_json
from unifi_scanner.reports.glance import MARK_WORDS
from unifi_scanner.reports.images import Image
from unifi_scanner.reports.text import page_text
from unifi_scanner.reports.verdict import headline
from unifi_scanner.reports.view import view_of

if TYPE_CHECKING:
    from jinja2 import Environment


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """A report in every medium there is."""

    headline: str
    text: str
    html: str
    email_html: str
    json: str
    images: tuple[Image, ...] = ()  # those that email_html shows


def render_all(
    report: Report, voice: Voice = Voice.HOME, *, glossary: Mapping[str, str] | None = None
) -> Rendered:
    """Return the report in every medium; the same report gives the same bytes."""
    email_html, images = render_mail(report, voice)
    return Rendered(
        headline=headline(report),
        text=render_text(report, voice=voice, glossary=glossary),
        html=render_html(report, voice, glossary=glossary),
        email_html=email_html,
        json=render_json(report),
        images=images,
    )


def render_text(
    report: Report,
    *,
    width: int = 80,
    color: bool = False,
    ascii: bool = False,  # noqa: A002 - the flag's own name
    voice: Voice = Voice.HOME,
    glossary: Mapping[str, str] | None = None,
) -> str:
    """Return the report as plain text, wrapped to `width` cells; `color` touches only the marks.

    `glossary` explains words; those that are used are told at the end.
    """
    from unifi_scanner.reports.glossary import DEFAULT

    words = DEFAULT if glossary is None else glossary
    return page_text(view_of(report, voice), width=width, color=color, ascii_only=ascii, glossary=words)


def render_html(
    report: Report, voice: Voice = Voice.HOME, *, glossary: Mapping[str, str] | None = None
) -> str:
    """Return the report as one self-contained page: no script, nothing loaded from anywhere.

    `glossary` explains words; each is marked where it is used first.
    """
    from unifi_scanner.reports.glossary import DEFAULT, Terms

    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    view = view_of(report, voice)
    return (
        _templates()
        .get_template("report.html")
        .render(
            view=view,
            style=style,
            style_hash=f"sha256-{digest}",
            shapes=drawing.shared_shapes(len(view.days)),
            day_axis=drawing.axis(view.days).svg,
            words=Terms(DEFAULT if glossary is None else glossary),
            labels=MARK_WORDS,
        )
    )


def render_email_html(report: Report, voice: Voice = Voice.HOME) -> str:
    """Return the report as mail readers can show it: inline styles, no folds, the least details."""
    return render_mail(report, voice)[0]


def render_mail(report: Report, voice: Voice = Voice.HOME) -> tuple[str, tuple[Image, ...]]:
    """Return the HTML of a mail, and the images it shows."""
    from unifi_scanner.reports.mail import mail_of

    return mail_of(report, voice, _templates())


@lru_cache(maxsize=1)
def _style() -> str:
    path = files("unifi_scanner.reports") / "templates" / "page.css"
    return path.read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _templates() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("unifi_scanner.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )

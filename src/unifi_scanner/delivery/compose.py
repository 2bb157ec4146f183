"""Report -> Message. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol
from zoneinfo import ZoneInfo

from unifi_scanner.delivery.base import Attachment, Message
from unifi_scanner.models.report import Report


class Image(Protocol):
    """A PNG image of a mail."""

    @property
    def name(self) -> str:
        """Return its file name."""

    @property
    def data(self) -> bytes:
        """Return the PNG."""


class Rendering(Protocol):
    """The report in every medium, as `reports.render_all` gives it."""

    @property
    def headline(self) -> str:
        """Return the report in a subject line's length."""

    @property
    def text(self) -> str:
        """Return the report as plain text."""

    @property
    def html(self) -> str:
        """Return the report as a page."""

    @property
    def email_html(self) -> str:
        """Return the report as a mail reader can show it."""

    @property
    def images(self) -> Sequence[Image]:
        """Return the images that the mail shows."""

    @property
    def json(self) -> str:
        """Return the report for programs."""


def compose(report: Report, rendered: Rendering) -> Message:
    """Return the message that tells `report`; composing it twice gives the same message."""
    stem = f"report-{stamp_of(report)}"
    digest = hashlib.blake2b(rendered.json.encode(), digest_size=8).hexdigest()
    return Message(
        message_id=f"{stem}.{digest}",
        subject=rendered.headline,
        text=rendered.text,
        html=rendered.email_html,
        attachments=(
            Attachment(name=f"{stem}.html", media_type="text/html", data=rendered.html.encode()),
            Attachment(name=f"{stem}.txt", media_type="text/plain", data=rendered.text.encode()),
            Attachment(name=f"{stem}.json", media_type="application/json", data=rendered.json.encode()),
        ),
        inline=tuple(
            Attachment(name=image.name, media_type="image/png", data=image.data) for image in rendered.images
        ),
    )


def stamp_of(report: Report) -> str:
    """Return when the report was made, in its own zone, fit for a file name: 2026-11-24T0700."""
    try:
        local = report.generated_at.astimezone(ZoneInfo(report.period.zone))
    except (LookupError, ValueError, OSError, OverflowError):
        local = report.generated_at
    return f"{local:%Y-%m-%dT%H%M}"

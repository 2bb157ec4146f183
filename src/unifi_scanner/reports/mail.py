"""Report -> the HTML of a mail: tables, styles inlined, images by content-id, the least details. Pure but for templates."""

from __future__ import annotations

from jinja2 import Environment

from unifi_scanner.models.enums import Voice
from unifi_scanner.models.report import Report
from unifi_scanner.reports.canvas import Figure
from unifi_scanner.reports.images import Image, images_of
from unifi_scanner.reports.plain import plain_line
from unifi_scanner.reports.view import View, view_of

MOST_OTHERS = 20
MOST_STORIES = 8
PREHEADER = 140


def mail_of(report: Report, voice: Voice, templates: Environment) -> tuple[str, tuple[Image, ...]]:
    """Return the HTML of the mail that tells `report`, and its images."""
    from css_inline import CSSInliner

    view = view_of(report, voice)
    images = images_of(view.figures, len(view.days))
    page = templates.get_template("email.html").render(
        view=view, images=images, preheader=preheader(view), most_others=MOST_OTHERS, most_stories=MOST_STORIES,
        shares=_shares(view.figures),
    )  # fmt: skip
    inlined = CSSInliner(load_remote_stylesheets=False, keep_style_tags=False).inline(page)
    return inlined, tuple(images.values())


def preheader(view: View) -> str:
    """Return what a mail reader shows beside the subject: the first thing to do, or that there is none."""
    steps = [thing.do[0] for thing in view.needs if thing.do]
    if steps:
        return plain_line(" ".join(f"{n}. {step}" for n, step in enumerate(steps, start=1)), PREHEADER)
    return plain_line(view.lede or view.verdict, PREHEADER)


def _shares(figures: tuple[Figure, ...]) -> dict[str, int]:
    """Return how wide each day's bar is, in percent of the widest, by the day's name."""
    rows = next((figure.table for figure in figures if figure.id == "pic-security"), ())
    amounts = {row[0]: int(row[1].replace(",", "")) + int(row[2].replace(",", "")) for row in rows}
    top = max(amounts.values(), default=0) or 1
    return {name: round(amount / top * 100) for name, amount in amounts.items()}

"""Report -> PDF for the wall and the client's file, by a library of the extra `pdf`. Pure but for the library's fonts."""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from importlib.resources import files
from typing import NoReturn

from unifi_scanner.errors import ConfigError
from unifi_scanner.models.enums import Voice
from unifi_scanner.models.report import Report
from unifi_scanner.reports.drawing import shared_shapes
from unifi_scanner.reports.render import render_html

# what a drawing finds elsewhere in a page has to be inside it here: each is read by itself
_DRAWING = re.compile(r'(<svg (?:class="(?:icon|draw[^"]*)"|width="18")[^>]*>)')
_SYMBOLS = re.compile(r'<symbol id="([\w-]+)".*?</symbol>', re.DOTALL)
_ICON = re.compile(r'<svg class="icon"[^>]*><use href="#([\w-]+)"/></svg>')
_STATUS = {
    "urgent": "#b0241b",
    "attention": "#855000",
    "fine": "#1b6e44",
    "blind": "#5b4d95",
    "note": "#4b535c",
}
_STYLE = (
    ".g-bar{fill:#1457a8}.g-soft{fill:#6b9ad0}.g-band{fill:#c9daee}.g-bad{fill:#b0241b}"
    ".g-off{fill:#fbe9e7;stroke:#b0241b;stroke-width:1.5}.g-unseen{fill:url(#hatch);stroke:#7f8993;stroke-width:1}"
    ".g-hatch{stroke:#7f8993;stroke-width:1.6}.g-line{fill:none;stroke:#1457a8;stroke-width:1}"
    ".g-grid{stroke:#d8dde2}.g-axis{stroke:#7f8993}.g-cut{stroke:#ffffff;stroke-width:2}"
    "text{font:9px sans-serif;fill:#4b535c}"
)


def render_pdf(report: Report, voice: Voice = Voice.HOME) -> bytes:
    """Return the report as a PDF, the same bytes for the same report; raises ConfigError without the extra."""
    try:
        from weasyprint import HTML
    except ImportError as exc:
        hint = "Install it with: pip install 'unifi-scanner[pdf]'. Or print the HTML report from a browser."
        raise ConfigError("A PDF needs the extra “pdf”, which is not installed here.", hint=hint) from exc
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)  # it names every style it leaves out
    page = _for_paper(render_html(report, voice), len(report.pictures.days))
    whole = HTML(string=page, media_type="print", url_fetcher=_fetch_nothing)
    return bytes(whole.write_pdf(pdf_identifier=b"unifi-scanner"))


def _fetch_nothing(url: str, *_more: object, **_options: object) -> NoReturn:
    raise ValueError(f"a report loads nothing from anywhere: {url[:80]}")


def _for_paper(page: str, day_count: int) -> str:
    symbols = {found[1]: found[0] for found in _SYMBOLS.finditer(page)}
    page = _ICON.sub(lambda found: _icon(symbols, found[1]), page)
    page = page.replace("</head>", f"<style>{_paper_style()}</style></head>", 1)
    inside = f"<style>{_STYLE}</style><defs>{shared_shapes(day_count)}</defs>"
    return _DRAWING.sub(lambda found: found[1] + inside, page)


@lru_cache(maxsize=1)
def _paper_style() -> str:
    # the library lays out tables better than grids
    path = files("unifi_scanner.reports") / "templates" / "paper.css"
    return path.read_text(encoding="utf-8")


def _icon(symbols: dict[str, str], name: str) -> str:
    shape = re.sub("^<symbol[^>]*>|</symbol>$", "", symbols.get(name, ""))
    colour = _STATUS.get(name.removeprefix("i-"), "#171a1e")
    shape = shape.replace("currentColor", colour).replace('class="cut"', 'stroke="#ffffff"')
    shape = shape.replace('class="cut-fill"', 'fill="#ffffff"')
    return f'<svg class="icon paper" viewBox="0 0 24 24">{shape}</svg>'

"""From findings and coverage to a report, and from a report to text, HTML and JSON."""

from unifi_scanner.reports.almanac import Almanac
from unifi_scanner.reports.build import build_report
from unifi_scanner.reports.data import render_json
from unifi_scanner.reports.plain import escaped_json
from unifi_scanner.reports.render import Rendered, render_all, render_email_html, render_html, render_text

__all__ = [
    "Almanac",
    "Rendered",
    "build_report",
    "escaped_json",
    "render_all",
    "render_email_html",
    "render_html",
    "render_json",
    "render_text",
]

"""From findings and coverage to a report, and from a report to text, HTML, mail, JSON and CSV."""

from unifi_scanner.reports.almanac import Almanac
from unifi_scanner.reports.build import build_report
from unifi_scanner.reports.data import render_json
from unifi_scanner.reports.pdf import render_pdf
from unifi_scanner.reports.plain import escaped_json
from unifi_scanner.reports.render import Rendered, render_all, render_email_html, render_html, render_text
from unifi_scanner.reports.tables import entries_csv, findings_csv

__all__ = [
    "Almanac",
    "Rendered",
    "build_report",
    "entries_csv",
    "escaped_json",
    "findings_csv",
    "render_all",
    "render_email_html",
    "render_html",
    "render_json",
    "render_pdf",
    "render_text",
]

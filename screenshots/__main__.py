"""Take pictures of a quiet week, a bad week and a first run with half the sources missing: `make screenshots`."""

from __future__ import annotations

import argparse
import base64
import shutil
import sys
from pathlib import Path

from tests.reports.week import told_bad, told_half_blind, told_quiet

from screenshots.browser import Browser, browser
from unifi_scanner.models.report import Report
from unifi_scanner.reports import render_html
from unifi_scanner.reports.render import render_mail

PHONE, DESKTOP, MAIL = 390, 1280, 640
REPORTS = {"quiet-week": told_quiet, "bad-week": told_bad, "first-run": told_half_blind}
LOOKS = (
    ("phone", PHONE, False),
    ("desktop", DESKTOP, False),
    ("phone-dark", PHONE, True),
    ("desktop-dark", DESKTOP, True),
)


def main() -> int:
    """Write the pictures and return 0; 2 where there is no Chromium."""
    parser = argparse.ArgumentParser(prog="python -m screenshots", description=__doc__)
    parser.add_argument("--output-dir", type=Path, default=Path("build/screenshots"), help="where they go")
    into: Path = parser.parse_args().output_dir.resolve()
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        print("No Chromium here to take pictures with.", file=sys.stderr)
        return 2
    into.mkdir(parents=True, exist_ok=True)
    with browser(program) as shown:
        for name, make in REPORTS.items():
            _take(shown, name, make(), into)
    return 0


def _take(shown: Browser, name: str, report: Report, into: Path) -> None:
    page = into / f"{name}.html"
    page.write_text(render_html(report), encoding="utf-8")
    for look, width, dark in LOOKS:
        shown.open(page, width=width, dark=dark)
        _put(into / f"{name}-{look}.png", shown.picture(width))
    shown.open(page, width=DESKTOP)
    _put(into / f"{name}-print.pdf", shown.printed())
    mail = into / f"{name}-mail.html"
    mail.write_text(_whole_mail(report), encoding="utf-8")
    for look, width, dark in (("mail", MAIL, False), ("mail-phone-dark", PHONE, True)):
        shown.open(mail, width=width, dark=dark)
        _put(into / f"{name}-{look}.png", shown.picture(width))


def _whole_mail(report: Report) -> str:
    """Return the mail with its images in it, as a mail reader puts them together."""
    page, images = render_mail(report)
    for image in images:
        inside = base64.b64encode(image.data).decode()
        page = page.replace(image.source, f"data:image/png;base64,{inside}")
    return page


def _put(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    print(f"{path}  {len(data) // 1024} KB")


if __name__ == "__main__":
    sys.exit(main())

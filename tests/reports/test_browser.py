"""The page in a real browser: nothing hangs over the edge of a phone, and the style applies under its own policy."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.reports.hostile import NASTY, report_full_of
from tests.reports.samples import bad_week, half_blind, quiet_week
from unifi_scanner.reports import render_email_html, render_html

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here to look at the page with")
WIDTHS = (320, 390, 768, 1200)
PAGES = {
    "bad": render_html(bad_week()),
    "quiet": render_html(quiet_week()),
    "blind": render_html(half_blind()),
    "hostile": render_html(report_full_of(" ".join(NASTY[:10]) + "W" * 300)),
    "mail": render_email_html(bad_week()),
}
MEASURE = """
const found = [...document.querySelectorAll("iframe")].map(frame => {
  const page = frame.contentDocument, root = page.documentElement;
  page.querySelectorAll("details").forEach(fold => { fold.open = true; });
  const verdict = page.getElementById("verdict");
  return {name: frame.title, over: root.scrollWidth - root.clientWidth,
          width: root.clientWidth, weight: frame.contentWindow.getComputedStyle(verdict).fontSize};
});
document.getElementById("found").textContent = JSON.stringify(found);
"""


def test_no_page_is_wider_than_its_window(tmp_path: Path) -> None:
    frames = [
        f'<iframe title="{name}" width="{width}" height="600" style="border:0" srcdoc="{html.escape(page)}"></iframe>'
        for name, page in PAGES.items()
        for width in WIDTHS
    ]
    stage = tmp_path / "stage.html"
    script = f"<script>onload = () => {{ {MEASURE} }}</script>"
    stage.write_text(
        f"<!doctype html><meta charset=utf-8>{''.join(frames)}<pre id=found></pre>{script}", encoding="utf-8"
    )
    measured = _measured(stage, tmp_path)
    assert len(measured) == len(frames)
    assert {one["width"] for one in measured} == set(WIDTHS)
    assert [one for one in measured if one["over"] > 0] == []
    assert {one["weight"] for one in measured if one["name"] == "bad" and one["width"] == 1200} == {"34px"}


def _measured(stage: Path, tmp_path: Path) -> list[dict[str, Any]]:
    quiet = [
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
    ]
    ran = subprocess.run(
        [
            str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-sync", *quiet, "--hide-scrollbars",
            f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", stage.as_uri(),
        ],
        capture_output=True, text=True, timeout=100, check=True,
    )  # fmt: skip
    found = re.search('<pre id="found">(.*?)</pre>', ran.stdout, re.DOTALL)
    assert found, ran.stderr
    measured: list[dict[str, Any]] = json.loads(html.unescape(found[1]))
    return measured

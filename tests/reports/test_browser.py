"""The page in a real browser: nothing hangs over the edge of a phone, and the style applies under its own policy."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.reports.hostile import NASTY, report_full_of
from tests.reports.week import told_bad, told_half_blind, told_quiet
from unifi_scanner.models.enums import Voice
from unifi_scanner.reports import render_email_html, render_html

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here to look at the page with")
WIDTHS = (320, 700, 1200)
PAGES = {
    "bad": render_html(told_bad()),
    "quiet": render_html(told_quiet()),
    "blind": render_html(told_half_blind()),
    "hostile": render_html(report_full_of(" ".join(NASTY[:10]) + "W" * 300)),
    "mail": render_email_html(told_bad()),
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


AXE = find_spec("axe_playwright_python")
AXE_SCRIPT = None if AXE is None or AXE.origin is None else Path(AXE.origin).with_name("axe.min.js")
ASK_AXE = """
const open = frame => frame.contentDocument.querySelectorAll("details").forEach(fold => { fold.open = true; });
const told = async frame => {
  const found = await frame.contentWindow.axe.run(frame.contentDocument);
  return found.violations.map(v => `${frame.title}: ${v.id}: ${v.nodes.map(n => n.target.join(" ")).slice(0, 4)}`);
};
const ask = async () => {
  const frames = [...document.querySelectorAll("iframe")], wrong = [];
  for (const frame of frames) { open(frame); wrong.push(...await told(frame)); }
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  document.getElementById("found").textContent = JSON.stringify([{asked: frames.length, dark, wrong}]);
};
"""


@pytest.mark.skipif(AXE_SCRIPT is None, reason="axe is not installed here")
@pytest.mark.parametrize("is_dark", [False, True])
def test_the_accessibility_check_finds_nothing(is_dark: bool, tmp_path: Path) -> None:
    pages = {name: PAGES[name] for name in (("bad", "mail") if is_dark else ("blind",))}
    if is_dark:
        pages["bad for clients"] = render_html(told_bad(), Voice.MSP)
    else:
        pages["bad for technicians"] = render_html(told_bad(), Voice.IT)
    stage = tmp_path / "stage.html"
    asked = f"<script src='{AXE_SCRIPT.as_uri() if AXE_SCRIPT else ''}'></script>"
    frames = [
        f'<iframe title="{name}" width="900" height="700" srcdoc="{html.escape(_unlocked(page) + asked)}"></iframe>'
        for name, page in pages.items()
    ]
    stage.write_text(
        f"<!doctype html><meta charset=utf-8>{''.join(frames)}<pre id=found></pre>"
        f"<script>{ASK_AXE} onload = () => {{ ask(); }}</script>",
        encoding="utf-8",
    )
    dark = ["--blink-settings=preferredColorScheme=0"] if is_dark else []
    found = _measured(stage, tmp_path, "--virtual-time-budget=60000", *dark)
    assert found == [{"asked": len(pages), "dark": is_dark, "wrong": []}]


def _unlocked(page: str) -> str:
    # the page forbids every script, the checker's too
    return re.sub("<meta http-equiv[^>]*>", "", page)


def _measured(stage: Path, tmp_path: Path, *more: str) -> list[dict[str, Any]]:
    quiet = [
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
    ]
    ran = subprocess.run(
        [
            str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-sync", *quiet, *more, "--hide-scrollbars",
            f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", stage.as_uri(),
        ],
        capture_output=True, text=True, timeout=100, check=True,
    )  # fmt: skip
    found = re.search('<pre id="found">(.*?)</pre>', ran.stdout, re.DOTALL)
    assert found, ran.stderr
    measured: list[dict[str, Any]] = json.loads(html.unescape(found[1]))
    return measured

"""The handbook: every page is built, and no link leads nowhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from handbook.links import broken_links

ROOT = Path(__file__).parents[1]


def test_the_handbook_is_built_without_a_broken_link_and_asks_nobody_else_for_anything(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "handbook", "--into", str(tmp_path / "built")],
        cwd=ROOT, capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    pages = list((tmp_path / "built" / "site").rglob("*.html"))
    assert len(pages) > 10
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "fonts.googleapis" not in text
        assert '<script src="http' not in text


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<p id="here"></p><a href="b.html#there">b</a><a href="#here">a</a><img src="c.png">'
    )
    (tmp_path / "b.html").write_text(
        '<a href="a.html#here">a</a><a href="https://example.com/x">elsewhere</a>'
    )
    assert broken_links(tmp_path) == ["a.html: b.html#there leads nowhere", "a.html: c.png leads nowhere"]

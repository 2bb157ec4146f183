"""`python -m handbook`: write the site to build/handbook/site, and fail where a link leads nowhere."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from handbook.links import broken_links
from handbook.pages import made_pages

ROOT = Path(__file__).parents[1]
NAVIGATION = (
    ("Start", (("UniFi Scanner", "index.md"), ("Getting started", "getting-started.md"), ("Running it for good", "running.md"))),
    ("Use", (("Settings", "configuration.md"), ("Rules", "rules.md"), ("Events", "events.md"), ("Codes, counted", "catalogue.md"), ("Rules of your own", "own-rules.md"),
             ("When something is wrong", "troubleshooting.md"))),
    ("Understand", (("How it decides", "how-it-decides.md"), ("Privacy", "privacy.md"), ("Beside other tools", "comparison.md"))),
    ("Build on it", (("Report schema", "report-schema.md"), ("Webhook", "webhook.md"), ("How it is built", "architecture.md"), ("Decisions", "decisions.md"),
                     ("What controllers say", "protocol.md"), ("Faults, measured", "faults.md"), ("Insight, measured", "insight.md"), ("Delivery, measured", "delivery-faults.md"), ("Speed and size, measured", "benchmarks.md"))),
)  # fmt: skip


def main() -> int:
    """Build the site and return 0, or 1 with every link that leads nowhere."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=ROOT / "build" / "handbook")
    into: Path = parser.parse_args().into
    shutil.rmtree(into, ignore_errors=True)
    _gather(into / "docs")
    (into / "zensical.toml").write_text(_configuration(), encoding="utf-8")
    built = subprocess.run([sys.executable, "-m", "zensical", "build"], cwd=into, check=False)
    if built.returncode:
        return 1
    broken = broken_links(into / "site")
    for said in broken:
        print(said)
    pages = len(list((into / "site").rglob("*.html")))
    print(f"{pages} pages in {into / 'site'}, {len(broken)} broken links.")
    return 1 if broken else 0


def _gather(docs: Path) -> None:
    shutil.copytree(ROOT / "docs", docs)
    readme = (ROOT / "README.md").read_text(encoding="utf-8").replace("](docs/", "](")
    (docs / "index.md").write_text(readme, encoding="utf-8")
    shutil.copy(ROOT / "CHANGELOG.md", docs)
    shutil.copy(ROOT / "LICENSE", docs)
    for name, text in made_pages().items():
        (docs / name).write_text(text, encoding="utf-8")


def _configuration() -> str:
    parts = ",\n".join(
        f'  {{ "{part}" = [{", ".join(f"""{{ "{title}" = "{page}" }}""" for title, page in pages)}] }}'
        for part, pages in NAVIGATION
    )
    # no font from elsewhere: who reads the handbook is nobody else's business
    return (
        f'[project]\nsite_name = "UniFi Scanner"\nuse_directory_urls = false\nnav = [\n{parts}\n]\n'
        "[project.theme]\nfont = false\n"
        "[project.markdown_extensions.toc]\npermalink = true\n[project.markdown_extensions.tables]\n"
    )


if __name__ == "__main__":
    sys.exit(main())

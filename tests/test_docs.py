"""The documents tell of everything there is, and of nothing that is not."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from unifi_scanner.cli.verbs import VERBS

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "src" / "unifi_scanner"
README = (ROOT / "README.md").read_text(encoding="utf-8")
TREE = (
    (ROOT / "docs" / "architecture.md")
    .read_text(encoding="utf-8")
    .partition("## The tree")[2]
    .partition("\n## ")[0]
)
OUTSIDE = {"__init__", "__main__"}


def rooms() -> dict[str, str]:
    """Return what the picture says of each package; of the modules beside them under an empty name."""
    told: dict[str, str] = {"": ""}
    room = ""
    for line in TREE.splitlines():
        start = re.match(r"  (\w+)/", line)
        room = start.group(1) if start else "" if re.match(r"  \w", line) else room
        told[room] = told.get(room, "") + line + "\n"
    return told


MODULES = sorted(
    path.relative_to(SOURCES)
    for path in SOURCES.rglob("*.py")
    if path.stem not in OUTSIDE and path.stem not in ("analyze", *VERBS)
)


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_the_picture_shows_every_module_in_its_room(module: Path) -> None:
    room = module.parts[0] if len(module.parts) > 1 else ""
    assert re.search(rf"(?<![\w/]){module.stem}\b", rooms().get(room, "")), (
        f"add {module} to docs/architecture.md"
    )


def test_the_picture_shows_no_module_that_is_not_there() -> None:
    named = {
        (room, name) for room, told in rooms().items() for name in re.findall(r"(?<![\w/<])(\w+)\.py", told)
    }
    assert not {(room, name) for room, name in named if not any((SOURCES / room).rglob(f"{name}.py"))}


@pytest.mark.parametrize("verb", VERBS)
def test_the_readme_tells_of_every_verb(verb: str) -> None:
    assert f"| `{verb}` |" in README


def test_the_readme_tells_of_every_make_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert targets is not None
    assert [name for name in targets.group(1).split() if f"`make {name}" not in README] == []


def test_every_runtime_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    decisions = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    names = [re.split(r"[<>=\[]", wanted)[0] for wanted in project["dependencies"]]
    assert [name for name in names if f"| {name} |" not in decisions and f"`{name}`" not in decisions] == []


@pytest.mark.parametrize(
    "document", sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").glob("*.md")), ids=str
)
def test_every_link_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_section_of_the_protocol_that_is_cited_exists() -> None:
    protocol = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    sections = set(re.findall(r"^#+ ([0A-J](?:\.\d+)?)\b", protocol, re.MULTILINE))
    items = {
        f"{letter}.{number}"
        for letter, body in _parts(protocol)
        for number in re.findall(r"^(\d+)\. ", body, re.MULTILINE)
    }
    cited = {
        (str(path.relative_to(ROOT)), section)
        for path in [*SOURCES.rglob("*.py"), *(ROOT / "tests").rglob("*.py"), *(ROOT / "docs").glob("*.md")]
        for section in re.findall(r"protocol\.md`? ([0A-J](?:\.\d+)?)\b", path.read_text(encoding="utf-8"))
    }
    assert not {(where, section) for where, section in cited if section not in sections | items}


def _parts(protocol: str) -> list[tuple[str, str]]:
    parts = re.split(r"^## ([0A-J])\b", protocol, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))

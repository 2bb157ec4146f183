"""Catalogue files -> the catalogue and the glossary, read when first asked for. Pure but for reading the files.

Only what explains (`explain`, `rules coverage`, the glossary of a report) may load them: the idle service must not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

from unifi_scanner.detection.catalogue import Catalogue, CodeEntry, Family, KindEntry
from unifi_scanner.detection.catalogue_parsing import parse_codes, parse_kinds
from unifi_scanner.detection.loader import PACKAGE, read_toml
from unifi_scanner.errors import RuleError


@lru_cache(maxsize=1)
def load_catalogue() -> Catalogue:
    """Return the packaged catalogue. Raises RuleError, naming the file and the place, for an entry that is wrong."""
    root = resources.files(PACKAGE) / "catalogue"
    codes: dict[tuple[Family, str], CodeEntry] = {}
    for entry in _code_entries(root / "codes"):
        twin = codes.get((entry.family, entry.code))
        if twin is not None:
            raise RuleError(entry.path, f'"{entry.code}"', f"the code is already in {twin.path}")
        codes[entry.family, entry.code] = entry
    return Catalogue(codes, _kind_entries(root / "kinds"))


def _code_entries(root: Any) -> Iterator[CodeEntry]:
    families = {family.value: family for family in Family}
    for folder in sorted(root.iterdir(), key=lambda one: one.name):
        path = f"catalogue/codes/{folder.name}"
        if folder.name not in families:
            raise RuleError(path, "folder", f"known are: {', '.join(sorted(families))}")
        for file, shown in _files(folder, path):
            yield from parse_codes(read_toml(file, shown), shown, families[folder.name])


def _kind_entries(root: Any) -> Mapping[str, KindEntry]:
    kinds: dict[str, KindEntry] = {}
    for file, shown in _files(root, "catalogue/kinds"):
        for entry in parse_kinds(read_toml(file, shown), shown):
            if entry.kind in kinds:
                raise RuleError(shown, f'"{entry.kind}"', f"the Kind is already in {kinds[entry.kind].path}")
            kinds[entry.kind] = entry
    return kinds


def _files(folder: Any, path: str) -> Iterator[tuple[Any, str]]:
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".toml"):
            yield file, f"{path}/{file.name}"

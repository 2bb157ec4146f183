"""`explain`: what a code, a Kind or a pasted record means."""

from __future__ import annotations

from pathlib import Path

from unifi_scanner.app.explain_pages import json_of, page_of
from unifi_scanner.app.explaining import Answer, Shelf, answer_of_name, answers_of_entries
from unifi_scanner.app.output import put
from unifi_scanner.detection import ANALYSERS, ignored_kinds, load_rules
from unifi_scanner.detection.catalogue_loader import load_catalogue
from unifi_scanner.logs.entry import Context
from unifi_scanner.logs.import_files import entries_of_text


def explain(text: str, *, rules_dir: Path | None = None, format: str = "text") -> int:  # noqa: A002 - as the option is called
    """Print what `text` means; 0 also where nobody knows it, because saying so is an answer."""
    analysers = {name: make().kinds for name, make in ANALYSERS.items()}
    shelf = Shelf(load_catalogue(), load_rules(rules_dir), ignored_kinds(), analysers)
    answers = answers_to(text, shelf)
    nearest = () if answers else shelf.catalogue.nearest(text.strip()[:100])
    write = json_of if format == "json" else page_of
    put(write(text, answers, nearest), None)
    return 0


def answers_to(text: str, shelf: Shelf) -> list[Answer]:
    """Return what there is to say about a name or pasted records; nothing where nobody knows."""
    named = answer_of_name(text, shelf)
    if named is not None:
        return [named]
    return answers_of_entries(entries_of_text(text, Context()), text, shelf) if _is_record(text) else []


def _is_record(text: str) -> bool:
    """Tell a log line or JSON from a mistyped code, which is one word."""
    bare = text.strip()
    return bare[:1] in ("{", "[", "<") or "|" in bare or len(bare.split()) > 2

"""How many codes the catalogue knows, explains and leaves out on purpose, as a table or as JSON. Pure."""

from __future__ import annotations

import json
import textwrap
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from unifi_scanner.detection.catalogue import Catalogue, CodeEntry, count_codes, gaps_in

WIDTH = 80
HEADS = ("known", "explained", "left out", "unconfirmed")


def as_table(catalogue: Catalogue) -> str:
    """Return the counts for each source, then what is left out and why, then what is missing."""
    return "\n".join([*_counts(catalogue), *_left_out(catalogue), *_gaps(catalogue)])


def as_markdown(catalogue: Catalogue) -> str:
    """Return the counts as docs/catalogue.md shows them."""
    heads = ("source", *HEADS)
    rows = [[name, *map(str, numbers)] for name, *numbers in _rows(catalogue)]
    lines = [heads, ["---", *["--:"] * len(HEADS)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _rows(catalogue: Catalogue) -> list[tuple[str, int, int, int, int]]:
    rows = [
        (one.family.shown, one.known, one.explained, one.ignored, one.unconfirmed)
        for one in count_codes(catalogue)
    ]
    known, explained, left_out, unconfirmed = (sum(column) for column in list(zip(*rows, strict=True))[1:])
    return [*rows, ("all", known, explained, left_out, unconfirmed)]


def _counts(catalogue: Catalogue) -> Iterator[str]:
    yield f"{'source':<36}" + "".join(f"{head:>12}" for head in HEADS)
    for name, *numbers in _rows(catalogue):
        yield f"{name:<36}" + "".join(f"{number:>12}" for number in numbers)
    yield ""
    yield "Unconfirmed: no controller was seen to send it."


def _left_out(catalogue: Catalogue) -> Iterator[str]:
    for reason, codes in reasons_of(catalogue).items():
        yield ""
        yield from textwrap.wrap(f"Left out: {reason}", WIDTH)
        yield from textwrap.wrap(
            ", ".join(codes), WIDTH, initial_indent="  ", subsequent_indent="  ", break_long_words=False
        )


def reasons_of(catalogue: Catalogue) -> Mapping[str, Sequence[str]]:
    """Return the codes that are left out on purpose, by the reason why."""
    reasons: dict[str, list[str]] = defaultdict(list)
    for entry in catalogue.codes.values():
        if entry.ignored:
            reasons[entry.ignored].append(entry.code)
    return reasons


def _gaps(catalogue: Catalogue) -> Iterator[str]:
    gaps = gaps_in(catalogue)
    yield ""
    if not gaps:
        yield "Every code is explained, or left out for a reason."
        return
    yield f"{len(gaps)} codes are not explained yet:"
    yield from (f"  {entry.path}: {entry.code} ({entry.kind})" for entry in gaps)


def as_json_text(catalogue: Catalogue) -> str:
    """Return the same as JSON for programs."""
    families = [
        {
            "family": one.family.value,
            "known": one.known,
            "explained": one.explained,
            "left_out": one.ignored,
            "unconfirmed": one.unconfirmed,
        }
        for one in count_codes(catalogue)
    ]
    left_out = [
        {"family": entry.family.value, "code": entry.code, "reason": entry.ignored}
        for entry in catalogue.codes.values()
        if entry.ignored
    ]
    gaps = [_named(entry) for entry in gaps_in(catalogue)]
    return json.dumps({"families": families, "left_out": left_out, "gaps": gaps}, indent=2)


def _named(entry: CodeEntry) -> Mapping[str, str | None]:
    return {"family": entry.family.value, "code": entry.code, "kind": entry.kind}

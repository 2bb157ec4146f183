"""Every benchmark in one run, each against a yardstick measured in the same run: `python -m benchmarks`."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from unifi_scanner import clock

BENCHMARKS = (
    "stream", "syslog", "rules", "stories", "judging", "store", "startup", "idle", "alerts", "controllers",
)  # fmt: skip
PAGE = """# What was measured

`make bench WRITE=1` wrote this page, on {day}, with Python {python} on {cores} cores ({machine}). Figures move by half with the machine
and the hour; where there is a yardstick, its ratio moves less.

| what | figure | yardstick | target | met |
|---|---:|---:|---|---|
{rows}
"""


def main(words: Sequence[str] | None = None) -> int:
    """Print the table and return 0; figures that miss their target say so."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the table as a page, too")
    args = parser.parse_args(words)
    rows: list[dict[str, Any]] = []
    for name in args.only or BENCHMARKS:
        print(f"… {name}", file=sys.stderr, flush=True)
        rows += importlib.import_module(f"benchmarks.{name}").run()
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        print(
            f"{'ok  ' if row['ok'] else 'MISS'}  {row['name']:<{width}}  {_figure(row)}{_against(row)}  target {row['target']}"
        )
    if args.write:
        args.write.write_text(_page(rows), encoding="utf-8")
    return 0


def _figure(row: dict[str, Any]) -> str:
    return f"{_number(row['value'])} {row['unit']}"


def _against(row: dict[str, Any]) -> str:
    if row.get("yardstick") is None:
        return ""
    ratio = "" if row.get("ratio") is None else f"  ratio {row['ratio']:.2f}"
    return f"  against {_number(row['yardstick'])}{ratio}"


def _number(value: Any) -> str:
    if not isinstance(value, float):
        return f"{value:,}"
    return f"{value:,.2f}" if abs(value) < 10 else f"{value:,.1f}"


def _page(rows: Sequence[dict[str, Any]]) -> str:
    return PAGE.format(
        day=f"{clock.now():%Y-%m-%d}",
        python=platform.python_version(),
        cores=os.cpu_count(),
        machine=platform.machine(),
        rows="\n".join(_row(row) for row in rows),
    )


def _row(row: dict[str, Any]) -> str:
    ratio = "" if row.get("ratio") is None else f"{_number(row['yardstick'])} (ratio {row['ratio']:.2f})"
    return (
        f"| {row['name']} | {_figure(row)} | {ratio} | {row['target']} | {'yes' if row['ok'] else '**no**'} |"
    )


if __name__ == "__main__":
    raise SystemExit(main())

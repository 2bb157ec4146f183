"""Every benchmark in one run, each against a yardstick measured in the same run: `python -m benchmarks`."""

from __future__ import annotations

import importlib
import sys
from typing import Any

BENCHMARKS = ("stream", "syslog", "rules", "stories", "judging", "store", "startup", "idle", "alerts")


def main(wanted: list[str]) -> int:
    """Print the table and return 0; figures that miss their target say so."""
    rows: list[dict[str, Any]] = []
    for name in wanted or BENCHMARKS:
        print(f"… {name}", file=sys.stderr, flush=True)
        rows += importlib.import_module(f"benchmarks.{name}").run()
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        print(
            f"{'ok  ' if row['ok'] else 'MISS'}  {row['name']:<{width}}  {_figure(row)}  target {row['target']}"
        )
    return 0


def _figure(row: dict[str, Any]) -> str:
    value = f"{row['value']:,.1f}" if isinstance(row["value"], float) else f"{row['value']:,}"
    against = "" if row.get("yardstick") is None else f"  against {row['yardstick']:,.1f}"
    ratio = "" if row.get("ratio") is None else f"  ratio {row['ratio']:.2f}"
    return f"{value} {row['unit']}{against}{ratio}"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""Labelled scenarios, many seeds of each, and how much of them the reports tell: `python -m insight`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from insight.files import scenario_paths
from insight.playing import play, unnamed_rules
from insight.scoring import Score
from insight.table import notes, page, rows_of, targets, text_table

SEEDS, SHORT_SEEDS = 20, 1
SHORT = ("switch-loses-power", "internet-down", "guessed-admin-password", "quiet-family")


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table and return 0 when every target is met, else 1."""
    args = _parser().parse_args(argv)
    names = args.only or (SHORT if args.short else list(scenario_paths()))
    seeds = args.seeds or (SHORT_SEEDS if args.short else SEEDS)
    began = time.monotonic()
    scores = list(played([(name, args.first + turn) for turn in range(seeds) for name in names], args.jobs))
    rows = rows_of(scores)
    print(text_table(rows))
    if missed := notes(rows):
        print("\n" + "\n".join(missed))
    if unnamed := unnamed_rules():
        print(f"\ncauses.toml has no word for {', '.join(unnamed)}")
    print(f"\n{len(scores):,} runs in {time.monotonic() - began:.0f} s")
    if args.write is not None:
        args.write.write_text(page(rows, seeds), encoding="utf-8")
    return 0 if all(is_met for *_, is_met in targets(rows[-1])) else 1


def _parser() -> argparse.ArgumentParser:
    known = list(scenario_paths())
    parser = argparse.ArgumentParser(prog="python -m insight", description=__doc__)
    parser.add_argument("--seeds", type=int, help=f"runs of each scenario (default: {SEEDS})")
    parser.add_argument("--from", type=int, default=1, dest="first", metavar="SEED", help="the first seed")
    parser.add_argument("--only", nargs="+", choices=known, metavar="NAME", help=", ".join(known))
    parser.add_argument("--short", action="store_true", help="a few scenarios, one seed each")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the table as a page, too")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="runs at a time (default: %(default)s)"
    )
    return parser


def played(wanted: Sequence[tuple[str, int]], jobs: int) -> Iterator[Score]:
    """Yield the score of each (scenario, seed), as they end."""
    if jobs == 1:
        yield from (play(*one) for one in wanted)
        return
    with ProcessPoolExecutor(jobs) as pool:
        running = [pool.submit(play, *one) for one in wanted]
        for number, done in enumerate(as_completed(running), start=1):
            yield done.result()
            if number % 50 == 0:
                print(f"… {number}/{len(running)}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())

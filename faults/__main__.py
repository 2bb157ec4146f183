"""Every fault many times, and the table of what it cost: `python -m faults`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from faults.judging import Outcome
from faults.life import CONTEXT
from faults.scenarios import FAULTS, PROCESS, run
from faults.table import examples, page, rows_of, text_table

RUNS, SHORT_RUNS, PROCESS_RUNS, JOBS = 1000, 1, 10, 6


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table and return 0 when every promise was kept, else 1."""
    args = _parser().parse_args(argv)
    wanted = list(_wanted(args))
    began = time.monotonic()
    outcomes = list(play(wanted, args.jobs))
    rows = rows_of(outcomes, {name: fault.told for name, fault in FAULTS.items()})
    print(text_table(rows))
    if failing := examples(rows):
        print(f"\n{failing}")
    print(f"\n{len(outcomes):,} runs in {time.monotonic() - began:.0f} s")
    if args.write is not None:
        args.write.write_text(page(rows), encoding="utf-8")
    return 0 if all(one.held for one in outcomes) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m faults", description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help="how many in all (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the first run of each fault")
    parser.add_argument("--only", nargs="+", choices=list(FAULTS), metavar="NAME", help=", ".join(FAULTS))
    parser.add_argument(
        "--network", metavar="VERSION", help="a Network version, where the fault is played on it"
    )
    parser.add_argument("--short", action="store_true", help="one run of each")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the table as a page, too")
    parser.add_argument("--jobs", type=int, default=JOBS, help="runs at a time (default: %(default)s)")
    return parser


def _wanted(args: argparse.Namespace) -> Iterator[tuple[str, int, str | None]]:
    """Yield name, seed and version of every run, the faults in turn, so that a break tells a little of each."""
    names = args.only or list(FAULTS)
    each = SHORT_RUNS if args.short else max(1, -(-args.runs // len(names)))
    for number in range(each):
        for name in names:
            if name not in PROCESS or args.only or number < PROCESS_RUNS:
                yield name, args.seed + number, args.network


def play(wanted: Sequence[tuple[str, int, str | None]], jobs: int) -> Iterator[Outcome]:
    """Yield how each run of (name, seed, Network version or None) went, as they end."""
    with ProcessPoolExecutor(jobs, mp_context=CONTEXT) as pool:
        running = {pool.submit(run, *one): one for one in wanted}
        for number, done in enumerate(as_completed(running), start=1):
            outcome = done.result() if done.exception() is None else _broken(*running[done], done.exception())
            word = "ok" if outcome.held else outcome.notes[-1]
            line = f"… {number}/{len(running)} {outcome.name} {outcome.seed}: {word}"
            print(line[:150], file=sys.stderr, flush=True)
            yield outcome


def _broken(name: str, seed: int, _version: str | None, error: BaseException | None) -> Outcome:
    return Outcome(name=name, seed=seed, other=1, notes=[f"the run itself broke: {error!r}"])


if __name__ == "__main__":
    raise SystemExit(main())

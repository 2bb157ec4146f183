from __future__ import annotations

from pathlib import Path

import benchmarks.__main__ as bench


def test_every_benchmark_is_in_the_run() -> None:
    here = Path(bench.__file__).parent
    assert {path.stem for path in here.glob("[!_]*.py")} == set(bench.BENCHMARKS)

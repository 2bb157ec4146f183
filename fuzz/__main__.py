"""Run every target for some seconds and print what came of it: 0 nothing broke, 1 something did, 2 no fuzzer here."""

from __future__ import annotations

import argparse
import importlib.util
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from fuzz.targets import TARGETS

FINDINGS = Path("build/fuzz")
_EXECUTED = re.compile(r"number_of_executed_units:\s*(\d+)|^Done (\d+) runs", re.MULTILINE)


def main(argv: list[str]) -> int:
    """Return 0 where nothing broke."""
    parser = argparse.ArgumentParser(prog="python -m fuzz")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=int, default=5, help="how long each target runs")
    args = parser.parse_args(argv)
    strange = set(args.targets) - TARGETS.keys()
    if strange:
        parser.error(f"no such target: {', '.join(sorted(strange))}")
    if importlib.util.find_spec("atheris") is None:
        print("The fuzzer is not installed. Install it with: pip install '.[fuzz]'", file=sys.stderr)
        return 2
    broken = [name for name in args.targets or TARGETS if not _is_sound(name, args.seconds)]
    return 1 if broken else 0


def _is_sound(name: str, seconds: int) -> bool:
    FINDINGS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(TARGETS[name].seeds):
            (Path(corpus) / str(number)).write_bytes(seed)
        done = subprocess.run(
            [
                sys.executable, "-m", "fuzz.run", name, f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=1024",
                "-max_len=8192", "-print_final_stats=1", f"-artifact_prefix={FINDINGS}/{name}-", corpus,
            ],
            capture_output=True, text=True, errors="replace", check=False,
        )  # fmt: skip
    counts = [int(one or other) for one, other in _EXECUTED.findall(done.stderr)]
    crashes = 0 if done.returncode == 0 else 1
    print(f"{name:<10} {max(counts, default=0):>10,} executions  {crashes} crashes", flush=True)
    if crashes:
        print(done.stderr[-4000:], file=sys.stderr)
    return not crashes


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""Every fuzz target digests its seeds, and runs for a second where the fuzzer is installed."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from fuzz.targets import TARGETS

ROOT = Path(__file__).resolve().parents[2]
HAS_FUZZER = importlib.util.find_spec("atheris") is not None


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_digests_its_own_seeds_and_every_beginning_of_them(name: str) -> None:
    target = TARGETS[name]
    assert target.seeds
    for seed in target.seeds:
        for end in range(0, len(seed) + 1, max(1, len(seed) // 16)):
            target.feed(seed[:end])
        target.feed(seed)


@pytest.mark.skipif(not HAS_FUZZER, reason="the fuzzer, atheris, is not installed: pip install '.[fuzz]'")
@pytest.mark.parametrize("name", TARGETS)
def test_a_second_of_fuzzing_breaks_nothing(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "fuzz", "--seconds", "1", name],
        cwd=ROOT, capture_output=True, text=True, errors="replace", timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 crashes" in done.stdout
    assert int(done.stdout.split()[1].replace(",", "")) > 0, done.stdout


@pytest.mark.skipif(HAS_FUZZER, reason="the fuzzer is installed here")
def test_without_the_fuzzer_it_is_said_how_to_get_it() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "fuzz"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "pip install" in done.stderr) == (2, True)

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.running import (
    PASSWORD,
    ask_to_stop,
    command,
    differences,
    entries_of,
    environment,
    service,
    until,
)
from unifi_scanner.sim import Flavour, SimulatedController, load_scenario

GENERATIONS = [
    (Flavour.CLASSIC, "7.5.187"),
    (Flavour.CLASSIC, "8.6.9"),
    (Flavour.CLASSIC, "9.3.43"),
    (Flavour.UNIFI_OS, "8.6.9"),
    (Flavour.UNIFI_OS, "9.3.43"),
    (Flavour.UNIFI_OS, "10.1.85"),
    (Flavour.UNIFI_OS, "10.4.57"),
    (Flavour.UNIFI_OS_SERVER, "10.4.57"),
]


def live_through_it(flavour: Flavour, version: str, directory: Path) -> list[str]:
    """Return what went wrong while the service lived through half a minute of stress."""
    directory.mkdir()
    with SimulatedController(load_scenario("stress-30s"), flavour=flavour, network_version=version) as twin:
        environ = environment(twin, directory / "data")
        with service(environ, directory / "log") as process:
            if not until(lambda: twin.connections() == 1, 40):
                return [f"never connected: {(directory / 'log').read_text()[-2000:]}"]
            twin.play()
            if not until(twin.finished, 60):
                return ["the scenario never ended"]
            until(lambda: not differences(twin.ledger(), entries_of(directory / "data")), 20)
            code, seconds = ask_to_stop(process)
        wrong = differences(twin.ledger(), entries_of(directory / "data"))
        text = subprocess.run(
            command("report", "--since", "10m"),
            env=environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    problems = [*wrong[:5], *([f"{len(wrong)} in all"] if wrong else [])]
    problems += [] if code == 0 and seconds < 10 else [f"stopped with {code} after {seconds:.1f} s"]
    problems += [
        f"not in the report: {said}\n{text.stdout}{text.stderr}" for said in missing_sentences(text.stdout)
    ]
    problems += (
        ["the password was printed"]
        if PASSWORD in text.stdout + text.stderr + (directory / "log").read_text()
        else []
    )
    return problems


def missing_sentences(report: str) -> list[str]:
    """Return the sentences the report of the stress ought to have and has not."""
    words = " ".join(report.split())
    return [said for said in ("AP Three", "Switch One", "Internet") if said not in words]


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_every_event_is_stored_exactly_once_on_every_generation(tmp_path: Path) -> None:
    with ThreadPoolExecutor(len(GENERATIONS)) as pool:
        runs = {
            f"{flavour} {version}": pool.submit(
                live_through_it, flavour, version, tmp_path / f"{flavour}-{version}"
            )
            for flavour, version in GENERATIONS
        }
    assert {name: run.result() for name, run in runs.items()} == {name: [] for name in runs}

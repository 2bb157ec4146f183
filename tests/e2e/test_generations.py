"""The same day, told by every generation of controllers, comes to the same findings and the same entries by kind."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.e2e.running import ask_to_stop, command, entries_of, environment, service, until
from unifi_scanner.sim import Flavour, LedgerRow, SimulatedController, load_scenario

CLASSIC, OS = Flavour.CLASSIC, Flavour.UNIFI_OS


class Generation(NamedTuple):
    """One kind of controller."""

    flavour: Flavour
    version: str

    def __str__(self) -> str:
        return f"{self.flavour} {self.version}"


# tells everything in every way: v1 with threats, the whole system log, flows
REFERENCE = Generation(OS, "9.3.43")
GENERATIONS = [
    Generation(CLASSIC, "7.5.187"), Generation(CLASSIC, "8.6.9"), Generation(OS, "8.6.9"), Generation(OS, "9.5.21"),
    Generation(OS, "10.0.162"), Generation(OS, "10.1.85"), Generation(OS, "10.4.57"), Generation(CLASSIC, "10.4.57"),
    Generation(OS, "10.6.106"),
]  # fmt: skip


class Found(NamedTuple):
    """A finding as far as it must be the same everywhere."""

    rule: str
    severity: str
    how_often: int
    subjects: tuple[str, ...]
    what: str


class Shortfall(NamedTuple):
    """What a generation cannot tell, and why: kinds and findings that are missing, findings that say less."""

    why: str
    kinds: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    says: tuple[tuple[str, str], ...] = ()
    instead: tuple[Found, ...] = ()  # findings that only those who know less come to


NO_SYSTEM_LOG = Shortfall(
    "no system log before 8.4, and v1 has no word for these (docs/protocol.md 0, E)",
    kinds=("client.ip_conflict", "wan.latency", "honeypot.hit", "admin.changed_settings"),
    rules=("same-address-twice", "internet-slow-to-answer", "trap-touched", "settings-changed"),
)
NO_PROVIDER = Shortfall(
    "v1 tells a line by its interface and never names the provider (docs/protocol.md B.6)",
    says=(
        ("internet-down",
         "The Internet connection went down 3 times and was away for 4 minutes 30 seconds in all, 1 minute 30 seconds at the longest."),
    ),
)  # fmt: skip
ONLY_PARTS = Shortfall(
    "8.x has parts of the system log, and none of them is known to have it (docs/protocol.md 0, D.1)",
    kinds=("wan.latency",),
    rules=("internet-slow-to-answer",),
)
NO_SIGNATURE = Shortfall(
    "threats are in the system log without their signature, and flows need a UniFi gateway (docs/protocol.md D.6)",
    rules=("device-searches-for-doors",),
    says=(
        ("attacks-from-outside-blocked",
         "Attacks from 3 addresses on the Internet were blocked 4 times. They came from 203.0.113.7 (twice), 203.0.113.197 (once) and 203.0.113.191 (once)."),
    ),
    instead=(
        Found("inside-device-not-blocked", "high", 2, ("Ben's ThinkPad",),
              "Ben's ThinkPad, a laptop of yours, tried twice to reach 203.0.113.48 and 203.0.113.23, and nothing stopped it."),
    ),
)  # fmt: skip
EXCEPTIONS = {
    Generation(CLASSIC, "7.5.187"): (NO_SYSTEM_LOG, NO_PROVIDER),
    Generation(CLASSIC, "8.6.9"): (ONLY_PARTS,),
    Generation(OS, "8.6.9"): (ONLY_PARTS,),
    Generation(CLASSIC, "10.4.57"): (NO_SIGNATURE,),
}


class Day(NamedTuple):
    """What came of one generation's day."""

    findings: Counter[Found]
    kinds: Counter[str]
    verdict: str


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_every_generation_tells_the_same_day(tmp_path: Path) -> None:
    began = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=40)
    everyone = [REFERENCE, *GENERATIONS]
    with ThreadPoolExecutor(len(everyone)) as pool:
        runs = {one: pool.submit(live_through, one, began, tmp_path / str(one)) for one in everyone}
    days = {one: run.result() for one, run in runs.items()}
    assert sum(days[REFERENCE].kinds.values()) == happenings()
    assert len(days[REFERENCE].findings) > 30
    wrong = {
        str(one): differences(days[one], days[REFERENCE], EXCEPTIONS.get(one, ())) for one in GENERATIONS
    }
    assert wrong == {name: [] for name in wrong}


def live_through(one: Generation, began: datetime, directory: Path) -> Day:
    """Return what the service made of the day as this generation told it."""
    directory.mkdir()
    with SimulatedController(
        load_scenario("every-generation"), flavour=one.flavour, network_version=one.version, start_at=began
    ) as twin:
        environ = environment(twin, directory / "data")
        with service(environ, directory / "log") as process:
            assert until(lambda: twin.connections() == 1, 60), (directory / "log").read_text()[-2000:]
            twin.play()
            assert until(twin.finished, 90)
            until(lambda: len(entries_of(directory / "data")) >= tellable(twin.ledger()), 20)
            assert ask_to_stop(process)[0] == 0
        report = json.loads(told(environ, "--json"))
        entries = [json.loads(line) for line in told(environ, "--entries").splitlines()]
    return Day(
        Counter(
            Found(f["rule"], f["severity"], f["count"], tuple(f["subjects"]), f["what"])
            for f in report["findings"]
        ),
        Counter(entry["kind"] for entry in entries),
        report["verdict"]["status"],
    )


def tellable(ledger: list[LedgerRow]) -> int:
    """Return how many happenings this controller lets a reader learn of."""
    return sum(bool(row.sources) for row in ledger)


def happenings() -> int:
    """Return how many things the scenario lets happen."""
    script = load_scenario("every-generation").at
    return sum(at.repeat.times if at.repeat else 1 for at in script)


def told(environ: dict[str, str], how: str) -> str:
    """Return what `report` prints, which reads every source once more."""
    done = subprocess.run(
        command("report", "--since", "2h", how),
        env=environ,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def differences(day: Day, reference: Day, exceptions: tuple[Shortfall, ...]) -> list[str]:
    """Return, in words, what is otherwise than in the reference and in no exception."""
    kinds = {kind for one in exceptions for kind in one.kinds}
    wanted = Counter({kind: n for kind, n in reference.kinds.items() if kind not in kinds})
    findings = Counter(expected(reference.findings, exceptions))
    return [
        *(f"kind missing: {kind}" for kind in (wanted - day.kinds).elements()),
        *(f"kind too many: {kind}" for kind in (day.kinds - wanted).elements()),
        *(f"finding missing: {found}" for found in (findings - day.findings).elements()),
        *(f"finding too many: {found}" for found in (day.findings - findings).elements()),
        *([] if day.verdict == reference.verdict else [f"the verdict is {day.verdict}"]),
    ]


def expected(findings: Counter[Found], exceptions: tuple[Shortfall, ...]) -> list[Found]:
    """Return the findings that this generation can come to, in the words it has for them."""
    missing = {rule for one in exceptions for rule in one.rules}
    says = dict(words for one in exceptions for words in one.says)
    told = [f._replace(what=says.get(f.rule, f.what)) for f in findings.elements() if f.rule not in missing]
    return [*told, *(found for one in exceptions for found in one.instead)]

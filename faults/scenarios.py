"""Every fault as a small scenario: a line of what it is, and what is done on the stage. Seeds choose the rest."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any, Final

from faults import controller_faults as wire
from faults import machine_faults as machine
from faults.judging import Outcome
from faults.process import ServiceProcess
from faults.stage import Stage

VERSIONS: Final = ("7.5.187", "8.6.9", "9.3.43", "9.5.21", "10.1.85", "10.4.57")


class Fault:
    """One row of the table: its name, what goes wrong, on which versions, and what is played."""

    def __init__(self, told: str, versions: tuple[str, ...], play: wire.Play, **stage: Any) -> None:
        self.told = told
        self.versions = versions
        self.play = play
        self.stage = stage


def run(name: str, seed: int, version: str | None = None) -> Outcome:
    """Play one fault with one seed in a directory of its own, on `version` or one of chance; return how it went."""
    fault, rng = FAULTS[name], Random(f"{name} {seed}")
    more = {key: value(rng) if callable(value) else value for key, value in fault.stage.items()}
    chosen, own_seed = rng.choice(fault.versions), rng.randrange(2**32)
    version = version if version in fault.versions else chosen
    with (
        tempfile.TemporaryDirectory(prefix="fault-") as directory,
        Stage(Path(directory), own_seed, version=version, **more) as stage,
    ):
        outcome = fault.play(stage)
        outcome.name, outcome.seed = name, seed
        if outcome.notes:
            outcome.notes.insert(0, f"Network {stage.truth.version}")
        return outcome


FAULTS: Final[Mapping[str, Fault]] = {
    "nothing": Fault("nothing goes wrong", VERSIONS, wire.quiet),
    "restart": Fault("the controller restarts and forgets every session", VERSIONS, wire.controller_restarts),
    "cookies": Fault("the session expires", VERSIONS, wire.cookies_expire),
    "sign-in-429": Fault("every sign-in is answered with 429", VERSIONS, wire.sign_in_storm),
    "read-429": Fault("every read is answered with 429", VERSIONS, wire.read_storm),
    "404-while": Fault("one source answers 404 for a while", VERSIONS, wire.for_a_while(wire.fails(404))),
    "404-for-good": Fault("one source answers 404 for good", VERSIONS, wire.for_good(wire.fails(404))),
    "500-while": Fault("one source answers 500 for a while", VERSIONS, wire.for_a_while(wire.fails(500))),
    "500-for-good": Fault("one source answers 500 for good", VERSIONS, wire.for_good(wire.fails(500))),
    "empty-while": Fault("one source answers with nothing for a while", VERSIONS, wire.for_a_while(wire.twists("empty"), among=wire.TALKATIVE)),
    "empty-for-good": Fault("one source answers with nothing for good", VERSIONS, wire.for_good(wire.twists("empty"), among=wire.TALKATIVE)),
    "late-to-tell": Fault("the old event list looks frozen at first, and is not", ("9.3.43", "9.5.21"), wire.late_to_tell),
    "rows-garbled": Fault("one source mixes nonsense into its rows", VERSIONS, wire.for_a_while(wire.twists("malformed"), mute=False)),
    "not-json": Fault("one source answers with half an answer", VERSIONS, wire.for_a_while(wire.twists("not_json"))),
    "twice-and-late": Fault("rows come twice, and late", VERSIONS, wire.told_twice_and_late),
    "flapping": Fault("one client comes three times within seconds", VERSIONS, wire.flapping_client),
    "forgetful": Fault("history forgot what happened while we were away", VERSIONS, wire.forgetful),
    "no-socket": Fault("the stream is refused for a while", VERSIONS, wire.no_socket),
    "half-open": Fault("the stream falls silent without a FIN", VERSIONS, wire.half_open),
    "big-frames": Fault("frames of 5 MB", VERSIONS, wire.frames("big")),
    "broken-frames": Fault(
        "frames that are no events",
        VERSIONS,
        wire.frames("empty", "ping", "binary", "truncated", "non_object", "invalid_utf8", "empty_data", "no_meta"),
    ),
    "threats-unseen": Fault("the only source of threats fails for good", ("9.5.21", "10.1.85", "10.4.57"), wire.threats_unseen),
    "skew": Fault("the controller's clock is ten minutes off", VERSIONS, machine.skewed, start_at=machine.ten_minutes_off),
    "summer-time": Fault("summer time begins or ends", VERSIONS, machine.summer_time, start_at=machine.two_seconds_before),
    "clock-ahead": Fault("the scanner's clock is an hour ahead", VERSIONS, machine.clock_is_ahead),
    "clock-back": Fault("the scanner's clock jumps back an hour", VERSIONS, machine.clock_jumps_back),
    "disk-full": Fault("the disk is full for a while", VERSIONS, machine.disk_full),
    "disk-slow": Fault("another program holds the data file", VERSIONS, machine.disk_slow),
    "mail-down": Fault("the mail server is down for three days", VERSIONS, machine.mail_down_for_days, schedule_shifted=False),
    "kill": Fault("SIGKILL at random moments", VERSIONS, machine.killed),
    "kill-telling": Fault("SIGKILL between store and mark", VERSIONS, machine.killed_while_telling),
    "kill-only-copy": Fault(
        "SIGKILL while memory holds what no history keeps", ("10.1.85", "10.4.57"), machine.killed_with_the_only_copy,
        ingest_every=5.0,
    ),
    "service-killed": Fault("`unifi-scanner run`, killed five times", VERSIONS, machine.service_killed, lived=lambda _: ServiceProcess),
    "upgrade": Fault("the controller is upgraded from 9.3 to 10.1 to 10.4", ("9.3.43",), wire.upgrade),
}  # fmt: skip
PROCESS: Final = frozenset({"service-killed"})  # seconds each: a few of these are enough

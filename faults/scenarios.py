"""Every fault as a small scenario: a line of what it is, and what is done on the stage. Seeds choose the rest."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from faults.judging import Outcome
from faults.mail import MailServer
from faults.process import ServiceProcess
from faults.stage import BOTH, DATA_FILE, HISTORY, V1_ONLY, Stage

VERSIONS: Final = ("7.5.187", "8.6.9", "9.3.43", "9.5.21", "10.1.85", "10.4.57")
WITH_V1: Final = VERSIONS[:4]
WITH_V2: Final = VERSIONS[2:]
DAY_S: Final = 86_400
SKEW: Final = timedelta(minutes=10)
Play = Callable[[Stage], Outcome]


class Fault:
    """One row of the table: its name, what goes wrong, on which versions, and what is played."""

    def __init__(self, told: str, versions: tuple[str, ...], play: Play, **stage: Any) -> None:
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
            outcome.notes.insert(0, f"Network {stage.version}")
        return outcome


def _quiet(stage: Stage) -> Outcome:
    stage.begin()
    stage.emit(stage.rng.randint(3, 8), apart=0.02)
    stage.pause()
    stage.tell()
    stage.emit(2)
    return stage.finish()


def _around(stage: Stage, fault: Callable[[], object]) -> Outcome:
    """Play events before, while and after something happens to the controller."""
    stage.begin()
    stage.emit(3)
    stage.pause(0.5, 0.8)
    fault()
    stage.emit(3, apart=0.05)
    stage.pause()
    return stage.finish()


def _controller_restarts(stage: Stage) -> Outcome:
    def restart() -> None:
        stage.twin.stop()
        stage.twin.expire_sessions()
        stage.emit(2)
        stage.pause(0.1, 0.9)
        stage.twin.start()

    return _around(stage, restart)


def _cookies_expire(stage: Stage) -> Outcome:
    def expire() -> None:
        stage.twin.expire_sessions()
        if stage.rng.random() < 0.7:
            stage.twin.disconnect_all(stage.rng.choice(("close", "abort")))
            stage.emit(2)

    return _around(stage, expire)


def _sign_in_storm(stage: Stage) -> Outcome:
    def storm() -> None:
        stage.twin.limit_logins(True, retry_after=1)
        stage.twin.expire_sessions()
        stage.twin.disconnect_all("abort")
        stage.emit(3, apart=0.1)
        stage.pause(0.3, 1.0)
        stage.twin.limit_logins(False)

    return _around(stage, storm)


def _read_storm(stage: Stage) -> Outcome:
    def storm() -> None:
        for source in HISTORY:
            stage.break_source(source, lambda path: stage.twin.fail(path, 429, retry_after=1))
        stage.twin.disconnect_all("abort")
        stage.emit(3, apart=0.1)
        stage.pause(1.1, 1.5)
        stage.tell()
        stage.mend()

    return _around(stage, storm)


def _one_of(stage: Stage) -> str:
    return stage.rng.choice(sorted(stage.ought()))


def _for_a_while(broken: Callable[[Stage, str], None], *, mute: bool = True) -> Play:
    """Break one source for a while; one that is not `mute` still tells all it knows."""

    def play(stage: Stage) -> Outcome:
        def fault() -> None:
            source = _one_of(stage)
            if mute:
                stage.break_source(source, lambda path: broken(stage, path))
            else:
                broken(stage, HISTORY[source])
            if stage.rng.random() < 0.6:
                stage.twin.disconnect_all("abort")
            stage.emit(3, apart=0.1)
            stage.pause(1.0, 1.4)
            stage.tell()
            stage.mend()

        return _around(stage, fault)

    return play


def _for_good(broken: Callable[[Stage, str], None]) -> Play:
    def play(stage: Stage) -> Outcome:
        def fault() -> None:
            source = _one_of(stage)
            stage.break_source(source, lambda path: broken(stage, path))
            stage.emit(3, apart=0.1)
            stage.pause(1.0, 1.4)

        return _around(stage, fault)

    return play


def _fails(status: int) -> Callable[[Stage, str], None]:
    return lambda stage, path: stage.twin.fail(path, status)


def _twists(how: str, seconds: float = 0.0) -> Callable[[Stage, str], None]:
    return lambda stage, path: stage.twin.twist(path, how, seconds)


def _half_open(stage: Stage) -> Outcome:
    def freeze() -> None:
        stage.twin.disconnect_all("half_open")
        stage.emit(4, apart=0.1)
        stage.pause()

    return _around(stage, freeze)


def _frames(*kinds: str) -> Play:
    def play(stage: Stage) -> Outcome:
        def push() -> None:
            for _ in range(stage.rng.randint(2, 5)):
                stage.twin.push_malformed(stage.rng.choice(kinds))
                stage.emit(1)

        return _around(stage, push)

    return play


def _told_twice_and_late(stage: Stage) -> Outcome:
    def repeat() -> None:
        for path in HISTORY.values():
            how = stage.rng.choice(("twice", "late"))
            stage.twin.twist(path, how, seconds=stage.rng.uniform(0.3, 1.0))
        stage.twin.disconnect_all("abort")
        stage.emit(4, apart=0.1)
        stage.tell()
        stage.pause(0.8, 1.2)
        stage.mend()

    return _around(stage, repeat)


def _flapping_client(stage: Stage) -> Outcome:
    """Let one client come three times within seconds, heard partly live and partly from history."""

    def flap() -> None:
        mac = "02:00:00:00:ff:01"
        stage.emit_same(BOTH, mac)
        stage.pause(0.2, 1.0)
        stage.twin.disconnect_all("abort")
        stage.emit_same(BOTH, mac)
        stage.pause(0.2, 1.0)
        stage.emit_same(BOTH, mac)

    return _around(stage, flap)


def _forgetful(stage: Stage) -> Outcome:
    """Let history forget what happened while we were away."""

    def forget() -> None:
        stage.twin.refuse_sockets(503)
        stage.twin.disconnect_all("abort")
        for source in HISTORY:
            stage.break_source(source, lambda path: stage.twin.fail(path, 503))
        began = datetime.now(UTC)
        stage.emit(3, apart=0.1)
        time.sleep(0.8)
        stage.mend()
        for path in HISTORY.values():
            stage.twin.twist(path, "forgetful", 0.2)
        stage.unfilled.append((began, datetime.now(UTC) - timedelta(seconds=0.2)))
        stage.twin.refuse_sockets(None)

    return _around(stage, forget)


def _no_socket(stage: Stage) -> Outcome:
    def refuse() -> None:
        stage.twin.refuse_sockets(stage.rng.choice((404, 503, 502, 400)))
        stage.twin.disconnect_all("abort")
        stage.emit(4, apart=0.1)
        stage.pause(1.0, 1.3)
        stage.tell()
        stage.twin.refuse_sockets(None)

    return _around(stage, refuse)


def _threats_unseen(stage: Stage) -> Outcome:
    """Let the only source of threats fail for good, so that nothing may be said of them."""

    def fault() -> None:
        stage.break_source(
            "system_log", lambda path: stage.twin.fail(path, stage.rng.choice((404, 500, 503)))
        )
        stage.pause(1.0, 1.3)

    return _around(stage, fault)


def _upgrade(stage: Stage) -> Outcome:
    stage.begin()
    for version in ("10.1.85", "10.4.57"):
        stage.emit(3, apart=0.05)
        stage.pause(0.8, 1.1)
        stage.twin.stop()
        stage.twin.expire_sessions()
        stage.upgrade(version)
        stage.pause(0.1, 0.3)
        stage.twin.start()
        stage.emit(2)
        stage.pause(1.0, 1.2)
    stage.emit(3, apart=0.05)
    return stage.finish()


def _killed(stage: Stage) -> Outcome:
    for _ in range(stage.rng.randint(2, 4)):
        stage.begin()
        stage.emit(stage.rng.randint(1, 5), apart=stage.rng.choice((0.0, 0.02)))
        stage.pause(0.0, 0.6)
        stage.kill()
        stage.emit(stage.rng.randint(0, 2))
    return stage.finish()


def _killed_while_telling(stage: Stage) -> Outcome:
    """Kill between store and mark: some while after a report was asked for."""
    for _ in range(2):
        stage.begin()
        stage.emit(3)
        stage.pause(0.3, 0.5)
        if stage.life is not None:
            stage.life.begin_to_tell()
        stage.pause(0.0, 0.12)
        stage.kill()
        stage.gather()
    return stage.finish()


def _killed_with_the_only_copy(stage: Stage) -> Outcome:
    """Kill after the socket told what no history keeps, and before it was stored."""
    for _ in range(2):
        stage.begin()
        stage.pause(0.2, 0.3)
        stage.emit(4, V1_ONLY)
        stage.pause(0.5, 0.8)
        stage.kill()
    return stage.finish()


def _service_killed(stage: Stage) -> Outcome:
    """Kill the whole program five times: while it starts, connects, listens, or writes."""
    for _ in range(5):
        if stage.rng.random() < 0.3:
            stage.begin_unwatched()
            stage.pause(0.1, 1.5)
        else:
            stage.begin()
            stage.emit(stage.rng.randint(1, 8), apart=0.01)
            stage.pause(0.0, 1.2)
        stage.kill()
        stage.emit(stage.rng.randint(0, 2))
    return stage.finish()


def _skewed(stage: Stage) -> Outcome:
    def cut() -> None:
        stage.twin.disconnect_all("abort")
        stage.emit(3)
        stage.pause()
        stage.kill()
        stage.emit(2)
        stage.begin()

    return _around(stage, cut)


def _summer_time(stage: Stage) -> Outcome:
    """Let both clocks stand two seconds before summer time begins or ends."""
    stage.set_clock(stage.twin.now_ms() / 1000 - time.time())

    def cut() -> None:
        stage.twin.disconnect_all("abort")
        stage.emit(4, apart=0.3)
        stage.tell()

    return _around(stage, cut)


def _clock_is_ahead(stage: Stage) -> Outcome:
    """Live with a clock that is an hour ahead, as on a machine without network time."""
    stage.set_clock(3600.0)

    def cut() -> None:
        stage.twin.disconnect_all("abort")
        stage.emit(3, apart=0.1)
        stage.pause()

    return _around(stage, cut)


def _clock_jumps_back(stage: Stage) -> Outcome:
    """Begin with a clock that is an hour ahead, and have it set right while all else is well."""
    stage.set_clock(3600.0)
    stage.begin()
    stage.emit(2, BOTH)
    stage.pause(0.6, 0.9)
    stage.set_clock(0.0)
    stage.emit(2, BOTH)
    stage.expect_stored(2, 4.0, "after the clock jumped back")
    return stage.finish()


def _disk_full(stage: Stage) -> Outcome:
    def fill() -> None:
        life = stage.life
        if life is None:
            return
        life.limit_files(stage.rng.choice((0, 8192, 65536)))
        stage.emit(4, apart=0.05)
        stage.pause(0.4, 0.8)
        if stage.rng.random() < 0.5:
            stage.tell()
        life.limit_files(None)

    return _around(stage, fill)


def _disk_slow(stage: Stage) -> Outcome:
    def hold() -> None:
        with closing(sqlite3.connect(stage.data / DATA_FILE, isolation_level=None, timeout=5)) as other:
            other.execute("BEGIN IMMEDIATE")
            stage.emit(4, apart=0.05)
            stage.pause(0.5, 2.0)
            other.execute("ROLLBACK")

    return _around(stage, hold)


def _mail_down_for_days(stage: Stage) -> Outcome:
    server = MailServer()
    stage.more |= {
        "UNIFI_SMTP_HOST": "127.0.0.1",
        "UNIFI_SMTP_PORT": str(server.port),
        "UNIFI_SMTP_SECURITY": "none",
        "UNIFI_EMAIL_TO": "anna@example.org",
    }
    stage.begin()
    for day in range(3):
        stage.emit(2)
        stage.pause(0.3, 0.4)
        stage.tell()
        stage.set_clock((day + 1) * DAY_S)
        if stage.rng.random() < 0.3:
            stage.kill()
            stage.begin()
    server.start()
    try:
        outcome = stage.finish()
    finally:
        server.stop()
    pages = server.pages()
    for mac in stage.macs():
        told = sum(mac in page for page in pages)
        if told != 1:
            outcome.lost, outcome.twice = outcome.lost + (not told), outcome.twice + (told > 1)
            outcome.notes.append(f"{mac} is in {told} of {len(pages)} mails")
    return outcome


def _two_seconds_before(rng: Random) -> datetime:
    return rng.choice(
        (datetime(2026, 3, 29, 0, 59, 58, tzinfo=UTC), datetime(2026, 10, 25, 0, 59, 58, tzinfo=UTC))
    )


def _ten_minutes_off(rng: Random) -> datetime:
    return datetime.now(UTC) + rng.choice((SKEW, -SKEW))


FAULTS: Final[Mapping[str, Fault]] = {
    "nothing": Fault("nothing goes wrong", VERSIONS, _quiet),
    "restart": Fault("the controller restarts and forgets every session", VERSIONS, _controller_restarts),
    "cookies": Fault("the session expires", VERSIONS, _cookies_expire),
    "sign-in-429": Fault("every sign-in is answered with 429", VERSIONS, _sign_in_storm),
    "read-429": Fault("every read is answered with 429", VERSIONS, _read_storm),
    "404-while": Fault("one source answers 404 for a while", VERSIONS, _for_a_while(_fails(404))),
    "404-for-good": Fault("one source answers 404 for good", VERSIONS, _for_good(_fails(404))),
    "500-while": Fault("one source answers 500 for a while", VERSIONS, _for_a_while(_fails(500))),
    "500-for-good": Fault("one source answers 500 for good", VERSIONS, _for_good(_fails(500))),
    "empty-while": Fault("one source answers with nothing for a while", VERSIONS, _for_a_while(_twists("empty"))),
    "empty-for-good": Fault("one source answers with nothing for good", VERSIONS, _for_good(_twists("empty"))),
    "rows-garbled": Fault("one source mixes nonsense into its rows", VERSIONS, _for_a_while(_twists("malformed"), mute=False)),
    "not-json": Fault("one source answers with half an answer", VERSIONS, _for_a_while(_twists("not_json"))),
    "twice-and-late": Fault("rows come twice, and late", VERSIONS, _told_twice_and_late),
    "flapping": Fault("one client comes three times within seconds", VERSIONS, _flapping_client),
    "forgetful": Fault("history forgot what happened while we were away", VERSIONS, _forgetful),
    "no-socket": Fault("the stream is refused for a while", VERSIONS, _no_socket),
    "half-open": Fault("the stream falls silent without a FIN", VERSIONS, _half_open),
    "big-frames": Fault("frames of 5 MB", VERSIONS, _frames("big")),
    "broken-frames": Fault(
        "frames that are no events",
        VERSIONS,
        _frames("empty", "ping", "binary", "truncated", "non_object", "invalid_utf8", "empty_data", "no_meta"),
    ),
    "threats-unseen": Fault("the only source of threats fails for good", ("9.5.21", "10.1.85", "10.4.57"), _threats_unseen),
    "skew": Fault("the controller's clock is ten minutes off", VERSIONS, _skewed, start_at=_ten_minutes_off),
    "summer-time": Fault("summer time begins or ends", VERSIONS, _summer_time, start_at=_two_seconds_before),
    "clock-ahead": Fault("the scanner's clock is an hour ahead", VERSIONS, _clock_is_ahead),
    "clock-back": Fault("the scanner's clock jumps back an hour", VERSIONS, _clock_jumps_back),
    "disk-full": Fault("the disk is full for a while", VERSIONS, _disk_full),
    "disk-slow": Fault("another program holds the data file", VERSIONS, _disk_slow),
    "mail-down": Fault("the mail server is down for three days", VERSIONS, _mail_down_for_days, schedule_shifted=False),
    "kill": Fault("SIGKILL at random moments", VERSIONS, _killed),
    "kill-telling": Fault("SIGKILL between store and mark", VERSIONS, _killed_while_telling),
    "kill-only-copy": Fault(
        "SIGKILL while memory holds what no history keeps", ("10.1.85", "10.4.57"), _killed_with_the_only_copy,
        ingest_every=5.0,
    ),
    "service-killed": Fault("`unifi-scanner run`, killed five times", VERSIONS, _service_killed, lived=lambda _: ServiceProcess),
    "upgrade": Fault("the controller is upgraded from 9.3 to 10.1 to 10.4", ("9.3.43",), _upgrade),
}  # fmt: skip
PROCESS: Final = frozenset({"service-killed"})  # seconds each: a few of these are enough
# what each of these still needs to cost nothing on a controller with both histories; the table counts them all the same
VERDICT = "a verdict that is never fine while a source that ought to answer does not"
JOURNAL = "the crash journal"
NEEDS: Final[Mapping[str, str]] = {
    "404-while": VERDICT,
    "404-for-good": VERDICT,
    "500-while": VERDICT,
    "500-for-good": VERDICT,
    "not-json": VERDICT,
    "no-socket": VERDICT,
    "read-429": VERDICT,
    "empty-while": "an empty answer that is believed only when another source agrees",
    "empty-for-good": "an empty answer that is believed only when another source agrees",
    "forgetful": "a gap that stays open when history no longer reaches back to its start",
    "clock-ahead": "cursors that go by the controller's clock alone",
    "kill": JOURNAL,
    "kill-only-copy": JOURNAL,
    "service-killed": JOURNAL,
    "upgrade": "gaps that stay open for what no history tells",
}

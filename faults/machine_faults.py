"""What goes wrong with the machine the service runs on: its power, its clock, its disk, and its mail."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from faults.controller_faults import around
from faults.home import BOTH, V1_ONLY
from faults.judging import Outcome
from faults.mail import MailServer
from faults.stage import DATA_FILE, Stage

DAY_S: Final = 86_400
SKEW: Final = timedelta(minutes=10)


def killed(stage: Stage) -> Outcome:
    """Kill at random moments, with things happening before and after."""
    for _ in range(stage.rng.randint(2, 4)):
        stage.begin()
        stage.emit(stage.rng.randint(1, 5), apart=stage.rng.choice((0.0, 0.02)))
        stage.pause(0.0, 0.6)
        stage.kill()
        stage.emit(stage.rng.randint(0, 2))
    return stage.finish()


def killed_while_telling(stage: Stage) -> Outcome:
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


def killed_with_the_only_copy(stage: Stage) -> Outcome:
    """Kill after the socket told what no history keeps, and before it was stored."""
    for _ in range(2):
        stage.begin()
        stage.pause(0.2, 0.3)
        stage.emit(4, V1_ONLY)
        stage.pause(0.5, 0.8)
        stage.kill()
    return stage.finish()


def service_killed(stage: Stage) -> Outcome:
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


def skewed(stage: Stage) -> Outcome:
    """Cut the stream and the power while the two clocks disagree."""

    def cut() -> None:
        stage.twin.disconnect_all("abort")
        stage.emit(3)
        stage.pause()
        stage.kill()
        stage.emit(2)
        stage.begin()

    return around(stage, cut)


def summer_time(stage: Stage) -> Outcome:
    """Let both clocks stand two seconds before summer time begins or ends."""
    stage.set_clock(stage.twin.now_ms() / 1000 - time.time())

    def cut() -> None:
        stage.twin.disconnect_all("abort")
        stage.emit(4, apart=0.3)
        stage.tell()

    return around(stage, cut)


def clock_is_ahead(stage: Stage) -> Outcome:
    """Live with a clock that is an hour ahead, as on a machine without network time."""
    stage.set_clock(3600.0)

    def cut() -> None:
        stage.twin.disconnect_all("abort")
        stage.emit(3, apart=0.1)
        stage.pause()

    return around(stage, cut)


def clock_jumps_back(stage: Stage) -> Outcome:
    """Begin with a clock that is an hour ahead, and have it set right while all else is well."""
    stage.set_clock(3600.0)
    stage.begin()
    stage.emit(2, BOTH)
    stage.pause(0.6, 0.9)
    stage.set_clock(0.0)
    stage.emit(2, BOTH)
    stage.expect_stored(2, 4.0, "after the clock jumped back")
    return stage.finish()


def disk_full(stage: Stage) -> Outcome:
    """Let no file grow for a while."""

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

    return around(stage, fill)


def disk_slow(stage: Stage) -> Outcome:
    """Let another program hold the data file for a while."""

    def hold() -> None:
        with closing(sqlite3.connect(stage.data / DATA_FILE, isolation_level=None, timeout=5)) as other:
            other.execute("BEGIN IMMEDIATE")
            stage.emit(4, apart=0.05)
            stage.pause(0.5, 2.0)
            other.execute("ROLLBACK")

    return around(stage, hold)


def mail_down_for_days(stage: Stage) -> Outcome:
    """Let three days pass without a mail server, some of them with a power cut."""
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
    for mac in stage.truth.subjects():
        told = sum(mac in page for page in pages)
        if told != 1:
            outcome.lost, outcome.twice = outcome.lost + (not told), outcome.twice + (told > 1)
            outcome.notes.append(f"{mac} is in {told} of {len(pages)} mails")
    return outcome


def two_seconds_before(rng: Random) -> datetime:
    """Return a moment two seconds before summer time begins or ends in Berlin."""
    return rng.choice(
        (datetime(2026, 3, 29, 0, 59, 58, tzinfo=UTC), datetime(2026, 10, 25, 0, 59, 58, tzinfo=UTC))
    )


def ten_minutes_off(rng: Random) -> datetime:
    """Return a moment ten minutes from now, or ago."""
    return datetime.now(UTC) + rng.choice((SKEW, -SKEW))

"""What the controller does wrong, as small scenarios. The stage's seed chooses what is left open."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from faults.home import BOTH, HISTORY, V2_ONLY, histories
from faults.judging import Outcome
from faults.stage import Stage

Play = Callable[[Stage], Outcome]
Broken = Callable[[Stage, str], None]  # makes the source behind a path fail
TALKATIVE = ("rest", "system_log")  # what an empty answer of the others means, nobody can tell


def quiet(stage: Stage) -> Outcome:
    """Let nothing go wrong."""
    stage.begin()
    stage.emit(stage.rng.randint(3, 8), apart=0.02)
    stage.pause()
    stage.tell()
    stage.emit(2)
    return stage.finish()


def around(stage: Stage, fault: Callable[[], object]) -> Outcome:
    """Play events before, while and after something happens to the controller."""
    stage.begin()
    stage.emit(3)
    stage.pause(0.5, 0.8)
    fault()
    stage.emit(3, apart=0.05)
    stage.pause()
    return stage.finish()


def controller_restarts(stage: Stage) -> Outcome:
    """Let the controller be away for a moment, and come back without its sessions."""

    def restart() -> None:
        stage.twin.stop()
        stage.twin.expire_sessions()
        stage.emit(2)
        stage.pause(0.1, 0.9)
        stage.twin.start()

    return around(stage, restart)


def cookies_expire(stage: Stage) -> Outcome:
    """Let the session end, and often the stream with it."""

    def expire() -> None:
        stage.twin.expire_sessions()
        if stage.rng.random() < 0.7:
            stage.twin.disconnect_all(stage.rng.choice(("close", "abort")))
            stage.emit(2)

    return around(stage, expire)


def sign_in_storm(stage: Stage) -> Outcome:
    """Let every sign-in be refused for a while."""

    def storm() -> None:
        stage.twin.limit_logins(True, retry_after=1)
        stage.twin.expire_sessions()
        stage.twin.disconnect_all("abort")
        stage.emit(3, apart=0.1)
        stage.pause(0.3, 1.0)
        stage.twin.limit_logins(False)

    return around(stage, storm)


def read_storm(stage: Stage) -> Outcome:
    """Let every read be refused for a while."""

    def storm() -> None:
        for source in HISTORY:
            stage.break_source(source, lambda path: stage.twin.fail(path, 429, retry_after=1))
        stage.twin.disconnect_all("abort")
        stage.emit(3, apart=0.1)
        stage.pause(1.1, 1.5)
        stage.tell()
        stage.mend()

    return around(stage, storm)


def for_a_while(broken: Broken, *, mute: bool = True, among: Iterable[str] = HISTORY) -> Play:
    """Break one source of these for a while; one that is not `mute` still tells all it knows."""

    def play(stage: Stage) -> Outcome:
        def fault() -> None:
            source = _one_of(stage, among)
            if mute:
                stage.break_source(source, lambda path: broken(stage, path))
            else:
                broken(stage, HISTORY[source])
            if stage.rng.random() < 0.6:
                stage.twin.disconnect_all("abort")
            stage.emit(1, BOTH)
            stage.emit(2, apart=0.1)
            stage.pause(1.0, 1.4)
            stage.tell()
            stage.mend()

        return around(stage, fault)

    return play


def for_good(broken: Broken, *, among: Iterable[str] = HISTORY) -> Play:
    """Break one source of these for good."""

    def play(stage: Stage) -> Outcome:
        def fault() -> None:
            source = _one_of(stage, among)
            stage.break_source(source, lambda path: broken(stage, path))
            stage.emit(1, BOTH)
            stage.emit(2, apart=0.1)
            stage.pause(1.0, 1.4)

        return around(stage, fault)

    return play


def fails(status: int) -> Broken:
    """Return what lets a source answer with this status."""
    return lambda stage, path: stage.twin.fail(path, status)


def twists(how: str, seconds: float = 0.0) -> Broken:
    """Return what lets a source answer otherwise than it would."""
    return lambda stage, path: stage.twin.twist(path, how, seconds)


def _one_of(stage: Stage, among: Iterable[str]) -> str:
    return stage.rng.choice(sorted(histories(stage.truth.version).intersection(among)))


def late_to_tell(stage: Stage) -> Outcome:
    """Let what happens first be told by the system log only, so that the old list beside it seems to be frozen."""
    stage.emit(2, V2_ONLY)
    stage.begin()
    stage.pause(0.5, 0.8)
    stage.twin.disconnect_all("abort")
    stage.emit(2, BOTH, apart=0.05)
    stage.pause()
    return stage.finish()


def half_open(stage: Stage) -> Outcome:
    """Let the stream fall silent on open TCP."""

    def freeze() -> None:
        stage.twin.disconnect_all("half_open")
        stage.emit(4, apart=0.1)
        stage.pause()

    return around(stage, freeze)


def frames(*kinds: str) -> Play:
    """Push such frames between events."""

    def play(stage: Stage) -> Outcome:
        def push() -> None:
            for _ in range(stage.rng.randint(2, 5)):
                stage.twin.push_malformed(stage.rng.choice(kinds))
                stage.emit(1)

        return around(stage, push)

    return play


def told_twice_and_late(stage: Stage) -> Outcome:
    """Let history repeat its rows, or come with them later."""

    def repeat() -> None:
        for path in HISTORY.values():
            how = stage.rng.choice(("twice", "late"))
            stage.twin.twist(path, how, seconds=stage.rng.uniform(0.3, 1.0))
        stage.twin.disconnect_all("abort")
        stage.emit(4, apart=0.1)
        stage.tell()
        stage.pause(0.8, 1.2)
        stage.mend()

    return around(stage, repeat)


def flapping_client(stage: Stage) -> Outcome:
    """Let one client come three times within seconds, heard partly live and partly from history."""

    def flap() -> None:
        mac = "02:00:00:00:ff:01"
        stage.emit_same(BOTH, mac)
        stage.pause(0.2, 1.0)
        stage.twin.disconnect_all("abort")
        stage.emit_same(BOTH, mac)
        stage.pause(0.2, 1.0)
        stage.emit_same(BOTH, mac)

    return around(stage, flap)


def forgetful(stage: Stage) -> Outcome:
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
        stage.truth.unfilled.append((began, datetime.now(UTC) - timedelta(seconds=0.2)))
        stage.twin.refuse_sockets(None)

    return around(stage, forget)


def no_socket(stage: Stage) -> Outcome:
    """Let no stream be opened for a while."""

    def refuse() -> None:
        stage.twin.refuse_sockets(stage.rng.choice((404, 503, 502, 400)))
        stage.twin.disconnect_all("abort")
        stage.emit(4, apart=0.1)
        stage.pause(1.0, 1.3)
        stage.tell()
        stage.twin.refuse_sockets(None)

    return around(stage, refuse)


def threats_unseen(stage: Stage) -> Outcome:
    """Let the only source of threats fail for good, so that nothing may be said of them."""

    def fault() -> None:
        stage.break_source(
            "system_log", lambda path: stage.twin.fail(path, stage.rng.choice((404, 500, 503)))
        )
        stage.pause(1.0, 1.3)

    return around(stage, fault)


def upgrade(stage: Stage) -> Outcome:
    """Let the controller become 10.1 and then 10.4."""
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

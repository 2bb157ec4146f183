from __future__ import annotations

import threading

from tests.delivery.http_server import receiver, unused_port
from tests.e2e.running import until
from unifi_scanner.app.heartbeat import Heartbeat


def test_it_beats_while_all_is_well_and_is_silent_when_not() -> None:
    well = threading.Event()
    with receiver() as there:
        heart = Heartbeat(
            f"{there.url}/ping/secret", 0.03, is_well=well.is_set, on_failure=lambda _said: None, first_s=0
        )
        heart.start()
        assert not heart.beats
        well.set()
        assert until(lambda: len(there.taken) >= 3)
        well.clear()
        heart.stop()
        heart.join(5)
    assert {one.path for one in there.taken} == {"/ping/secret"}


def test_a_beat_that_does_not_arrive_is_told_without_the_address() -> None:
    said: list[str] = []
    heart = Heartbeat(
        f"http://127.0.0.1:{unused_port()}/secret",
        0.03,
        is_well=lambda: True,
        on_failure=said.append,
        first_s=0,
    )
    heart.start()
    assert until(lambda: len(said) >= 1)
    heart.stop()
    heart.join(5)
    assert "secret" not in said[0]
    assert "UNIFI_HEARTBEAT_URL" in said[0]

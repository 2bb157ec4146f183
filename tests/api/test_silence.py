from __future__ import annotations

from tests.api.conftest import MakeClient, MakeTwin
from tests.api.test_stream import listening, until
from unifi_scanner.api.link import Policy

PINGING = Policy(first=0.02, longest=0.2, longest_refused=0.2, ping=0.1)


def test_a_stream_that_falls_silent_on_open_tcp_is_found_by_a_ping(
    twins: MakeTwin, clients: MakeClient
) -> None:
    twin = twins()
    manager = listening(clients(twin), PINGING)
    changes: list[bool] = []

    def has_come_back() -> bool:
        changes.extend(change.connected for change in manager.link_changes())
        return changes[:3] == [True, False, True]

    try:
        assert until(lambda: twin.connections() == 1)
        twin.disconnect_all("half_open")
        assert until(has_come_back)
    finally:
        manager.stop()

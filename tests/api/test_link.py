from __future__ import annotations

from random import Random

from unifi_scanner.api.link import Ending, Link, Policy

POLICY = Policy(first=1.0, longest=60.0, longest_refused=300.0)


def delays(*endings: Ending, lived: float = 0.0) -> list[tuple[float, bool]]:
    link, told = Link(policy=POLICY), []
    for ending in endings:
        link, action = link.after(ending, lived=lived, rng=Random(1))
        told.append((action.after, action.sign_in))
    return told


def test_a_server_that_closes_at_once_is_dialled_ever_more_slowly() -> None:
    waits = [after for after, _ in delays(*[Ending.CLOSED] * 12)]
    assert waits == sorted(waits)
    assert waits[0] <= 1.0
    assert 30.0 <= waits[-1] <= 60.0


def test_a_connection_that_lived_is_dialled_again_soon() -> None:
    assert all(after <= 1.0 for after, _ in delays(*[Ending.CLOSED] * 12, lived=60.0))


def test_a_first_refusal_signs_in_at_once_and_later_ones_wait() -> None:
    told = delays(*[Ending.REFUSED] * 10)
    assert told[0] == (0.0, True)
    assert all(sign_in for _, sign_in in told)
    assert told[1][0] > 0.5
    assert 150.0 <= told[-1][0] <= 300.0


def test_no_websocket_is_tried_again_slowly() -> None:
    waits = [after for after, _ in delays(*[Ending.NO_WEBSOCKET] * 12)]
    assert waits[0] >= 2.0
    assert 150.0 <= waits[-1] <= 300.0


def test_a_pause_the_controller_asks_for_is_kept() -> None:
    _, action = Link(policy=POLICY).after(Ending.THROTTLED, retry_after=90.0, rng=Random(1))
    assert (action.after, action.sign_in) == (90.0, False)


def test_delays_differ_between_clients() -> None:
    waits = {Link(policy=POLICY).after(Ending.UNREACHABLE, rng=Random(seed))[1].after for seed in range(20)}
    assert len(waits) > 10


def test_an_open_connection_forgets_refusals() -> None:
    link, _ = Link(policy=POLICY).after(Ending.REFUSED, rng=Random(1))
    _, action = link.opened().after(Ending.REFUSED, rng=Random(1))
    assert action.after == 0.0


def test_a_stream_that_does_not_work_with_a_key_is_tried_rarely_from_the_first_on() -> None:
    waits = delays(*[Ending.NO_KEY_STREAM] * 5)
    assert all(150.0 <= after <= 300.0 for after, _ in waits)
    assert not any(sign_in for _, sign_in in waits)

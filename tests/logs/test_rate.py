"""How fast a sender may send."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from unifi_scanner.logs.rate import OTHERS, QUIET_S, Flood, RateLimit

STEPS = st.lists(st.tuples(st.sampled_from("abcdef"), st.floats(0, 5)), max_size=200)


def test_a_burst_passes_and_then_the_rate() -> None:
    limit = RateLimit(per_s=2, burst=3)
    assert [limit.allows("a", 0.0) for _ in range(5)] == [True, True, True, False, False]
    assert [limit.allows("a", 1.0) for _ in range(3)] == [True, True, False]


def test_one_sender_never_takes_from_another() -> None:
    limit = RateLimit(per_s=1, burst=1)
    assert [limit.allows("a", 0.0) for _ in range(100)].count(True) == 1
    assert limit.allows("b", 0.0)


def test_a_flood_is_told_once_when_it_begins_and_once_when_it_ends() -> None:
    limit = RateLimit(per_s=1, burst=1)
    for tenth in range(100):
        limit.allows("a", tenth / 10)
    assert limit.floods(10.0) == [Flood("a", over=False, refused=1)]
    assert limit.floods(11.0) == []
    assert limit.floods(10.0 + QUIET_S) == [Flood("a", over=True, refused=90)]
    assert limit.floods(100.0) == []


def test_the_second_flood_is_counted_by_itself() -> None:
    limit = RateLimit(per_s=1, burst=1)
    for at in (0.0, 0.0, 0.0, 100.0, 100.0):
        limit.allows("a", at)
        limit.floods(at)
    assert limit.floods(200.0) == [Flood("a", over=True, refused=1)]
    assert limit.refused_by_sender() == {"a": 3}


def test_made_up_senders_share_one_bucket_and_push_nobody_out() -> None:
    limit = RateLimit(per_s=1, burst=5, max_senders=10)
    assert limit.allows("known", 0.0)
    passed = sum(limit.allows(f"stranger {n}", 0.0) for n in range(10_000))
    assert passed <= 9 + 5
    assert len(limit._buckets) <= 10
    assert limit.allows("known", 0.0)
    assert OTHERS in limit.refused_by_sender()


def test_a_sender_that_fell_silent_makes_room_for_a_new_one() -> None:
    limit = RateLimit(per_s=1, burst=1, max_senders=1)
    assert limit.allows("old", 0.0)
    assert limit.allows("new", 100.0)
    assert not limit.allows("new", 100.0)
    assert "new" in limit.refused_by_sender()


@given(STEPS, st.floats(0.1, 10), st.integers(1, 20), st.integers(1, 4))
@settings(deadline=None)
def test_what_passes_is_within_rate_and_burst_and_the_rest_is_counted(
    steps: list[tuple[str, float]], per_s: float, burst: int, max_senders: int
) -> None:
    limit = RateLimit(per_s, burst, max_senders=max_senders)
    now, passed, refused = 0.0, dict.fromkeys("abcdef", 0), 0
    for sender, later in steps:
        now += later
        allowed = limit.allows(sender, now)
        passed[sender] += allowed
        refused += not allowed
        assert len(limit._buckets) <= max_senders
    assert all(count <= burst * (1 + max_senders) + per_s * now * 2 + 1 for count in passed.values())
    assert limit.refused == refused

"""How many were here at once, also where the news comes late."""

from __future__ import annotations

from unifi_scanner.reports.headcount import Headcount


def test_a_late_leave_counts_who_was_there_in_the_half_hour_it_is_of() -> None:
    heads = Headcount(most_slots=10)
    heads.turn_to(4)
    heads.join("anna", "ap")
    heads.turn_to(5)
    for who in ("ben", "cleo", "dora"):
        heads.join(who, "ap")
    heads.turn_to(4)
    heads.leave("anna")

    assert heads.most_in(4, 2) == [3, 4]


def test_a_half_hour_too_many_pushes_out_the_oldest_even_if_it_is_the_newest_news() -> None:
    heads = Headcount(most_slots=2)
    for slot in (5, 6):
        heads.turn_to(slot)
        heads.join(f"client {slot}", "ap")
    heads.turn_to(4)
    heads.leave("client 5")
    heads.leave("client 6")
    heads.turn_to(6)
    heads.join("client 6", "ap")

    assert heads.most_in(4, 3) == [None, 1, 2]

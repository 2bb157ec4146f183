from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from insight.scoring import Score, Told, score
from insight.table import Row, rows_of, targets, text_table
from insight.truth import Known, Never, Truth

from unifi_scanner.models.enums import Severity

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=20)
SWITCH, AP = frozenset({"Rack", "device:aa"}), frozenset({"Attic", "device:bb"})
TRUTH = Known(
    truth=Truth(cause="device-offline:Rack", consequences=("clients-dropped",)),
    cause="device-offline:Rack",
    also=("power-lost:Rack",),
    members=SWITCH | AP,
    called={"Rack": SWITCH, "Attic": AP},
    start=NOON,
    end=LATER,
    heard=1,
)
TOLD = Told(
    rule="device-offline",
    kinds=("device-offline",),
    severity=Severity.HIGH,
    words=frozenset({"Rack"}),
    blamed=frozenset({"Rack"}),
    start=NOON,
    end=LATER,
    title="Rack is offline",
)


def counted(*told: Told, truth: Known = TRUTH, nevers: tuple[Never, ...] = ()) -> Score:
    return score(Score(name="it", seed=1), told, [truth], nevers)


def counts(got: Score) -> tuple[int, int, int, int, int]:
    return got.real, got.found, got.rooted, got.pieces, got.wrong


def test_a_story_that_names_the_cause_is_found_with_the_right_cause() -> None:
    assert counts(counted(TOLD)) == (1, 1, 1, 1, 0)


def test_a_mac_names_a_device_as_well_as_its_name() -> None:
    assert counts(counted(msgspec.structs.replace(TOLD, blamed=frozenset({"device:aa"})))) == (1, 1, 1, 1, 0)


def test_a_cause_that_is_as_right_counts_as_right() -> None:
    assert counts(counted(msgspec.structs.replace(TOLD, kinds=("power-lost",)))) == (1, 1, 1, 1, 0)


def test_the_right_device_among_those_that_followed_does_not_make_the_cause_right() -> None:
    attic = msgspec.structs.replace(TOLD, words=SWITCH | AP, blamed=frozenset({"device:bb"}))
    assert counts(counted(attic)) == (1, 1, 0, 1, 0)


def test_a_consequence_told_alone_is_found_with_the_wrong_cause() -> None:
    dropped = msgspec.structs.replace(TOLD, kinds=("clients-dropped",), words=frozenset(), blamed=frozenset())
    assert counts(counted(dropped)) == (1, 1, 0, 1, 0)


def test_a_consequence_told_beside_the_cause_is_a_second_piece() -> None:
    attic = msgspec.structs.replace(
        TOLD, words=frozenset({"Attic"}), blamed=frozenset({"Attic"}), severity=Severity.MEDIUM
    )
    assert counts(counted(TOLD, attic)) == (1, 1, 1, 2, 0)


def test_a_story_about_something_else_is_made_up_and_the_truth_is_missed() -> None:
    other = msgspec.structs.replace(TOLD, words=frozenset({"Kitchen"}), blamed=frozenset({"Kitchen"}))
    assert counts(counted(other)) == (1, 0, 0, 0, 1)


def test_a_story_of_another_day_is_made_up() -> None:
    other = msgspec.structs.replace(TOLD, start=LATER + timedelta(days=1), end=LATER + timedelta(days=1))
    assert counts(counted(other)) == (1, 0, 0, 0, 1)


def test_what_is_told_too_softly_is_missed_but_not_made_up() -> None:
    assert counts(counted(msgspec.structs.replace(TOLD, severity=Severity.LOW))) == (1, 0, 0, 0, 0)


def test_what_could_not_be_heard_is_not_missed() -> None:
    unheard = msgspec.structs.replace(TRUTH, heard=0)
    got = counted(truth=unheard)
    assert (got.real, got.unheard, got.notes) == (0, 1, [])


def test_what_could_hardly_be_heard_and_is_told_is_not_made_up() -> None:
    assert counted(TOLD, truth=msgspec.structs.replace(TRUTH, heard=0)).wrong == 0


def test_what_must_not_be_said_counts_against_precision_even_where_it_fits_a_truth() -> None:
    got = counted(TOLD, nevers=(Never(cause="device-offline"),))
    assert (got.forbidden, got.wrong) == (1, 1)


def test_targets_are_missed_where_one_incident_is_told_in_pieces() -> None:
    rows = rows_of([Score(name="it", seed=1, real=1, found=1, rooted=1, pieces=3, told=3)])
    assert [is_met for *_, is_met in targets(rows[-1])] == [True, True, True, False, True]
    assert "MISSED" in text_table(rows)


def test_false_alarms_are_counted_per_quiet_week_only() -> None:
    scores = [
        Score(name="week", seed=1, quiet=True, told=3, wrong=3),
        Score(name="it", seed=1, told=5, wrong=5),
    ]
    assert Row(name="all", scores=scores).false_a_week == 3

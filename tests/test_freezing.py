"""What judging knows is read back by nothing that runs."""

from __future__ import annotations

import os
import pickle
import pickletools
from collections import Counter, deque
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.store.making import connected
from unifi_scanner.detection.group import BEYOND
from unifi_scanner.detection.loader import load_rules
from unifi_scanner.models.enums import Severity
from unifi_scanner.pipeline.freezing import NotFrozenHere, frozen, thawed


def signed(body: bytes) -> bytes:
    return blake2b(body, digest_size=16).digest() + body


def test_values_come_back_as_they_were() -> None:
    entry = connected(1)
    state = {
        "entries": deque([entry, entry], maxlen=5),
        "counts": Counter({"a": 2}),
        "times": (datetime(2026, 3, 1, tzinfo=UTC), timedelta(hours=1)),
        "sets": [{1, 2}, frozenset({"x"})],
        "grade": Severity.HIGH,
    }
    back = thawed(frozen(state))
    assert back == state
    assert back["entries"].maxlen == 5
    assert back["entries"][0] is back["entries"][1]


def test_the_only_one_of_its_kind_stays_the_only_one() -> None:
    assert thawed(frozen([BEYOND]))[0] is BEYOND


def test_a_member_of_an_enumeration_is_written_alike_by_every_python() -> None:
    written = [argument for _, argument, _ in pickletools.genops(frozen([Severity.HIGH])[16:])]
    assert "Severity" in written
    assert "getattr" not in written
    assert thawed(frozen([Severity.HIGH]))[0] is Severity.HIGH


class Runs:
    """What a stranger would put into a data file."""

    def __init__(self, call: Any, *given: Any) -> None:
        self.made = (call, given)

    def __reduce__(self) -> Any:
        return self.made


@pytest.mark.parametrize(
    "call",
    [
        (os.system, "touch {0}"),
        (exec, "open({0!r}, 'w')"),
        (open, "{0}", "w"),
        (getattr, "x", "upper"),
        (Path, "{0}"),
        (load_rules, None),
    ],
    ids=["system", "exec", "open", "getattr", "path", "ours"],
)
def test_nothing_runs(call: tuple[Any, ...], tmp_path: Path) -> None:
    target = tmp_path / "made"
    given = [g.format(str(target)) if isinstance(g, str) else g for g in call[1:]]
    with pytest.raises(NotFrozenHere):
        thawed(signed(pickle.dumps(Runs(call[0], *given), protocol=5)))
    assert not target.exists()


def test_what_a_module_of_ours_only_imports_is_not_ours() -> None:
    # GLOBAL and REDUCE by hand: `Path` by way of the module that loads rules
    body = b"cunifi_scanner.detection.loader\nPath\n(S'/'\ntR."
    with pytest.raises(NotFrozenHere):
        thawed(signed(body))


@given(st.binary(max_size=200))
@example(b"\x96\x00\x00\x00\x00\x00\x00\x00\x01")  # says that more bytes follow than any machine has
@example(b"\x95\x00\x00\x00\x00\x00\x00\x00\x80")
def test_arbitrary_bytes_are_refused(body: bytes) -> None:
    for data in (body, signed(body)):
        try:
            thawed(data)
        except NotFrozenHere:
            continue
        assert body  # a few of them mean a plain value


@given(st.binary(min_size=1, max_size=8), st.integers(0, 400))
def test_damage_is_noticed(noise: bytes, at: int) -> None:
    whole = frozen([connected(1), {"a": [1, 2, 3]}])
    at %= len(whole) - len(noise)
    damaged = whole[:at] + noise + whole[at + len(noise) :]
    if damaged == whole:
        return
    with pytest.raises(NotFrozenHere):
        thawed(damaged)

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unifi_scanner.models.wire_json import decode_wire

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (rb'{"n": "a\ud800b"}', {"n": "a\ufffdb"}),
        (rb'{"n": "a\udc00\ud83d\ude00"}', {"n": "a\ufffd\U0001f600"}),
        (rb'{"n": "a\\ud800b"}', {"n": "a\\ud800b"}),
        (b'{"n": "caf\xe9"}', {"n": "caf\ufffd"}),
        (b'\xef\xbb\xbf{"n": 1}', {"n": 1}),
        (b'{"n": NaN, "m": -Infinity}', {"n": None, "m": None}),
        (b'{"n": 1e400}', {"n": "1e400"}),
        (b'{"n": 99999999999999999999999}', {"n": 99999999999999999999999}),
        (b'{"n": ' + b"9" * 5000 + b"}", {"n": "9" * 300}),
    ],
)
def test_a_value_no_program_can_hold_costs_only_itself(raw: bytes, value: Any) -> None:
    told = decode_wire(raw)
    assert told == value
    msgspec.json.encode(told)


@pytest.mark.parametrize("raw", [b"", b"{", b"ping", b"[" * 200_000, b'{"a": "\\ud8"}', b"\x00"])
def test_what_is_no_json_is_a_value_error(raw: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any of them
        decode_wire(raw)


@given(st.binary())
def test_no_input_raises_anything_else(raw: bytes) -> None:
    try:
        decode_wire(raw)
    except ValueError:
        return


@given(JSON)
def test_json_by_the_standard_is_read_as_it_is(value: Any) -> None:
    try:
        raw = json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return
    assert decode_wire(raw) == json.loads(raw)

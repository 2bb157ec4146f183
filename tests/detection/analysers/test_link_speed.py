"""Cables that got slow, from wire records."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.detection.analysers.wire import MINUTE, Record, T, told
from unifi_scanner.detection.analysers.link_speed import LinkSpeed, speed_of


def plugged(minute: float, speed: str, port: int = 4) -> Record:
    return {
        "key": "CLIENT_CONNECTED_WIRED_2",
        "event": "CLIENT_CONNECTED_WIRED",
        "timestamp": int(T + minute * MINUTE),
        "parameters": {
            "CLIENT": {"id": "a4:bb:6d:14:20:31", "name": "NAS"},
            "DEVICE_WITH_PORT": {"id": "74:ac:b9:0b:07:1b", "name": f"Loft Switch Port {port}"},
            "CONNECTION_SPEED": {"name": speed},
        },
    }


def test_a_cable_at_a_tenth_of_its_speed_is_told() -> None:
    (found,) = told(LinkSpeed(), [plugged(0, "1 GbE"), plugged(60, "100 Mbps")])
    assert (
        found.what
        == "NAS is connected with 100 Mbit a second at port 4 of Loft Switch. Before, it was 1,000."
    )
    assert found.about == ("client:a4:bb:6d:14:20:31", "device:74:ac:b9:0b:07:1b")


@pytest.mark.parametrize(
    "records",
    [
        [plugged(0, "100 Mbps"), plugged(9, "100 Mbps")],
        [plugged(0, "1 GbE"), plugged(9, "100 Mbps"), plugged(20, "1 GbE")],
        [plugged(0, "1 GbE", port=1), plugged(9, "100 Mbps", port=2)],
        [plugged(0, "2.5 GbE"), plugged(9, "1 GbE")],
        [plugged(0, "fast"), plugged(9, "slow")],
    ],
)
def test_anything_else_is_not(records: list[Record]) -> None:
    assert told(LinkSpeed(), records) == []


@pytest.mark.parametrize(
    ("text", "speed"),
    [
        ("1000", 1000), ("100 Mbps", 100), ("1 Gbps", 1000), ("2.5 GbE", 2500), ("10Gb/s", 10_000), ("GbE", 1000),
        ("FE", 100), ("10 parsecs", None), ("", None), ("0", None),
    ],
)  # fmt: skip
def test_a_speed_is_read_however_it_is_written(text: str, speed: int | None) -> None:
    assert speed_of(text) == speed


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading(text: str) -> None:
    speed = speed_of(text)
    assert speed is None or speed > 0

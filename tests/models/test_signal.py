"""How strong a signal is, whatever scale it comes in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared_data import FIXTURES, needs_fixtures
from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.models.samples import clients_of
from unifi_scanner.models.signal import dbm_of, signal_words


@pytest.mark.parametrize(
    ("value", "dbm"),
    [(-61, -61), (35, -61), (21, -75), (0, None), (None, None), (96, None), (-400, None), (400, None)],
)
def test_negative_numbers_are_dbm_and_positive_ones_unifis_own(value: int | None, dbm: int | None) -> None:
    assert dbm_of(value) == dbm


@pytest.mark.parametrize(
    ("dbm", "words"),
    [(-30, "excellent"), (-55, "very good"), (-67, "good"), (-68, "fair"), (-76, "weak"), (-90, "very weak")],
)
def test_a_signal_is_told_in_words(dbm: int, words: str) -> None:
    assert signal_words(dbm) == words


@given(st.integers())
def test_any_number_is_a_signal_or_none(value: int) -> None:
    dbm = dbm_of(value)
    assert dbm is None or (-120 <= dbm < 0 and signal_words(dbm))


def _cef(fields: str) -> dict[str, Any]:
    text = f"CEF:0|Ubiquiti|UniFi Network|10.0.140|401|WiFi Client Disconnected|2|{fields} msg=gone"
    return {"line": text, "time": 1_764_579_600_000}


@pytest.mark.parametrize(("said", "dbm"), [("-77", -77), ("19", -77), ("", None), ("null", None)])
def test_every_source_gives_dbm(said: str, dbm: int | None) -> None:
    [entry] = normalise_record(_cef(f"UNIFIclientMac=00:11:22:33:44:55 UNIFIlastConnectedToWiFiRssi={said}"))
    assert entry.metadata.get("signal_before") == dbm
    row = {"mac": "00:11:22:33:44:55", "rssi": int(said)} if dbm else {"mac": "00:11:22:33:44:55"}
    assert clients_of([row], [])[0].signal == dbm


@needs_fixtures
def test_a_recorded_client_has_one_signal_in_both_scales() -> None:
    rows = json.loads((FIXTURES / "aiounifi" / "stat_sta.json").read_text(encoding="utf-8"))
    rows = rows["data"] if isinstance(rows, dict) else rows
    both = [(row["rssi"], row["signal"]) for row in rows if "rssi" in row and "signal" in row]
    assert both
    assert [dbm_of(rssi) for rssi, _ in both] == [signal for _, signal in both]

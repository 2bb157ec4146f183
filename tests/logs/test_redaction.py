"""No secret that an administrator typed is kept or printed."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.logs.redaction import HIDDEN, is_secret, redacted

SECRET = "Tr0ub4dor-and-three"


def change(**update: Any) -> dict[str, Any]:
    return {
        "id": "a1",
        "key": "MADE_CHANGES_ONE_SETTING_OBJECT",
        "change_key": "WIFI",
        "admin": {"_id": "x", "name": "Anna"},
        "ip": "192.168.1.9",
        "operation": "UPDATE",
        "meta": {"section": "WiFi"},
        "updates": [{"property": "name", "old_value": "Guest", "new_value": "Guests"}, update],
        "timestamp": 1_764_579_600_000,
    }


@pytest.mark.parametrize(
    "row",
    [
        change(property="x_passphrase", old_value="old one", new_value=SECRET),
        change(property="note", new_value=SECRET, hide_value=True),
        change(property="password", new_value={"deep": [SECRET]}),
        change(property="y", property_path="a.x_secret", old_value=SECRET),
        change(property="wpa_psk", new_value=[SECRET]),
        change(property="radius", x_shared_secret=SECRET),
        change(property="x_ssh_password", new_value=SECRET) | {"message": f"Anna set {SECRET} as password."},
        change(property="note", new_value="n")
        | {"meta": {"display_property_name": "x_passphrase", "display_property_value": SECRET}},
        change(property="privateKey", new_value=SECRET) | {"meta": {"display_property_value": SECRET}},
    ],
)
def test_a_secret_is_in_no_part_of_the_entry(row: dict[str, Any]) -> None:
    (entry,) = normalise_record(row)
    assert SECRET not in repr(entry)
    assert SECRET not in msgspec.json.encode(entry.raw_data).decode()
    assert (entry.kind, entry.metadata["admin"]) == ("admin.changed_settings", "Anna")
    assert entry.raw_data["updates"][0]["new_value"] == "Guests"


@pytest.mark.parametrize("name", ["name", "key_count", "enabled", "ssid", "channel", "passthrough", 7, None])
def test_an_ordinary_property_is_no_secret(name: Any) -> None:
    assert not is_secret(name)


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=4),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["property", "hide_value", "new_value", "x_a", "psk", "updates", "message"]), inner, max_size=4
        ),
        max_leaves=20,
    )
)  # fmt: skip
def test_what_was_typed_under_a_secret_name_is_blanked_wherever_it_stands(value: Any) -> None:
    row = {"a": value, "updates": [{"property": "x_p", "new_value": SECRET}], "message": f"<{SECRET}>"}
    clean = redacted(row)
    assert SECRET not in repr(clean)
    assert clean["updates"][0] == {"property": "x_p", "new_value": HIDDEN}

"""A settings file that the program wrote says what it was told, whatever that was."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from unifi_scanner.config.groups import NAMES
from unifi_scanner.config.writing import settings_file

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(st.dictionaries(st.sampled_from(NAMES), texts | st.integers(0, 2**31) | st.booleans(), max_size=6))
def test_what_is_written_is_what_is_read(values: dict[str, str | int | bool]) -> None:
    assert tomllib.loads(settings_file(values)) == values


def test_each_setting_stands_under_what_it_means() -> None:
    text = settings_file({"host": "192.168.1.1", "schedule_preset": "hourly"})
    assert "# Address of the controller" in text
    assert text.index("host =") < text.index("schedule_preset =")

"""A report counts each thing once, whoever tells it."""

from __future__ import annotations

import msgspec

from tests.reports.samples import finding, report, story
from unifi_scanner.models.enums import Severity
from unifi_scanner.reports import render_text


def test_what_an_incident_tells_is_not_counted_as_one_more_thing() -> None:
    told = msgspec.structs.replace(finding("The line fell", Severity.HIGH), incident="story")
    tale = msgspec.structs.replace(story("the line"), id="story", findings=(told.id,))
    made = msgspec.structs.replace(report(), needs_you=(tale,), incidents=(tale,), findings=(told,))
    assert "more thing" not in render_text(made)

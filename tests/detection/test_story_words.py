"""Stories are told in words that anybody reads at once."""

from __future__ import annotations

import re

import pytest

from tests.detection.test_stories import ONE_STORY, TWO_STORIES
from tests.detection.wire import changed, device, line, outage, told
from unifi_scanner.detection.stories.laws import BECAUSE_CHANGED, LAWS
from unifi_scanner.models.finding import Incident

MOST_WORDS = 25
STORIES = [
    incident
    for entries in (*(case[0] for case in ONE_STORY.values()), *TWO_STORIES.values(), outage())
    for incident in told(entries).incidents
]


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?:])\s+", text) if part]


def texts(story: Incident) -> list[str]:
    beats = [beat.sentence for beat in story.timeline]
    return [story.title, story.what, story.cause, story.sure_because, *story.consequences, *beats]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.title)
def test_no_sentence_is_long_and_none_speaks_in_codes(story: Incident) -> None:
    for text in texts(story):
        assert all(len(sentence.split()) <= MOST_WORDS for sentence in sentences(text)), text
        assert not re.search(r"EVT_|[{}\[\]]|_|None", text), text


def test_every_reason_is_short() -> None:
    for because in (BECAUSE_CHANGED, *(law.because for law in LAWS)):
        assert all(len(sentence.split()) <= MOST_WORDS for sentence in sentences(because))


def test_a_strangers_name_stays_a_name() -> None:
    evil = "{device} [x]\n\u202e<b>"
    (story,) = told(
        [changed(0, evil, "WiFi {count}"), *(line("VPN_SITE_TO_SITE_DISCONNECTED", 30 + n) for n in range(2))]
    ).incidents[:1]
    for text in texts(story):
        assert "\n" not in text
        assert "\u202e" not in text
    gone = [device("Lost_Contact", 0, "d0:21:f9:00:09:09", ap_name=evil)]
    (story,) = told(gone).incidents
    assert "\n" not in story.title

"""What cannot wait for the next report: when to write, when to be quiet, and when to say that it is over. Pure."""

from unifi_scanner.detection.urgency.deciding import decide, next_change
from unifi_scanner.detection.urgency.ending import SILENT_FOR
from unifi_scanner.detection.urgency.episode import (
    Book,
    Decided,
    Episode,
    Notice,
    Occasion,
    Step,
    Thing,
)
from unifi_scanner.detection.urgency.matching import NEWS_FOR
from unifi_scanner.detection.urgency.policy import Policy

__all__ = [
    "NEWS_FOR",
    "SILENT_FOR",
    "Book",
    "Decided",
    "Episode",
    "Notice",
    "Occasion",
    "Policy",
    "Step",
    "Thing",
    "decide",
    "next_change",
]

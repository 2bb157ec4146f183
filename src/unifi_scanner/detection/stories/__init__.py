"""Stories: findings, what hangs on what, and a light note of what happened -> one incident for each cause. Pure."""

from unifi_scanner.detection.stories.chronicle import Chronicle
from unifi_scanner.detection.stories.teller import Told, tell_stories
from unifi_scanner.detection.stories.themes import GO_ON

__all__ = ["GO_ON", "Chronicle", "Told", "tell_stories"]

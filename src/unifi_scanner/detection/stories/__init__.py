"""Stories: findings, what hangs on what, and a light note of what happened -> one incident for each cause. Pure."""

from unifi_scanner.detection.stories.chronicle import Chronicle
from unifi_scanner.detection.stories.teller import Told, tell_stories

__all__ = ["Chronicle", "Told", "tell_stories"]

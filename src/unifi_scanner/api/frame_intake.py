"""What becomes of each frame of the stream: counted, left unread where it matters to nobody, else its events handed on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import structlog

from unifi_scanner import clock
from unifi_scanner.api.events import BufferedEvent
from unifi_scanner.api.frames import decode_events, is_wanted, peek_kind
from unifi_scanner.errors import FrameError
from unifi_scanner.models.vocabulary import UNKNOWN_KIND, kind_of_frame

SAMPLES, MOST_UNKNOWN_KINDS = 3, 100  # frames kept of a kind nobody knows, and such kinds told apart
KNOWN_STATE = ("device:", "unifi-device:", "sta:", "client:", "user:", "setting:")
OnEvent = Callable[[BufferedEvent], None]
log = structlog.get_logger(__name__)


class FrameIntake:
    """Takes the frames of one stream. `counts` says what they were, `unknown_kinds` how many of kinds nobody knows."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.unknown_kinds: Counter[str] = Counter()

    def take(self, raw: bytes, on_event: OnEvent) -> None:
        """Hand every event of a frame to `on_event`; what has none is counted by the reason."""
        self.counts["frames"] += 1
        if len(raw) <= 4:
            if not raw.strip():
                self.counts["empty"] += 1
                return
            if raw in (b"ping", b"pong"):
                self.counts["pings"] += 1
                return
        try:
            kind = peek_kind(raw)
            if not is_wanted(kind) and not self._is_sample(kind):
                self.counts["skipped"] += 1
                return
            events = decode_events(raw, clock.now(), any_kind=True)
        except FrameError:
            self.counts["unreadable"] += 1
            return
        for event in events:
            self.counts["events"] += 1
            self._deliver(event, on_event)

    def _is_sample(self, kind: str | None) -> bool:
        """Return whether a frame of a kind nobody knows should be kept: the first few of each (B.4)."""
        if kind is None:
            self.counts["without_kind"] += 1
            return False
        if kind.startswith(KNOWN_STATE) or kind_of_frame(kind) != UNKNOWN_KIND:
            return False
        if kind in self.unknown_kinds or len(self.unknown_kinds) < MOST_UNKNOWN_KINDS:
            self.unknown_kinds[kind] += 1
        self.counts["unknown"] += 1
        return 0 < self.unknown_kinds[kind] <= SAMPLES

    def _deliver(self, event: BufferedEvent, on_event: OnEvent) -> None:
        try:
            on_event(event)
        except (ValueError, TypeError, LookupError, AttributeError, RuntimeError, OSError) as exc:
            self.counts["not_delivered"] += 1
            log.warning("event_not_delivered", event_type=event.event_type, reason=str(exc))

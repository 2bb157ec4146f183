"""Other services that tell a part of the report, by the settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from unifi_scanner import clock
from unifi_scanner.config.settings import Settings, revealed
from unifi_scanner.errors import ConfigError
from unifi_scanner.models.section import Section

if TYPE_CHECKING:
    from unifi_scanner.integrations.guard import Guarded

LOOK_BACK = timedelta(days=1)  # of a first report
PATIENCE_S = 30.0


class ServicesAsked:
    """Every service that is configured; without any, nothing is loaded and nothing happens."""

    def __init__(self, settings: Settings) -> None:
        """Raises ConfigError where a library is missing."""
        self._guarded: list[Guarded] = [_cloudflare(settings)] if settings.cloudflare_on else []
        self._until = 0.0

    def begin(self, since: datetime | None, now: datetime) -> None:
        """Begin to ask all of them at once."""
        self._until = clock.monotonic() + PATIENCE_S
        for guarded in self._guarded:
            guarded.begin(since or now - LOOK_BACK, now)

    @property
    def is_waiting(self) -> bool:
        """Return whether an answer is still to come that is worth waiting for."""
        return clock.monotonic() < self._until and any(guarded.is_asking for guarded in self._guarded)

    def sections(self, wait: Callable[[], bool]) -> tuple[Section, ...]:
        """Return what all of them told; `wait` is called until then, and says whether to give up."""
        while self.is_waiting and not wait():
            pass
        return tuple(guarded.section() for guarded in self._guarded)


def _cloudflare(settings: Settings) -> Guarded:
    try:
        from unifi_scanner.integrations.guard import Guarded
    except ModuleNotFoundError as exc:
        raise ConfigError(
            "UNIFI_CLOUDFLARE_TOKEN: the part that asks Cloudflare is not installed.",
            hint="Install it: pip install 'unifi-scanner[cloudflare]'",
        ) from exc
    from unifi_scanner.integrations.cloudflare import Cloudflare

    return Guarded(
        Cloudflare(
            revealed(settings.cloudflare_token) or "",
            zones=settings.cloudflare_zones,
            account=settings.cloudflare_account,
        )
    )

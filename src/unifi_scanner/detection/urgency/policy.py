"""What its owner calls urgent, and when to let them sleep."""

from __future__ import annotations

from datetime import datetime, time, timedelta, tzinfo

import msgspec

from unifi_scanner.models.enums import Severity


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What its owner calls urgent. `rules` are always told; `ending` are the rules whose trouble can be over.

    `quiet` holds back everything but what is critical, in the time of `zone`. `budget` is messages for one day.
    """

    severity: Severity | None = Severity.HIGH  # None: only `rules`
    rules: frozenset[str] = frozenset()
    ending: frozenset[str] = frozenset()
    debounce: timedelta = timedelta(minutes=1)
    quiet: tuple[time, time] | None = None
    zone: tzinfo
    budget: int = 10

    def wants(self, rule: str, severity: Severity) -> bool:
        """Return whether something of this rule and severity cannot wait."""
        return rule in self.rules or (self.severity is not None and severity.rank >= self.severity.rank)

    def is_quiet(self, now: datetime) -> bool:
        """Return whether people sleep."""
        if self.quiet is None:
            return False
        begins, ends = self.quiet
        at = now.astimezone(self.zone).time()
        return begins <= at < ends if begins <= ends else at >= begins or at < ends

    def day_of(self, now: datetime) -> str:
        """Return the day a message counts for."""
        return now.astimezone(self.zone).date().isoformat()

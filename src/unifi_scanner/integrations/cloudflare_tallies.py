"""What Cloudflare's rows add up to. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from unifi_scanner.errors import PartUnavailable
from unifi_scanner.integrations.cloudflare_answers import Event

STOPPED = frozenset({"block", "drop", "connection_close", "force_connection_close"})
ASKED = frozenset({"challenge", "jschallenge", "js_challenge", "managed_challenge"})
SECOND = timedelta(seconds=1)


class Events(msgspec.Struct):
    """The firewall's events of one zone, counted; `is_cut` where there were more than we read."""

    since: datetime  # from when on Cloudflare told
    stopped: int = 0
    asked: int = 0  # made to prove that they are people
    other: int = 0
    is_cut: bool = False
    countries: Counter[str] = msgspec.field(default_factory=Counter)
    senders: Counter[tuple[str, str]] = msgspec.field(default_factory=Counter)  # of address and country
    paths: Counter[str] = msgspec.field(default_factory=Counter)

    def add(self, rows: Sequence[Event], *, is_full: bool) -> datetime | None:
        """Count a page, newest first, and return up to when the next one reaches; None where it was the last.

        The oldest second of a full page may go on in the next one, which therefore begins with that second.
        """
        if not is_full or not rows:
            self._count(rows)
            return None
        oldest = min(row.datetime for row in rows).replace(microsecond=0)
        whole = [row for row in rows if row.datetime >= oldest + SECOND]
        if not whole:  # one second fills more than a page: what is beyond it cannot be asked for
            self._count(rows)
            self.is_cut = True
            return oldest
        self._count(whole)
        return oldest + SECOND

    def _count(self, rows: Sequence[Event]) -> None:
        for row in rows:
            if row.action in STOPPED:
                self.stopped += 1
            elif row.action in ASKED:
                self.asked += 1
            else:
                self.other += 1
                continue
            self.countries[row.client_country_name] += 1
            self.senders[row.client_ip, row.client_country_name] += 1
            self.paths[row.client_request_path] += 1


class Lookups(msgspec.Struct, frozen=True, kw_only=True):
    """Look-ups of one zone's names by the code of their answer, and the names that do not exist."""

    since: datetime
    codes: Mapping[str, int]
    missing: Mapping[str, int]


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One part, of one zone where it is about a zone: what was found, or why not."""

    area: str
    zone: str = ""
    found: Any = None
    trouble: PartUnavailable | None = None

"""Changes: what administrators did to the settings, told by sitting: "Anna changed 5 things in 10 minutes". Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from unifi_scanner.detection.analysers.trace import Trace, Words, finding_from
from unifi_scanner.detection.group import MOST_VALUES
from unifi_scanner.detection.spans import span_words
from unifi_scanner.detection.wording import listed
from unifi_scanner.models.enums import LogSource, Severity
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import NO_TIME, LogEntry

RULES: Final = frozenset({"admin-created-something", "admin-removed-something", "settings-changed"})
PAUSE: Final = timedelta(minutes=30)  # a longer pause begins a new sitting
MOST_ADMINS: Final = 100
MOST_SITTINGS: Final = 10  # of one administrator; the last one takes in the rest
CREATED, REMOVED = "admin.created", "admin.removed"
_VERBS = {
    CREATED: "created",
    REMOVED: "removed",
    "admin.paused": "paused",
    "admin.resumed": "switched on again",
}
_BACKUPS = "If it was a mistake, get it back: Settings > Control Plane > Backups."
_WHY = "When something works differently than before, this is the first place to look."


class Sitting(Trace):
    """The changes one administrator made without a long pause."""

    __slots__ = ("did", "sections")

    def __init__(self) -> None:
        super().__init__()
        self.did: Counter[str] = Counter()
        self.sections: dict[str, None] = {}

    def take(self, entry: LogEntry) -> None:
        """Take in one more change."""
        self.add(entry)
        self.did[entry.kind] += 1
        section = entry.metadata.get("section")
        if section and len(self.sections) < MOST_VALUES:
            self.sections[section] = None


class Changes:
    """Who changed what in one sitting."""

    kinds: tuple[str, ...] = ("admin.changed_settings", *_VERBS)

    def __init__(self) -> None:
        self._sittings: dict[str | None, list[Sitting]] = {}

    def see(self, entry: LogEntry) -> None:
        """Take in one change."""
        admin = entry.metadata.get("admin")
        sittings = self._sittings.get(admin)
        if sittings is None:
            admin = admin if len(self._sittings) < MOST_ADMINS else None
            sittings = self._sittings.setdefault(admin, [])
        if not sittings or (_is_later(entry, sittings[-1]) and len(sittings) < MOST_SITTINGS):
            sittings.append(Sitting())
        sittings[-1].take(entry)

    def findings(self) -> Iterator[Finding]:
        """Yield one finding for each sitting."""
        for admin, sittings in self._sittings.items():
            yield from (_told(admin, sitting) for sitting in sittings)


def _is_later(entry: LogEntry, sitting: Sitting) -> bool:
    return NO_TIME not in (entry.timestamp, sitting.last) and entry.timestamp - sitting.last > PAUSE


def _told(admin: str | None, sitting: Sitting) -> Finding:
    rule, words = _words(sitting)
    facts = {
        "admin": admin,
        "many": sitting.count,
        "span": f"within {span_words(sitting.span)}" if sitting.span >= timedelta(minutes=1) else "at once",
        "section": listed(list(sitting.sections)) if sitting.sections else None,
    }
    return finding_from(
        sitting, words, facts,
        rule=rule, severity=Severity.LOW if sitting.did[REMOVED] else Severity.INFO, source=LogSource.ADMIN,
        subject=admin or "", subjects=[admin] if admin else [], about=[f"admin:{admin}"] if admin else [],
    )  # fmt: skip


def _words(sitting: Sitting) -> tuple[str, Words]:
    only = next(iter(sitting.did)) if len(sitting.did) == 1 else None
    do = (_BACKUPS,) if sitting.did[REMOVED] else ()
    if only == CREATED:
        why = "A new network, rule or account came into being. If that was planned, all is well."
        return "admin-created-something", _one_or_many(
            sitting, "created something new", "created {many} things", why, do
        )
    if only == REMOVED:
        why = "What is removed can't be brought back, except from a backup."
        return "admin-removed-something", _one_or_many(
            sitting, "removed something", "removed {many} things", why, do
        )
    if only is not None:
        return "settings-changed", _one_or_many(
            sitting, "changed settings", "changed {many} things", _WHY, do
        )
    parts = [f"{number} {_VERBS[kind]}" for kind, number in sitting.did.items() if kind in _VERBS]
    also = f" That counts {' and '.join(parts)}."
    words = _one_or_many(sitting, "changed settings", "changed {many} things", _WHY, do)
    return "settings-changed", Words(title=words.title, what=words.what + also, why=words.why, do=do)


def _one_or_many(sitting: Sitting, one: str, many: str, why: str, do: tuple[str, ...]) -> Words:
    if sitting.count == 1:
        return Words(title=f"{{admin}} {one}", what=f"{{admin}} {one}[: {{section}}].", why=why, do=do)
    return Words(title=f"{{admin}} {many}", what=f"{{admin}} {many} {{span}}[: {{section}}].", why=why, do=do)

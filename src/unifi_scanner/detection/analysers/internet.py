"""Internet: which line failed, how often and for how long, and how long the house had none at all. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from unifi_scanner.detection.analysers.line_words import told_of_house, told_of_line, told_of_luck
from unifi_scanner.detection.analysers.lines import BACKUP, Line, all_down, length_of
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import NO_TIME, LogEntry
from unifi_scanner.models.same_event import is_interface

RULES: Final = frozenset(
    {
        "backup-line-briefly",
        "internet-briefly-down",
        "internet-comes-and-goes",
        "internet-down",
        "minutes-without-internet",
        "on-backup-line",
        "one-line-down",
    }
)
MOST_LINES: Final = 8
MOST_HOUSES: Final = 50
MOST_RECENT: Final = 200
A_MOMENT: Final = timedelta(minutes=1)


class Internet:
    """The lines of one house: down, back, carried by the backup, or not."""

    kinds: tuple[str, ...] = (
        "wan.down", "wan.down_briefly", "wan.failback", "wan.failover", "wan.failover_briefly", "wan.restored",
    )  # fmt: skip

    def __init__(self) -> None:
        self._houses: dict[str, list[Line]] = {}
        self._recent: dict[tuple[str | None, ...], Line] = {}  # so that a line is looked for once
        self._until = NO_TIME

    def see(self, entry: LogEntry) -> None:
        """Take in what became of a line."""
        self._until = max(self._until, entry.timestamp)
        line = self._line_of(entry)
        kind = entry.kind
        if kind in ("wan.restored", "wan.failback"):
            line.comes_back(entry)
        elif kind == "wan.down":
            line.goes_down(entry)
        elif kind == "wan.failover":
            line.fails_over(entry)
        else:
            line.was_down(entry)
        if kind in ("wan.failover", "wan.failover_briefly"):
            _note_backup(entry, line, self._lines_at(entry.site))

    def _line_of(self, entry: LogEntry) -> Line:
        facts = entry.metadata
        key = (entry.site, facts.get("wan_id"), facts.get("wan"), facts.get("isp"))
        line = self._recent.get(key)
        if line is None:
            line = _line_of(entry, self._lines_at(entry.site))
            if len(self._recent) < MOST_RECENT and key[1:3] != (None, None):
                self._recent[key] = line
        return line

    def _lines_at(self, site: str) -> list[Line]:
        lines = self._houses.get(site)
        if lines is None:
            site = site if len(self._houses) < MOST_HOUSES else next(iter(self._houses))
            lines = self._houses.setdefault(site, [])
        return lines

    def without_internet(self, site: str = "default") -> timedelta:
        """Return how long a site had no Internet at all: every line it has was down."""
        return length_of(all_down(self._houses.get(site, ()), self._until))

    def findings(self) -> Iterator[Finding]:
        """Yield one finding for each line that failed; one for the house where none of its several lines worked."""
        for lines in self._houses.values():
            failed = [line for line in lines if line.outages]
            gone = length_of(all_down(lines, self._until))
            is_gone_now = all(line.is_down for line in lines)
            if len(lines) > 1 and failed and (is_gone_now or gone >= A_MOMENT):
                yield told_of_house(failed, gone, is_gone_now=is_gone_now)
                continue
            for line in failed:
                yield told_of_line(line, backups=[one for one in lines if one is not line])
            if len(failed) > 1 and any(line.total for line in failed):
                yield told_of_luck(failed, gone)


def _line_of(entry: LogEntry, lines: list[Line]) -> Line:
    facts = entry.metadata
    names = [name for name in (facts.get("wan_id"), facts.get("wan")) if name]
    line = _known(names, lines) or _new(names, lines)
    line.learn(entry, *names)
    return line


def _known(names: list[str], lines: list[Line]) -> Line | None:
    exact = next((line for line in lines if not line.names.isdisjoint(names)), None)
    if exact is not None:
        return exact
    # v1 tells the line by its interface, the system log by its name (docs/protocol.md B.6, D.3)
    alike = [line for line in lines if _may_be(line, names)]
    if len(alike) == 1:
        return alike[0]
    # a line that took over without a name is the next one that has one
    return next((line for line in lines if BACKUP in line.names), None) if names else None


def _new(names: list[str], lines: list[Line]) -> Line:
    if len(lines) >= MOST_LINES:
        return lines[-1]
    line = Line(*names)
    lines.append(line)
    return line


def _note_backup(entry: LogEntry, main: Line, lines: list[Line]) -> None:
    main.failed_over = True
    name = entry.metadata.get("failover_wan")
    others = [line for line in lines if line is not main]
    if any(name in line.names for line in others) or (others and name is None):
        return
    _new([name or BACKUP], lines)


def _may_be(line: Line, names: list[str]) -> bool:
    if BACKUP in line.names:
        return False
    if not names or not line.names:
        return True
    told = {is_interface(name) for name in names}
    known = {is_interface(name) for name in line.names}
    return told.isdisjoint(known)

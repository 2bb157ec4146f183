"""Dispatch: who takes in which Kind: at once, or with others of the Kind a little later. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from unifi_scanner.models.log_entry import LogEntry

See = Callable[[LogEntry], None]
SeeMany = Callable[[Sequence[LogEntry]], None]
AT_ONCE: Final = 64  # entries; more would not stay near the processor


class Seer(NamedTuple):
    """Who takes in a Kind: entries with a time one by one or, where only their own order matters, several; and those without.

    None: nobody does.
    """

    kind: str
    timed: See | None = None
    untimed: See | None = None
    many: SeeMany | None = None


class Dispatch:
    """Who takes in which Kind. Those who take several are told with `hand_over`, which loses nothing and tells nothing twice."""

    def __init__(self, seers: Iterable[Seer]) -> None:
        by_kind: dict[str, list[Seer]] = defaultdict(list)
        for seer in seers:
            by_kind[seer.kind].append(seer)
        self._waiting: dict[str, list[LogEntry]] = {}
        self._many: dict[str, tuple[SeeMany, ...]] = {}
        self.untimed: Mapping[str, tuple[See, ...]] = {
            kind: tuple(seer.untimed for seer in seers if seer.untimed is not None)
            for kind, seers in by_kind.items()
        }
        self.timed: Mapping[str, tuple[See, ...]] = {
            kind: (*self._wait(kind, seers), *(seer.timed for seer in seers if seer.timed is not None))
            for kind, seers in by_kind.items()
        }

    def _wait(self, kind: str, seers: Iterable[Seer]) -> Iterator[See]:
        many = tuple(seer.many for seer in seers if seer.many is not None)
        if many:
            self._many[kind] = many
            self._waiting[kind] = []
            yield self._waiting[kind].append

    def hand_over(self) -> None:
        """Let those who take several have what waits for them."""
        for kind, waiting in self._waiting.items():
            if waiting:
                entries = tuple(waiting)
                waiting.clear()
                for see_many in self._many[kind]:
                    see_many(entries)

"""Dispatch: who takes in which Kind: at once, or with others that it waits for in one queue. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from unifi_scanner.models.log_entry import LogEntry

See = Callable[[LogEntry], None]
SeeMany = Callable[[Sequence[LogEntry]], None]
# entries; more would not stay near the processor, fewer would be looked at with more ado
AT_ONCE: Final = 250
COMINGS: Final = "comings and goings"  # the queue of who came, went and moved, by radio or by cable


class Seer(NamedTuple):
    """Who takes in a Kind: entries with a time one by one, or several of them a little later; and those without.

    None: nobody does. Several are of one Kind, or of all Kinds of a `queue`: told once, mixed, in the order they came in.
    Who has a `queue` and takes entries one by one has each after those that wait in it.
    """

    kind: str
    timed: See | None = None
    untimed: See | None = None
    many: SeeMany | None = None
    queue: str = ""


class Dispatch:
    """Who takes in which Kind. Those who take several are told with `hand_over`, which loses nothing and tells nothing twice."""

    def __init__(self, seers: Iterable[Seer]) -> None:
        by_kind: dict[str, list[Seer]] = defaultdict(list)
        self._queues: dict[str, _Queue] = defaultdict(_Queue)
        for seer in seers:
            by_kind[seer.kind].append(seer)
            if seer.many is not None:
                self._queues[seer.queue or seer.kind].tell(seer.many)
        self.untimed: Mapping[str, tuple[See, ...]] = {
            kind: tuple(self._one_by_one((seer.queue, seer.untimed) for seer in seers))
            for kind, seers in by_kind.items()
        }
        self.timed: Mapping[str, tuple[See, ...]] = {
            kind: (*self._wait(seers), *self._one_by_one((seer.queue, seer.timed) for seer in seers))
            for kind, seers in by_kind.items()
        }

    def _wait(self, seers: Iterable[Seer]) -> Iterator[See]:
        queues = dict.fromkeys(seer.queue or seer.kind for seer in seers if seer.many is not None)
        return (self._queues[queue].waiting.append for queue in queues)

    def _one_by_one(self, told: Iterable[tuple[str, See | None]]) -> Iterator[See]:
        some = [(queue, see) for queue, see in told if see is not None]
        yield from (self._queues[queue].let_pass for queue in dict.fromkeys(q for q, _ in some if q))
        yield from (see for _, see in some)

    def hand_over(self) -> None:
        """Let those who take several have what waits for them."""
        for queue in self._queues.values():
            if queue.waiting:
                queue.hand_over()


class _Queue:
    """Entries that wait together, and who has them then."""

    def __init__(self) -> None:
        self.waiting: list[LogEntry] = []
        self._told: tuple[SeeMany, ...] = ()

    def tell(self, see_many: SeeMany) -> None:
        """Have one more take them in; it is told once, however many of its Kinds wait here."""
        if see_many not in self._told:
            self._told += (see_many,)

    def let_pass(self, _entry: LogEntry) -> None:
        """Hand over what came before an entry that is seen at once."""
        if self.waiting:
            self.hand_over()

    def hand_over(self) -> None:
        """Tell those who take several of what waits, and forget it."""
        entries = tuple(self.waiting)
        self.waiting.clear()
        for see_many in self._told:
            see_many(entries)

"""Chronicle: what a story needs to know and no finding keeps: when each thing began and ended, and who was on it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import ClassVar, Final

from unifi_scanner.detection.dispatch import COMINGS, Seer
from unifi_scanner.detection.state import State, state_of, take_up
from unifi_scanner.detection.stories.crowd import CAME, LEFT, Crowd
from unifi_scanner.detection.stories.spell import Spell
from unifi_scanner.detection.stories.themes import BY_DEVICE, ENDS, LASTING, THEME_OF, Theme
from unifi_scanner.models.log_entry import LogEntry

MOST_SPELLS: Final = 24  # of one theme and subject: the first few and the last ones
KEPT_FIRST: Final = 4
MOST_SUBJECTS: Final = 2_000
OUT_OF_ORDER: Final = timedelta(minutes=1)
AGAIN: Final = timedelta(minutes=30)  # a moment that is told again within it is the same moment
NOTED: Final = (
    BY_DEVICE
    | {Theme.POWER, Theme.CHANGE, Theme.LINE, Theme.SLOW_LINE, Theme.BACKUP, Theme.BEYOND}
    | {Theme.MANY}
)
ROLE_OF: Final = {
    "ap": "access point",
    "sw": "switch",
    "gw": "gateway",
    "dm": "gateway",
    "xg": "gateway",
}

See = Callable[[LogEntry], None]


class Chronicle:
    """Sees what stories are made of, nearly in time order, in bounded memory; what happens often costs least."""

    MADE_WITH: ClassVar = frozenset({"_crowd", "_table"})

    def __init__(self) -> None:
        self._spells: dict[tuple[Theme, str], list[Spell]] = {}
        self._ended: dict[tuple[Theme, str], LogEntry] = {}
        self._crowd = Crowd()
        self.roles: dict[str, str] = {}
        begins: dict[str, See] = {kind: self._begin for kind, theme in THEME_OF.items() if theme in NOTED}
        ends: dict[str, See] = dict.fromkeys(ENDS, self._end)
        both = dict.fromkeys(begins.keys() & ends.keys(), self._end_and_begin)
        self._table: dict[str, See] = begins | ends | both

    def state(self) -> Sequence[State]:
        """Return what it knows by now, for `take_up`."""
        return [state_of(self), state_of(self._crowd)]

    def take_up(self, states: Sequence[State]) -> None:
        """Know what another one knew."""
        for part, state in zip((self, self._crowd), states, strict=True):
            take_up(part, state)

    def seers(self) -> Iterator[Seer]:
        """Yield who takes in which Kind: several comings and goings, and troubles of devices in their place among them."""
        crowd = self._crowd
        for kind in sorted(CAME | LEFT):
            yield Seer(kind, None, crowd.see, crowd.see_many, COMINGS)
        for kind in sorted(self._table.keys() - CAME - LEFT):
            yield Seer(kind, self._table[kind], self._table[kind], queue=COMINGS)

    def spells(self) -> Iterator[Spell]:
        """Yield everything noted."""
        for spells in self._spells.values():
            yield from spells

    def of(self, theme: Theme, about: str) -> list[Spell]:
        """Return what was noted of one theme about one subject, oldest first."""
        return sorted(self._spells.get((theme, about), ()), key=lambda spell: spell.order)

    def place_of(self, client: str) -> str | None:
        """Return the device a client was last heard on."""
        return self._crowd.place_of(client)

    def _begin(self, entry: LogEntry) -> None:
        if not entry.has_time:
            return
        theme, about = THEME_OF[entry.kind], subject_of(entry)
        spells = self._spells.get((theme, about))
        if spells is None:
            if len(self._spells) >= MOST_SUBJECTS:
                return
            spells = self._spells[theme, about] = []
        open_one = self._still(spells, entry)
        if open_one is not None:
            open_one.again(entry)
            return
        spell = Spell.of(theme, about, entry, is_lasting=entry.kind in LASTING)
        spells.append(spell)
        if len(spells) > MOST_SPELLS:
            del spells[KEPT_FIRST]
        ended = self._ended.get((theme, about))
        if (
            spell.is_open
            and ended is not None
            and timedelta() <= ended.timestamp - spell.start <= OUT_OF_ORDER
        ):
            spell.finish(ended)  # its end was heard first
        if theme in BY_DEVICE:
            self._note_role(entry)
            self._crowd.watch(spell, entry.device_mac or entry.device_name or "")

    def _still(self, spells: list[Spell], entry: LogEntry) -> Spell | None:
        if not spells:
            return None
        last = spells[-1]
        is_lasting = entry.kind in LASTING
        if last.is_open:
            return last
        is_same = not is_lasting and last.kind == entry.kind and last.said == entry.metadata.get("section")
        return last if is_same and abs(entry.timestamp - last.last) <= AGAIN else None

    def _end(self, entry: LogEntry) -> None:
        if not entry.has_time:
            return
        for theme in ENDS[entry.kind]:
            about = subject_of(entry)
            self._ended[theme, about] = entry
            for spell in self._open_ones(theme, about):
                if spell.start <= entry.timestamp:
                    spell.finish(entry)
        if len(self._ended) > MOST_SUBJECTS:
            del self._ended[next(iter(self._ended))]

    def _open_ones(self, theme: Theme, about: str) -> list[Spell]:
        spells = self._spells.get((theme, about))
        if theme in BY_DEVICE:
            return [] if not spells or not spells[-1].is_open else [spells[-1]]
        # sources have names of their own for lines and batteries: what is open of the kind is meant
        mine = [spells[-1]] if spells and spells[-1].is_open else []
        return mine or self._only_open(theme)

    def _only_open(self, theme: Theme) -> list[Spell]:
        others = [s[-1] for (of, _), s in self._spells.items() if of is theme and s and s[-1].is_open]
        return others if len(others) == 1 else []

    def _end_and_begin(self, entry: LogEntry) -> None:
        self._end(entry)
        self._begin(entry)

    def _note_role(self, entry: LogEntry) -> None:
        group = entry.event_type.removeprefix("EVT_")[:3].lower()
        role = ROLE_OF.get(group[:2]) if group[2:] in ("_", ".") else None
        if role is not None and entry.device_mac:
            self.roles[entry.device_mac] = role


def subject_of(entry: LogEntry) -> str:
    """Return what an entry of a noted Kind is about, as findings say it."""
    theme = THEME_OF.get(entry.kind)
    if theme is Theme.CHANGE:
        return f"admin:{entry.metadata.get('admin') or ''}"
    if entry.kind.startswith("wan."):
        return f"wan:{entry.metadata.get('wan_id') or entry.metadata.get('wan') or ''}"
    device = entry.device_mac or entry.device_name
    return f"device:{device}" if device else f"site:{entry.site}"


__all__ = ["Chronicle", "subject_of"]

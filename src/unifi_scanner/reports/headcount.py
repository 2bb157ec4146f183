"""Headcount: how many clients were connected, hour by hour, counted from joins and leaves alone. Pure."""

from __future__ import annotations

MOST_CLIENTS = 20_000


class Headcount:
    """Counts who is here. Who is first seen leaving or moving was here before, in every earlier hour too.

    So the count misses only those that never came, went or moved while we listened.
    """

    def __init__(self, most_slots: int) -> None:
        self._most = most_slots
        self._at: dict[str, str | None] = {}  # where each client is, None: gone
        self._now = 0
        self._before = 0  # who was here from the start
        self._slots: dict[int, list[int]] = {}  # most and last count of each half hour, beyond `_before`
        self._slot = 0  # of what comes next
        self._held: list[int] | None = (
            None  # what `_slots` holds of it, once something came; its last count comes late
        )

    @property
    def known(self) -> bool:
        """Return whether anything told of clients at all."""
        return bool(self._at)

    def place_of(self, who: str) -> str | None:
        """Return where a client was last."""
        return self._at.get(who)

    def turn_to(self, slot: int) -> None:
        """Note that what comes next is of that half hour."""
        self._settle()
        self._slot = slot
        self._held = None

    def join(self, who: str, place: str) -> None:
        """Note that a client came."""
        at = self._at
        if at.get(who) is None:
            if not self._has_room(who):
                return
            self._now += 1
        at[who] = place
        held = self._held
        if held is None or self._now > held[0]:
            self._count()

    def leave(self, who: str) -> None:
        """Note that a client went."""
        at = self._at
        if at.get(who) is not None:
            self._now -= 1
        elif who not in at:
            if not self._has_room(who):
                return
            self._before += 1
            self._count()
            self._now -= 1
        at[who] = None
        if self._held is None:
            self._count()

    def stay(self, who: str, place: str) -> None:
        """Note that a client is here, and where."""
        at = self._at
        if at.get(who) is not None:
            at[who] = place
            if self._held is None:
                self._count()
            return
        if not self._has_room(who):
            return
        if who in at:
            self._now += 1
        else:
            self._before += 1
        at[who] = place
        self._count()

    def most_in(self, first: int, count: int) -> list[int | None]:
        """Return the most clients at once in each of `count` slots from `first`; None before anything told."""
        self._settle()
        if not self._slots:
            return [None] * count
        earlier = [slot for slot in self._slots if slot < first]
        last = self._slots[max(earlier)][1] if earlier else None
        most: list[int | None] = []
        for slot in range(first, first + count):
            held = self._slots.get(slot)
            top = max(held[0], held[0] if last is None else last) if held else last
            last = held[1] if held else last
            most.append(None if top is None else max(top + self._before, 0))
        return most

    def _has_room(self, who: str) -> bool:
        return bool(who) and (who in self._at or len(self._at) < MOST_CLIENTS)

    def _settle(self) -> None:
        if self._held is not None:
            self._held[1] = self._now

    def _count(self) -> None:
        now, slots = self._now, self._slots
        held = self._held = slots.setdefault(self._slot, [now, now])
        held[0], held[1] = max(held[0], now), now
        if len(slots) > self._most:
            del slots[min(slots)]
            self._held = slots.get(self._slot)

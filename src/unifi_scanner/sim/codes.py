"""What can happen on a network, and how v1 and v2 each tell it (docs/protocol.md E). Pure data types and lookup."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

DEVICE_GROUPS: Final = ("AP", "SW", "GW", "DM", "XG")
CLIENT_GROUPS: Final = {"W": ("WU", "WG"), "L": ("LU", "LG")}


class Place(NamedTuple):
    """Where system-log files an event: 9.x category, 10.x category, subcategory (docs/protocol.md D.2, D.3)."""

    nine: str
    ten: str
    sub: str


class V1(msgspec.Struct, frozen=True):
    """How a v1 event tells it; `*` in `key` stands for the group (WU, AP, …)."""

    key: str
    subsystem: str
    msg: str
    negative: bool = False
    alarm: bool = False
    whole_seconds: bool = False  # docs/protocol.md B.6: disconnects and the like lose their milliseconds


class V2(msgspec.Struct, frozen=True):
    """How a system-log row tells it; `message` has `{ROLE}` placeholders (docs/protocol.md D.3)."""

    key: str
    event: str
    place: Place
    severity: str
    title: str
    message: str
    target: str
    type: str | None = None


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of happening; `about` is what it happens to, `when` the fields that tell it from its siblings."""

    name: str
    about: str
    v1: V1 | None = None
    v2: V2 | None = None
    v2_known_client: V2 | None = None
    when: Mapping[str, Any] = {}

    @property
    def is_threat(self) -> bool:
        """Say whether it is an intrusion alert, which v1 keeps in a place of its own (docs/protocol.md C.4)."""
        return self.about == "threat"

    def groups(self) -> tuple[str, ...]:
        """Return the letters that may stand for `*` in the v1 code."""
        if self.v1 is None or "*" not in self.v1.key:
            return ("",)
        return {"wifi": CLIENT_GROUPS["W"], "wired": CLIENT_GROUPS["L"], "blocking": ("WC", "LC")}.get(
            self.about, DEVICE_GROUPS
        )

    def v2_for(self, *, client_known: bool) -> V2 | None:
        """Return the system-log form: some keys differ when the client is known (docs/protocol.md D.3)."""
        return self.v2_known_client if client_known and self.v2_known_client else self.v2


def generic_code(key: str) -> Code:
    """Return a code for a v1 event that the table does not know: kept and pushed like any other EVT."""
    subsystem = "wlan" if key[4:6] in {"WU", "WG", "WC", "AP", "HS"} else "lan"
    return Code(name=key, about="other", v1=V1(key, subsystem, ""))

"""One question to one site. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from unifi_scanner.sim.http import Ask

if TYPE_CHECKING:
    from unifi_scanner.sim.console import Console


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of which site; `here` when it is the site where things happen, the others are empty."""

    console: Console
    ask: Ask
    site: str
    here: bool

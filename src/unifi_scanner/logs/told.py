"""What the text of a log line says. Pure."""

from __future__ import annotations

from typing import Any, NamedTuple


class Told(NamedTuple):
    """The Kind of a line, its facts (a dict of its own), and the client it is about."""

    kind: str
    facts: dict[str, Any]
    client_mac: str | None = None
    client_name: str | None = None

"""What the text of a log line says. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Told(NamedTuple):
    """The Kind of a line, whom it is about and its facts; `device_name` only where the line names another device than its sender."""

    kind: str
    facts: Mapping[str, Any] = {}
    client_mac: str | None = None
    client_name: str | None = None
    device_name: str | None = None

"""Anything a controller says -> LogEntry."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unifi_scanner.errors import WSCollectionError
    from unifi_scanner.logs.collector import LogCollector
    from unifi_scanner.logs.ws_collector import WSLogCollector

__all__ = ["LogCollector", "WSCollectionError", "WSLogCollector"]

_HOMES = {
    "LogCollector": "unifi_scanner.logs.collector",
    "WSCollectionError": "unifi_scanner.errors",
    "WSLogCollector": "unifi_scanner.logs.ws_collector",
}


def __getattr__(name: str) -> Any:
    # loaded when asked for: `analyze` needs the normaliser and none of the network
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

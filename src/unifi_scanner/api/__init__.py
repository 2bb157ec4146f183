"""Speaking to a controller."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unifi_scanner.api.buffer import BufferedEvent, WebSocketEventBuffer
    from unifi_scanner.api.client import UnifiClient
    from unifi_scanner.api.websocket import UnifiWebSocketClient
    from unifi_scanner.api.ws_manager import WebSocketManager

__all__ = ["BufferedEvent", "UnifiClient", "UnifiWebSocketClient", "WebSocketEventBuffer", "WebSocketManager"]

_HOMES = {
    "BufferedEvent": "buffer",
    "UnifiClient": "client",
    "UnifiWebSocketClient": "websocket",
    "WebSocketEventBuffer": "buffer",
    "WebSocketManager": "ws_manager",
}


def __getattr__(name: str) -> Any:
    # loaded when asked for: nobody waits for a network library that is not used
    if name in _HOMES:
        return getattr(import_module(f"unifi_scanner.api.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""What each verb of the command line does, composed from the stages."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unifi_scanner.app.analyze import analyze
    from unifi_scanner.app.demo import demo
    from unifi_scanner.app.doctor import doctor
    from unifi_scanner.app.health import health
    from unifi_scanner.app.report import report
    from unifi_scanner.app.service import run_service
    from unifi_scanner.app.tail import tail

__all__ = ["analyze", "demo", "doctor", "health", "report", "run_service", "tail"]

_HOMES = {"run_service": "service"}


def __getattr__(name: str) -> Any:
    # loaded when asked for: `analyze` needs none of the network
    if name in __all__:
        return getattr(import_module(f"unifi_scanner.app.{_HOMES.get(name, name)}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""What each verb of the command line does, composed from the stages."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unifi_scanner.app.analyze_files import analyze
    from unifi_scanner.app.data_archive import backup, restore
    from unifi_scanner.app.demo_day import demo
    from unifi_scanner.app.doctor_checks import doctor
    from unifi_scanner.app.explain_code import explain
    from unifi_scanner.app.first_setup import init
    from unifi_scanner.app.health_check import health
    from unifi_scanner.app.report_now import report
    from unifi_scanner.app.rule_draft import new_rule
    from unifi_scanner.app.rules_replay import replay_rules
    from unifi_scanner.app.running import run_service
    from unifi_scanner.app.tail_stream import tail

__all__ = [
    "analyze",
    "backup",
    "demo",
    "doctor",
    "explain",
    "health",
    "init",
    "new_rule",
    "replay_rules",
    "report",
    "restore",
    "run_service",
    "tail",
]

# no module is called like what it gives: importing it would put the module in its place
_HOMES = {
    "analyze": "analyze_files",
    "backup": "data_archive",
    "demo": "demo_day",
    "doctor": "doctor_checks",
    "explain": "explain_code",
    "health": "health_check",
    "init": "first_setup",
    "report": "report_now",
    "replay_rules": "rules_replay",
    "new_rule": "rule_draft",
    "restore": "data_archive",
    "run_service": "running",
    "tail": "tail_stream",
}


def __getattr__(name: str) -> Any:
    # loaded when asked for: `analyze` needs none of the network
    if name in _HOMES:
        return getattr(import_module(f"unifi_scanner.app.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""Every verb, in the order of `--help`. A verb's module is imported only when it is asked for."""

from __future__ import annotations

from typing import NamedTuple


class Verb(NamedTuple):
    """Where a verb lives, and what it does in one line."""

    module: str
    summary: str


VERBS: dict[str, Verb] = {
    "demo": Verb("unifi_scanner.cli.demo", "watch a simulated network for a minute and read its report"),
    "run": Verb("unifi_scanner.cli.run", "listen to your controller and report on schedule, until stopped"),
    "report": Verb("unifi_scanner.cli.report", "report now on what happened since a moment"),
    "analyze": Verb("unifi_scanner.cli.analyze", "report on files of events, without a controller"),
    "tail": Verb("unifi_scanner.cli.tail", "tell what happens in plain English, as it happens"),
    "doctor": Verb("unifi_scanner.cli.doctor", "try every step of the set-up and say what to mend"),
    "health": Verb("unifi_scanner.cli.health", "say whether the running service is well (exit code 0 or 1)"),
    "notify": Verb("unifi_scanner.cli.notify", "send a real test through every channel"),
    "rules": Verb("unifi_scanner.cli.rules", "list the rules, or test them against their own examples"),
    "config": Verb("unifi_scanner.cli.config", "show the settings in force, or their schema"),
    "simulate": Verb("unifi_scanner.cli.simulate", "be a UniFi controller that other programs can try"),
}

"""Every verb, in the order of `--help`. A verb's module is imported only when it is asked for."""

from __future__ import annotations

from typing import NamedTuple


class Verb(NamedTuple):
    """Where a verb lives, and what it does in one line."""

    module: str
    summary: str


VERBS: dict[str, Verb] = {
    "demo": Verb("unifi_scanner.cli.demo", "watch a simulated network for a minute and read its report"),
    "init": Verb(
        "unifi_scanner.cli.init",
        "set it up, guided: find the controller, try each answer, make a first report",
    ),
    "run": Verb("unifi_scanner.cli.run", "listen to your controller and report on schedule, until stopped"),
    "report": Verb("unifi_scanner.cli.report", "report now on what happened since a moment"),
    "analyze": Verb("unifi_scanner.cli.analyze", "report on files of events, without a controller"),
    "tail": Verb("unifi_scanner.cli.tail", "tell what happens in plain English, as it happens"),
    "doctor": Verb("unifi_scanner.cli.doctor", "try every step of the set-up and say what to mend"),
    "health": Verb("unifi_scanner.cli.health", "say whether the running service is well (exit code 0 or 1)"),
    "explain": Verb(
        "unifi_scanner.cli.explain", "say what a code or a log line means and what to do about it"
    ),
    "notify": Verb("unifi_scanner.cli.notify", "send a real test through every channel"),
    "rules": Verb(
        "unifi_scanner.cli.rules", "list or test the rules, begin one of your own, or replay the stored past"
    ),
    "backup": Verb(
        "unifi_scanner.cli.backup",
        "copy everything that outlives a restart into one file, while `run` goes on",
    ),
    "restore": Verb("unifi_scanner.cli.restore", "put such a copy in the place of what is there"),
    "config": Verb("unifi_scanner.cli.config", "show the settings in force, or their schema"),
    "simulate": Verb("unifi_scanner.cli.simulate", "be a UniFi controller that other programs can try"),
}

"""`rules new`: a rule file to start from, which passes its own test as it stands."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from unifi_scanner.detection import Rule, detect, load_rules
from unifi_scanner.detection.fields import SAYABLE
from unifi_scanner.detection.parsing import parse_rule
from unifi_scanner.detection.table import nearest_hint
from unifi_scanner.detection.wording import fields_of
from unifi_scanner.errors import InputError
from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.models.kinds import KINDS, info_of

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TEMPLATE = """\
# A rule of your own. Change what you like; `unifi-scanner rules test --rules-dir DIR` tries it against its examples.
title = {title}
severity = "low"                      # info, low, medium, high or critical

[match]
kind = [{kind}]
# where = {{ ssid = "Office" }}         # only where a fact is so; also {{ at_least = 5 }}, {{ matches = "^a" }}, {{ not_in = ["x"] }}

[window]
by = {by}
# at_least = 5                        # so many of them ...
# within = "10m"                      # ... within so long; without the two, every match counts

[explain]
what = {what}
why = "Say here why it matters to you."
do = ["Say here what to do about it."]
"""
_HIT = """
[[example]]
note = "it happens"
event = {event}
says = {says}
also = {also}
"""
_MISS = """
[[example]]
note = "something else happens"
event = {event}
"""
# what must not fire the rule, nor any other: somebody joins the Wi-Fi, or plugs in
_OTHERS = (
    {
        "key": "EVT_WU_Connected",
        "user": "aa:bb:cc:dd:ee:ff",
        "ap": "d0:21:f9:89:df:f9",
        "time": 1764579600000,
    },
    {"key": "EVT_LU_Connected", "user": "aa:bb:cc:dd:ee:ff", "network": "Office", "time": 1764579600000},
)


def new_rule(folder: Path, name: str, kind: str, category: str) -> Path:
    """Write a rule file for `kind` below `folder` and return where it is; raises InputError."""
    for word, what in ((name, "name"), (category, "category")):
        if not NAME.fullmatch(word):
            hint = "Use small letters, digits and hyphens, like my-first-rule."
            raise InputError(f"{word!r} is no {what} for a rule.", hint=hint)
    if kind not in KINDS:
        hint = nearest_hint(kind, KINDS)
        raise InputError(f"There is no kind of event called {kind!r}.", hint=f"{hint[:1].upper()}{hint[1:]}")
    path = folder / category / f"{name}.toml"
    _write(path, _text(name, kind, f"{category}/{name}.toml"))
    return path


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as exc:
        raise InputError(f"{path} is there already.", hint="Choose another name.") from exc
    except OSError as exc:
        raise InputError(
            f"{path} cannot be written: {exc.strerror or exc}.", hint="Choose another place."
        ) from exc


def _text(name: str, kind: str, path: str) -> str:
    info = info_of(kind)
    text = _TEMPLATE.format(
        title=json.dumps(name.replace("-", " ").capitalize()),
        kind=json.dumps(kind),
        by=json.dumps(info.subject),
        what=json.dumps(_sentence(info.sentence), ensure_ascii=False),
    )
    packaged = load_rules()
    event = _event_of(kind, packaged)
    if event is None:
        return (
            text
            + "\n# Add two examples: one [[example]] that `says` the sentence it must give, one that stays silent.\n"
        )
    return (
        text
        + _hit(event, parse_rule(tomllib.loads(text), path), packaged)
        + _MISS.format(event=_toml(_other(kind)))
    )


def _sentence(sentence: str) -> str:
    """Return the sentence of a kind where a rule may say it too: not every fact of an event is one of many events."""
    return sentence if fields_of(sentence) <= SAYABLE else "This happened {times}."


def _event_of(kind: str, rules: Sequence[Rule]) -> Mapping[str, Any] | None:
    """Return a wire record of `kind`, lent by the example of a rule about it."""
    events = (event for rule in rules for example in rule.examples for event in example.events)
    return next((event for event in events if [e.kind for e in normalise_record(event)] == [kind]), None)


def _hit(event: Mapping[str, Any], rule: Rule, packaged: Sequence[Rule]) -> str:
    findings = detect(normalise_record(event), (*packaged, rule))
    said = next(finding.what for finding in findings if finding.rule == rule.name)
    also = sorted({finding.rule for finding in findings} - {rule.name})
    return _HIT.format(event=_toml(event), says=_toml(said), also=_toml(also))


def _other(kind: str) -> Mapping[str, Any]:
    return next(event for event in _OTHERS if all(entry.kind != kind for entry in normalise_record(event)))


def _toml(value: Any) -> str:
    """Return a value as TOML writes it on one line."""
    match value:
        case Mapping():
            return (
                "{ "
                + ", ".join(f"{json.dumps(str(key))} = {_toml(item)}" for key, item in value.items())
                + " }"
            )
        case str():
            return json.dumps(value, ensure_ascii=False)
        case list() | tuple():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case _:
            return json.dumps(value)

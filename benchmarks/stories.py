"""What stories cost: seconds of CPU for a million entries, beside rules alone, and for a week in which all flaps."""

from __future__ import annotations

import random
import time
from typing import Any

import msgspec

from benchmarks import rules as busy
from unifi_scanner.detection import Chronicle, Engine, load_rules, tell_stories
from unifi_scanner.models.log_entry import LogEntry

MILLION = 1_000_000
RUNS = 3
TARGET_S = 1.2
FLAPPING, TIMES = 400, 30
TARGET_FLAPPING_S = 2.0


def run() -> list[dict[str, Any]]:
    """Return what a million entries of a busy office cost more than rules alone, and what the worst week costs."""
    entries = list(busy._entries())
    scale = MILLION / len(entries)
    bare = scale * min(_seconds_for(entries, told=False) for _ in range(RUNS))
    whole = scale * min(_seconds_for(entries, told=True) for _ in range(RUNS))
    flapping = _seconds_for(_all_flap(), told=True)
    return [
        _row("stories from 1,000,000 entries, beside rules alone", whole - bare, TARGET_S, yardstick=bare),
        _row(f"stories of {FLAPPING} devices that flap together", flapping, TARGET_FLAPPING_S),
    ]


def _row(name: str, value: float, target: float, yardstick: float | None = None) -> dict[str, Any]:
    return {
        "name": name,
        "value": round(value, 2),
        "unit": "s CPU",
        "yardstick": yardstick,
        "ratio": value / yardstick if yardstick else None,
        "target": f"<= {target}",
        "ok": value <= target,
    }


def _seconds_for(entries: list[LogEntry], *, told: bool) -> float:
    rules = load_rules()
    chronicle = Chronicle() if told else None
    engine = Engine(rules, (), chronicle)
    begin = time.process_time()
    engine.feed(entries)
    findings = engine.findings()
    if chronicle is not None:
        ending = {rule.name for rule in rules if rule.resolve is not None}
        tell_stories(findings, chronicle, kinds={rule.name: rule.kind for rule in rules}, ending=ending)
    return time.process_time() - begin


def _all_flap() -> list[LogEntry]:
    chance = random.Random(3)
    entries = []
    for number in range(FLAPPING * TIMES * 2):
        kind = "device.online" if number // FLAPPING % 2 else "device.offline"
        one = busy._entry(number, kind, chance)
        place = number % FLAPPING
        mac = f"02:00:00:01:{place // 256:02x}:{place % 256:02x}"
        entries.append(msgspec.structs.replace(one, device_mac=mac, device_name=mac))
    return entries


if __name__ == "__main__":
    print(run())

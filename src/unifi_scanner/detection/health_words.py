"""What it is worth telling of how devices fare, and why one of them was away. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec

from unifi_scanner.detection.health import DeviceHealth, NetworkHealth
from unifi_scanner.detection.spans import span_words
from unifi_scanner.detection.trail import about, joined
from unifi_scanner.models.enums import Confidence, LogSource, Severity
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import digest_of

ENOUGH_LOOKS: Final = 12  # at one look in five minutes, an hour
NAMED: Final = 5
_ABOUT_THEN: Final = timedelta(minutes=5)
_AWAY = frozenset({"offline", "not heard from"})
_BROKEN = frozenset({"reporting an error", "could not be added", "cut off"})


class _Sign(NamedTuple):
    """One thing a device can suffer from: when it does, how grave it is, and the words."""

    rule: str
    severity: Severity
    suffers: Callable[[DeviceHealth], bool]
    title: str
    what: str
    why: str
    do: tuple[str, ...]
    because: str
    confidence: Confidence = Confidence.CERTAINLY


def _mostly(part: Callable[[DeviceHealth], int]) -> Callable[[DeviceHealth], bool]:
    return lambda device: device.looks >= ENOUGH_LOOKS and part(device) * 2 >= device.looks


_LOOKED = "We looked at the list of devices many times, and it was so at most of them."
_SIGNS: Sequence[_Sign] = (
    _Sign(
        "device-seen-offline",
        Severity.HIGH,
        lambda device: device.state in _AWAY,
        "{name} is offline. Check its power and its cable",
        "{name} is offline, and has been so since we first looked {since} ago.",
        "Whatever is connected through it has no network.",
        (
            "Look at the device: is a light on, and is its cable in on both ends?",
            "If it is gone for good, remove it from the list: UniFi Devices > {name} > Settings > Forget.",
        ),
        "The console lists it as offline. It went before we listened, so we can't tell when.",
    ),
    _Sign(
        "device-in-trouble",
        Severity.MEDIUM,
        lambda device: device.state in _BROKEN,
        "{name} is {state}",
        "The list of devices shows {name} as {state}.",
        "It may not do what you set it up for.",
        ("Restart it: UniFi Devices > {name} > Settings > Restart.", "If that does not help, add it again."),
        "The console says so. It does not say why.",
    ),
    _Sign(
        "device-seen-hot",
        Severity.HIGH,
        lambda device: device.looks > 0 and device.hot * 2 >= device.looks,
        "{name} is too hot. Give it air",
        "{name} says that it is too hot.",
        "Heat shortens its life. If it gets hotter still, it switches itself off.",
        (
            "Make room around it and clear the dust from its vents.",
            "Move it away from other warm devices and out of the sun.",
        ),
        "The device itself says so.",
    ),
    _Sign(
        "device-busy",
        Severity.LOW,
        _mostly(lambda device: device.busy),
        "{name} is working at its limit",
        "{name} was busy most of the time: its processor was at 90 % or more at most of our looks.",
        "Everything that goes through it may be slow.",
        (
            "Restart it: UniFi Devices > {name} > Settings > Restart.",
            "If it stays so, it may be too small for its task.",
        ),
        _LOOKED,
    ),
    _Sign(
        "device-memory-full",
        Severity.LOW,
        _mostly(lambda device: device.full),
        "The memory of {name} is nearly full",
        "{name} had 90 % or more of its memory in use at most of our looks.",
        "When the rest is used up, it restarts or stops parts of itself.",
        (
            "Restart it: UniFi Devices > {name} > Settings > Restart.",
            "If it fills up again, install the latest software.",
        ),
        _LOOKED,
    ),
    _Sign(
        "device-end-of-life",
        Severity.LOW,
        lambda device: device.is_end_of_life,
        "{name} gets no more updates",
        "The maker no longer makes updates for {name}.",
        "Holes that are found in it from now on stay open.",
        ("Plan to replace it when it suits you.",),
        "The console marks this model as one that gets no more updates.",
    ),
)

UPDATES: Final = "updates-wait"
RULES: Final = (UPDATES, *(sign.rule for sign in _SIGNS))


def health_findings(known: NetworkHealth) -> Iterator[Finding]:
    """Yield what the devices suffer from now; a device that is away is told as away only."""
    for device in known.devices:
        signs = [sign for sign in _SIGNS if sign.suffers(device)]
        for sign in signs[:1] if device.state in _AWAY else signs:
            yield _finding(sign, device)
    waiting = [device for device in known.devices if device.is_upgradable and device.state not in _AWAY]
    if waiting:
        yield _updates(waiting)


def _finding(sign: _Sign, device: DeviceHealth) -> Finding:
    words = {
        "{name}": device.name,
        "{state}": device.state,
        "{since}": span_words(device.at - device.state_since),
    }
    return Finding(
        id=digest_of(sign.rule, device.mac, ""),
        rule=sign.rule,
        severity=sign.severity,
        title=_filled(sign.title, words),
        what=_filled(sign.what, words).replace(" less than a second ago", " just now"),
        why=sign.why,
        do=tuple(_filled(step, words) for step in sign.do),
        confidence=sign.confidence,
        sure_because=sign.because,
        first_seen=device.state_since,
        last_seen=device.at,
        subjects=(device.name,),
        source=LogSource.DEVICE,
        about=about(("device", device.mac)),
    )


def _filled(template: str, words: dict[str, str]) -> str:
    # one pass by hand: a name may hold braces of its own
    parts = template.split("{")
    return parts[0] + "".join(
        words["{" + part.partition("}")[0] + "}"] + part.partition("}")[2] for part in parts[1:]
    )


def _updates(waiting: Sequence[DeviceHealth]) -> Finding:
    names = [device.name for device in waiting]
    rest = len(names) - NAMED
    told = joined([*names[:NAMED], f"{rest} more"] if rest > 0 else names)
    is_one = len(names) == 1
    return Finding(
        id=digest_of(UPDATES, sorted(device.mac for device in waiting), ""),
        rule=UPDATES,
        severity=Severity.LOW,
        title=f"An update waits for {names[0]}" if is_one else f"Updates wait for {len(names)} devices",
        what=f"An update is ready for {told}.",
        why="Updates close holes that attackers know. They can wait for a quiet hour.",
        do=("Install them when nobody needs the network: UniFi Devices > (the device) > Settings > Update.",),
        sure_because="The console offers them.",
        first_seen=min(device.at for device in waiting),
        last_seen=max(device.at for device in waiting),
        count=len(waiting),
        subjects=tuple(names[:NAMED]),
        source=LogSource.DEVICE,
        about=about(*(("device", device.mac) for device in waiting[:50])),
    )


def explained(finding: Finding, known: NetworkHealth) -> Finding:
    """Return a time offline with what the running time of the device says of its cause; others as they are."""
    if finding.rule != "device-offline" or not finding.resolved:
        return finding
    device = next((one for one in known.devices if _is_about(finding, one)), None)
    if device is None or device.uptime is None:
        return finding
    began, ended = finding.first_seen - _ABOUT_THEN, _told_last(finding) + _ABOUT_THEN
    if any(began <= moment <= ended for moment in device.restarts):
        return msgspec.structs.replace(finding, **_POWER)
    has_run_since = device.at - timedelta(seconds=device.uptime)
    return msgspec.structs.replace(finding, **_CABLE) if has_run_since < began else finding


def _told_last(finding: Finding) -> datetime:
    # what says that it is over is evidence, and counts for nothing else
    return max((one.timestamp for one in finding.evidence), default=finding.last_seen)


_POWER: Final = {
    "confidence": Confidence.PROBABLY,
    "sure_because": "It restarted then, by its running time. So its power failed, or somebody restarted it.",
    "do": (
        "Check its power supply and the outlet, or the switch that gives it power.",
        "If it happens again, try another power supply.",
    ),
}
_CABLE: Final = {
    "confidence": Confidence.PROBABLY,
    "sure_because": "It kept running all the while, by its running time. So the power was fine, and its link was not.",
    "do": (
        "Check its cable at both ends, or try another one.",
        "See whether the device it is plugged in to was away then: Topology.",
    ),
}


def _is_about(finding: Finding, device: DeviceHealth) -> bool:
    return f"device:{device.mac}" in finding.about or device.name in finding.subjects

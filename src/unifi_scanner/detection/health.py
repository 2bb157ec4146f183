"""How devices fare by the list of devices, kept as a small digest from look to look. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec

from unifi_scanner.models.phrasing import tame
from unifi_scanner.models.samples import DeviceSample, Samples

BUSY: Final = 90.0  # percent
MOST_LOOKS: Final = 288  # at one look in five minutes, a day; then old looks count half
MOST_DEVICES: Final = 1000
MOST_RESTARTS: Final = 5


class DeviceHealth(msgspec.Struct, frozen=True, kw_only=True):
    """One device over many looks: how many there were, and at how many it was busy, full or hot.

    `state_since` is the first look at which it was in its state.
    """

    mac: str
    name: str
    state: str
    state_since: datetime
    at: datetime
    looks: int = 0
    busy: int = 0
    full: int = 0
    hot: int = 0
    is_upgradable: bool = False
    is_end_of_life: bool = False
    uptime: int | None = None  # seconds
    restarts: tuple[datetime, ...] = ()  # the latest, oldest first


class NetworkHealth(msgspec.Struct, frozen=True, kw_only=True):
    """All devices of a site."""

    devices: tuple[DeviceHealth, ...] = ()


def with_look(known: NetworkHealth, samples: Samples) -> NetworkHealth:
    """Return what is known of the devices after one more look; without a device in it, nothing changes."""
    if not samples.devices:
        return known  # the list could not be read
    before = {device.mac: device for device in known.devices}
    seen = (_seen(before.get(one.mac), one, samples.at) for one in samples.devices[:MOST_DEVICES])
    return NetworkHealth(devices=tuple(seen))


def _seen(before: DeviceHealth | None, sample: DeviceSample, at: datetime) -> DeviceHealth:
    is_same = before is not None and before.state == sample.state
    looks, busy, full, hot = (before.looks, before.busy, before.full, before.hot) if before else (0, 0, 0, 0)
    if looks >= MOST_LOOKS:
        looks, busy, full, hot = looks // 2, busy // 2, full // 2, hot // 2
    return DeviceHealth(
        mac=sample.mac,
        name=tame(sample.name or sample.model or sample.mac),
        state=sample.state,
        state_since=before.state_since if before and is_same else at,
        at=at,
        looks=looks + 1,
        busy=busy + ((sample.cpu or 0.0) >= BUSY),
        full=full + ((sample.memory or 0.0) >= BUSY),
        hot=hot + sample.is_overheating,
        is_upgradable=sample.is_upgradable,
        is_end_of_life=sample.is_end_of_life,
        uptime=sample.uptime,
        restarts=_restarts(before, sample, at),
    )


def _restarts(before: DeviceHealth | None, sample: DeviceSample, at: datetime) -> tuple[datetime, ...]:
    """Return when it restarted: it has been running for less long than at the last look."""
    if before is None:
        return ()
    if sample.uptime is None or before.uptime is None or not 0 <= sample.uptime < before.uptime:
        return before.restarts
    return (*before.restarts, at - timedelta(seconds=sample.uptime))[-MOST_RESTARTS:]


def encode_health(known: NetworkHealth) -> str:
    """Return it as text that survives a restart."""
    return msgspec.json.encode(known).decode()


def decode_health(text: str) -> NetworkHealth:
    """Return what encode_health wrote; raises ValueError where the text is something else."""
    try:
        return msgspec.json.decode(text, type=NetworkHealth)
    except msgspec.DecodeError as exc:
        raise ValueError(f"what is kept of the devices' health cannot be read: {exc}") from exc

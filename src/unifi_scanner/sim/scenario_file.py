"""The shape of a scenario file: what each table and key may hold. Pure."""

from __future__ import annotations

import re
from typing import Any, Final, Literal

import msgspec

DURATION: Final = re.compile(r"^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?$")


class Repeat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often a happening comes again, and how long after the last."""

    times: int
    every: str


class At(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One scripted happening: what, to whom, when."""

    at: str
    what: str
    client: str | None = None
    device: str | None = None
    to: str | None = None
    among: list[str] = []
    repeat: Repeat | None = None
    fields: dict[str, Any] = {}


class Every(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A happening that comes round again until the scenario, or `until`, ends."""

    every: str
    what: str
    start: str = "0s"
    until: str | None = None
    client: str | None = None
    device: str | None = None
    to: str | None = None
    among: list[str] = []
    fields: dict[str, Any] = {}


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something the controller itself does wrong at a time (`how`, `kind`, … as the methods of the same name)."""

    at: str
    do: str
    how: str = "close"
    kind: str = "truncated"
    status: int | None = None
    retry_after: int | None = None
    endpoint: str = ""
    times: int | None = None
    version: str = ""
    keep: str = "0s"
    lasting: str | None = None


class Background(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Ordinary comings and goings, per hour; in `quiet_hours` (first, last) a tenth of them.

    With `by_presence` the rate of roams is that of a full house, and fewer roam the fewer are there.
    """

    connects_per_hour: float = 0.0
    leaves_per_hour: float = 0.0
    roams_per_hour: float = 0.0
    radio_switches_per_hour: float = 0.0
    quiet_hours: tuple[int, int] | None = None
    by_presence: bool = False


class Serving(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the controller behaves on the wire, in real time."""

    session_lifetime: str = "2h"
    state_frames_every: str = "1s"
    empty_frames_every: str = "15m"
    two_in_a_frame: float = 0.15
    partitioned_cookies: bool | None = None


class SyslogSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the network's syslog goes; `to` is HOST:PORT, empty for nowhere.

    `clock_ahead_ms` is how far the access points' clocks run ahead of the controller's, behind where negative;
    `noise` adds the DHCP lines of every arrival.
    """

    to: str = ""
    proto: Literal["udp", "tcp"] = "udp"
    clock_ahead_ms: int = 0
    noise: bool = False


class ApSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An access point, as the file names it; `uplink` is the device it hangs on, the gateway where none is named."""

    name: str
    model: str = "UAP6MP"
    mac: str | None = None
    version: str = "6.6.77.15402"
    uplink: str | None = None
    uplink_port: int | None = None


class SwitchSpec(ApSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A switch, as the file names it."""

    model: str = "USL24P"
    version: str = "7.0.50.15613"
    ports: int = 24


class GatewaySpec(ApSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The gateway; `kind` is the two letters of its event codes."""

    model: str = "UDMPRO"
    version: str = "4.0.6.16512"
    kind: str = "DM"


class ClientSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A client; without `ssid` it hangs on a cable, `always` ones never come or go, `fixed` ones never roam by chance."""

    name: str = ""
    hostname: str = ""
    mac: str | None = None
    ssid: str | None = None
    network: str = "Default"
    switch: str | None = None
    port: int | None = None
    guest: bool = False
    always: bool = False
    fixed: bool = False
    home: list[str] = []


class NetworkSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything that hangs together at the first site."""

    gateway: GatewaySpec
    aps: list[ApSpec] = []
    switches: list[SwitchSpec] = []
    clients: list[ClientSpec] = []
    timezone: str = "Europe/Berlin"
    isp: str = "Example Fiber Co"


class SiteSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A site: the short name in paths, and what people call it."""

    name: str
    desc: str


class ScenarioFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file."""

    title: str
    seed: int
    duration: str
    network: NetworkSpec
    speed: float = 1.0
    sites: tuple[SiteSpec, ...] = (
        SiteSpec(name="default", desc="Default"),
        SiteSpec(name="h0l1day7", desc="Holiday Cottage"),
    )
    background: Background = Background()
    serving: Serving = Serving()
    syslog: SyslogSpec = SyslogSpec()
    at: list[At] = []
    every: list[Every] = []
    fault: list[Fault] = []


def duration_ms(text: str) -> int:
    """Return "2h15m" as milliseconds; ValueError where it is not a duration."""
    match = DURATION.match(text)
    if match is None or not text:
        raise ValueError(f"{text!r} is not a duration such as 2h15m, 90s or 250ms")
    days, hours, minutes, seconds, millis = (float(part or 0) for part in match.groups())
    return round((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + millis)


def read_address(text: str) -> tuple[str, int]:
    """Return "HOST:PORT" as its parts; ValueError where it is no such thing."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"{text!r} is not HOST:PORT, such as 127.0.0.1:5514")
    return host.removeprefix("[").removesuffix("]"), int(port)

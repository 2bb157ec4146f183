"""Topology: what hangs on what, as far as anybody told. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from unifi_scanner.models.samples import DeviceSample

# docs/protocol.md C: `type` in `stat/device`
ROLES: Final[Mapping[str, str]] = {
    "uap": "access point",
    "ugw": "gateway",
    "udm": "gateway",
    "uxg": "gateway",
    "ucg": "gateway",
    "usw": "switch",
}
DEEPEST: Final = 32  # a chain of uplinks that is longer goes round in circles


class Topology(msgspec.Struct, frozen=True, kw_only=True):
    """`above` is what each device and client hangs on, `roles` what each device is, `names` what it is called; by MAC."""

    above: Mapping[str, str] = {}
    roles: Mapping[str, str] = {}
    names: Mapping[str, str] = {}

    def __bool__(self) -> bool:
        """Return whether anything is known."""
        return bool(self.above or self.roles)

    def over(self, before: Topology) -> Topology:
        """Return this, with what was known before of devices that are still there: one that is away tells no uplink."""
        here = self.roles.keys() | self.names.keys() | self.above.keys()
        kept = {mac: above for mac, above in before.above.items() if mac in here}
        return Topology(above={**kept, **self.above}, roles=self.roles, names=self.names)

    def uplinks(self, mac: str) -> Iterator[str]:
        """Yield what `mac` hangs on, nearest first."""
        seen = {mac}
        here = self.above.get(mac)
        while here is not None and here not in seen and len(seen) < DEEPEST:
            yield here
            seen.add(here)
            here = self.above.get(here)

    def hangs_on(self, mac: str, other: str) -> bool:
        """Return whether `mac` reaches the network through `other`."""
        return other in self.uplinks(mac)

    def role(self, mac: str) -> str | None:
        """Return what a device is: `gateway`, `switch` or `access point`; None where nobody told."""
        return self.roles.get(mac)


UNKNOWN_TOPOLOGY: Final = Topology()


def topology_of(devices: Iterable[DeviceSample]) -> Topology:
    """Return what hangs on what in a look at the devices."""
    known = tuple(devices)
    return Topology(
        above={d.mac: d.uplink_mac for d in known if d.uplink_mac and d.uplink_mac != d.mac},
        roles={d.mac: ROLES[d.type] for d in known if d.type is not None and d.type in ROLES},
        names={d.mac: d.name for d in known if d.name},
    )

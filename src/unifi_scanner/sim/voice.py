"""What a network says over syslog about an occurrence: the console in CEF from 9.3 on, devices before. Pure."""

from __future__ import annotations

import msgspec

from unifi_scanner.sim.cef import FIRST, cef_line, envelope, tells_cef
from unifi_scanner.sim.device_lines import device_lines, dhcp_line, only_a_line_tells, tells_device_line
from unifi_scanner.sim.moment import Occurrence
from unifi_scanner.sim.network import Network
from unifi_scanner.sim.versions import parse_version

ARRIVALS = frozenset({"client_connects", "client_plugs_in"})


class Voice(msgspec.Struct, frozen=True, kw_only=True):
    """How far devices' clocks run ahead of the controller's, and whether their chatter is sent too."""

    clock_ahead_ms: int = 0
    noise: bool = False

    def sources(self, occurrence: Occurrence, version: tuple[int, ...]) -> frozenset[str]:
        """Return `cef` or `syslog` where a line tells it, else nothing."""
        if tells_cef(occurrence, version):
            return frozenset({"cef"})
        by_a_device = only_a_line_tells(occurrence) or (version < FIRST and tells_device_line(occurrence))
        return frozenset({"syslog"} if by_a_device else ())

    def lines(self, occurrence: Occurrence, at_ms: int, network: Network, version: str) -> list[str]:
        """Return the datagrams about it, in the order they are sent."""
        told, chatter = (
            self.sources(occurrence, parse_version(version)),
            self._chatter(occurrence, at_ms, network),
        )
        if "cef" in told:
            return [envelope(cef_line(occurrence, at_ms, network, version), at_ms, network), *chatter]
        if "syslog" in told:
            return [*device_lines(occurrence, at_ms, network, self.clock_ahead_ms), *chatter]
        return chatter

    def _chatter(self, occurrence: Occurrence, at_ms: int, network: Network) -> list[str]:
        client = network.client(occurrence.client) if occurrence.code.name in ARRIVALS else None
        return [dhcp_line(client, at_ms, network)] if client is not None and self.noise else []

"""Things that happen on a small network, as a controller tells them, for the tests of stories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from unifi_scanner.detection import ANALYSERS, GO_ON, Chronicle, Engine, Told, load_rules, tell_stories
from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.models.device import NameBook
from unifi_scanner.models.enums import Origin
from unifi_scanner.models.log_entry import LogEntry, digest_of
from unifi_scanner.models.samples import devices_of
from unifi_scanner.models.topology import Topology, topology_of

NOON_MS: Final = 1_772_366_400_000
GATEWAY, CORE, UPSTAIRS, CELLAR = (f"d0:21:f9:00:00:0{n}" for n in range(1, 5))
APS: Final = {f"AP {n}": f"d0:21:f9:00:01:0{n}" for n in range(1, 7)}
NAMES: Final = {GATEWAY: "Gateway", CORE: "Core switch", UPSTAIRS: "Upstairs switch", CELLAR: "Cellar switch"}
BOOK: Final = NameBook(NAMES | {mac: name for name, mac in APS.items()})
RULES: Final = load_rules()
KINDS: Final = {rule.name: rule.kind for rule in RULES}
ENDING: Final = GO_ON | {rule.name for rule in RULES if rule.resolve is not None}


def _row(mac: str, kind: str, above: str | None) -> dict[str, Any]:
    return {"mac": mac, "name": BOOK.of(mac), "type": kind, "uplink": {"uplink_mac": above}}


def wired() -> Topology:
    """Return the network: access points 1 to 4 hang on the upstairs switch, 5 and 6 on the one in the cellar."""
    aps = [_row(mac, "uap", UPSTAIRS if int(name[-1]) <= 4 else CELLAR) for name, mac in APS.items()]
    switches = [_row(CORE, "usw", GATEWAY), _row(UPSTAIRS, "usw", CORE), _row(CELLAR, "usw", CORE)]
    return topology_of(devices_of([_row(GATEWAY, "ugw", None), *switches, *aps]))


WIRED: Final = wired()


def device(key: str, seconds: float, mac: str, **more: Any) -> LogEntry:
    """Return what v1 tells of a device: `Lost_Contact`, `Connected`, `Upgraded`, …"""
    group = {GATEWAY: "gw", CORE: "sw", UPSTAIRS: "sw", CELLAR: "sw"}.get(mac, "ap")
    return _v1(f"EVT_{group.upper()}_{key}", seconds, {group: mac, **more})


def client(key: str, seconds: float, number: int, ap: str, **more: Any) -> LogEntry:
    """Return what v1 tells of a client on an access point."""
    return _v1(f"EVT_WU_{key}", seconds, {"user": f"02:00:00:00:00:{number:02x}", "ap": APS[ap], **more})


def line(key: str, seconds: float, **roles: str) -> LogEntry:
    """Return what the system log tells of the Internet line, links, power and administrators."""
    at = NOON_MS + round(seconds * 1000)
    row = {
        "id": digest_of(key, at, roles)[:24],
        "key": key,
        "timestamp": at,
        "parameters": {role: {"id": name, "name": name} for role, name in roles.items()},
    }
    return normalise_record(row, names=BOOK, origin=Origin.SYSTEM_LOG)[0]


def changed(seconds: float, admin: str, section: str | None = None) -> LogEntry:
    """Return an administrator's change of settings."""
    return line("MADE_CHANGES", seconds, ADMIN=admin, **({"SECTION": section} if section else {}))


def _v1(key: str, seconds: float, fields: Mapping[str, Any]) -> LogEntry:
    at = NOON_MS + round(seconds * 1000)
    item = {"_id": digest_of(key, at, fields)[:24], "key": key, "time": at, **fields}
    return normalise_record(item, names=BOOK, origin=Origin.REST)[0]


def told(entries: Iterable[LogEntry], topology: Topology = WIRED) -> Told:
    """Return the stories of these entries, heard in this order."""
    chronicle = Chronicle()
    engine = Engine(RULES, [make() for make in ANALYSERS.values()], chronicle)
    engine.feed(entries)
    return tell_stories(engine.findings(), chronicle, topology, kinds=KINDS, ending=ENDING)


def outage(ap_count: int = 4, clients: int = 61, *, back: bool = True) -> Sequence[LogEntry]:
    """Return how the upstairs switch goes with its access points and everyone on them, and comes back."""
    aps = [f"AP {n}" for n in range(1, ap_count + 1)]
    on = [(n, aps[n % len(aps)]) for n in range(clients)]
    went = [
        *(client("Connected", -3600 + n, n, ap) for n, ap in on),
        device("Lost_Contact", 0, UPSTAIRS),
        *(device("Lost_Contact", 4 + n, APS[ap]) for n, ap in enumerate(aps)),
        *(client("Disconnected", 10 + n / 10, n, ap) for n, ap in on),
    ]
    came = [
        device("Connected", 1440, UPSTAIRS),
        *(device("Connected", 1500 + n, APS[ap]) for n, ap in enumerate(aps)),
        *(client("Connected", 1560 + n, n, ap) for n, ap in on),
    ]
    return [*went, *(came if back else ())]

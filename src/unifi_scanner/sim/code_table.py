"""The table of everything the simulated network can do, and how to find it by any of its names. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from unifi_scanner.sim.codes import Code, generic_code
from unifi_scanner.sim.codes_clients import CLIENT_CODES
from unifi_scanner.sim.codes_devices import DEVICE_CODES
from unifi_scanner.sim.codes_more import MORE_CODES
from unifi_scanner.sim.codes_site import SITE_CODES

CODES: Final[Mapping[str, Code]] = MappingProxyType(
    {code.name: code for code in (*CLIENT_CODES, *DEVICE_CODES, *SITE_CODES, *MORE_CODES)}
)


def _by_wire_key() -> dict[str, list[tuple[Code, str]]]:
    table: dict[str, list[tuple[Code, str]]] = {}
    for code in CODES.values():
        if code.v1 is not None:
            for group in code.groups():
                table.setdefault(code.v1.key.replace("*", group), []).append((code, group))
        for v2 in (code.v2, code.v2_known_client):
            if v2 is not None:
                table.setdefault(v2.key, []).append((code, ""))
    return table


_WIRE: Final = _by_wire_key()


def find_code(key: str, fields: Mapping[str, Any]) -> tuple[Code, str]:
    """Return the code for a happening's name, an EVT code or a system-log key, and the group its EVT code names.

    An EVT code outside the table is still an event; any other unknown word is a KeyError.
    """
    if key in CODES:
        return CODES[key], ""
    candidates = _WIRE.get(key)
    if candidates is None and key.startswith("EVT_"):
        return generic_code(key), ""
    if candidates is None:
        raise KeyError(key)
    matching = [c for c in candidates if all(fields.get(k) == v for k, v in c[0].when.items())]
    return (matching or candidates)[0]

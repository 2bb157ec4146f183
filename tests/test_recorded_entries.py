"""Every recorded frame, event and system-log row comes out as what it is; the kinds are ours, the facts the record's own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.shared_data import FIXTURES, json_lines, needs_fixtures
from unifi_scanner.cli import main

pytestmark = needs_fixtures
MAC = re.compile(r"^[0-9a-f]{2}(:[0-9a-f]{2}){5}$", re.IGNORECASE)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CONNECTED, LEFT = "client.connected", "client.disconnected"
PLUGGED, UNPLUGGED = "client.wired_connected", "client.wired_disconnected"

KINDS: dict[str, list[str]] = {
    "aiounifi/ws_frames.jsonl": [
        CONNECTED, LEFT, PLUGGED, UNPLUGGED, "device.online", "device.restarted", "device.offline",
        "device.upgraded", "device.offline", "client.forgotten", "state.device", "state.config", "unknown",
    ],
    "github-issues/ws_events.jsonl": [
        LEFT, "client.switched_radio", "device.online", "device.upgraded", "device.offline", "wan.restored",
        "wan.down", "wan.restored", "device.readopted", "device.readopted", "device.online", "device.offline",
        "device.offline", "device.readopted", "device.readopted", "port.poe_overload", "port.stp_blocked",
        "switch.rogue_dhcp", "power.backup_overload", "ap.radar", "device.upgrade_failed", "guest.unauthorized",
        "voucher.used", "guest.authorized", "guest.authorized", "voucher.created", "voucher.deleted",
        "device.upgrade_failed", PLUGGED, "client.roamed", CONNECTED,
    ],
    "github-issues/ws_other_frames.jsonl": [
        "state.session", "client.known", "lte.notice", "lte.notice", "lte.notice", "vpn.state",
    ],
    "misc-events/ws_events_2020.jsonl": [UNPLUGGED, LEFT, PLUGGED, LEFT, LEFT],
    "v2-system-log/entries.jsonl": [
        "client.roamed", CONNECTED, "client.roamed", UNPLUGGED, "admin.signed_in", "wan.failover_briefly", "wan.down",
        "ap.channel_changed", LEFT, CONNECTED, "threat.blocked",
    ],
    "sirkirby-unifi-mcp-tests/v2.jsonl": ["firewall.blocked", "unknown", "unknown"],
    "jmagar-tests/event.jsonl": [CONNECTED, "unknown"],
    "pheonix25-tests/event.jsonl": [
        "wan.changed", "wan.changed", "threat.detected", "wan.changed", "wan.changed", "threat.detected", "unknown",
        "wan.changed", "device.offline", "wan.changed", "wan.changed", "threat.detected", "wan.failover", "unknown",
        "wan.changed", "wan.changed",
    ],
    "sirkirby-unifi-mcp-tests/event.jsonl": [
        LEFT, "threat.detected", CONNECTED, LEFT, PLUGGED, UNPLUGGED, PLUGGED, UNPLUGGED, PLUGGED, CONNECTED,
        "device.offline", "port.poe_overload", UNPLUGGED, CONNECTED, LEFT, "admin.signed_in", "device.offline",
        CONNECTED, "admin.signed_in", "firewall.blocked",
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_each_recorded_item_is_one_entry_of_its_kind_with_its_client_device_and_time(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["analyze", "--entries", str(FIXTURES / name)]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    items = list(items_of(name))
    assert [entry["kind"] for entry in told] == KINDS[name]
    assert [entry["input"]["index"] for entry in told] == [index for index, _ in items]
    for entry, (_, item) in zip(told, items, strict=True):
        assert entry["timestamp"] == time_of(item), item
        assert entry["client_mac"] == client_of(item), item
        assert entry["device_mac"] == device_of(item), item
        assert entry["sentence"].endswith(".")
        assert not re.search(r"[{}]|EVT_|\b[A-Z]+_[A-Z]+", entry["sentence"])
        assert entry["kind"] != "unknown" or entry["raw_data"]


def items_of(name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for index, record in enumerate(json_lines(name)):
        data = record.get("data", record) if "meta" in record else record
        for item in data if isinstance(data, list) else [data]:
            yield index, item


def time_of(item: dict[str, Any]) -> str | None:
    number = item.get("time") or item.get("timestamp")
    if number:
        seconds = 10**9 <= number < 10**11
        moment = EPOCH + timedelta(milliseconds=number * 1000 if seconds else number)
    elif re.match(r"\d{4}-", str(item.get("datetime"))):
        moment = datetime.fromisoformat(item["datetime"]).replace(tzinfo=UTC)
    else:
        return None
    return moment.isoformat().replace("+00:00", "Z")


def client_of(item: dict[str, Any]) -> str | None:
    key, parameters = str(item.get("key", "")), item.get("parameters", {})
    if parameters and "EVT_" not in key:
        return mac(*(parameters.get(role, {}).get("id") for role in ("CLIENT", "SRC_CLIENT")))
    if "oui" in item:
        return mac(item.get("mac"))
    return mac(*(item.get(field) for field in ("user", "guest", "client", "client_mac")))


def device_of(item: dict[str, Any]) -> str | None:
    key, parameters = str(item.get("key", "")), item.get("parameters", {})
    if parameters and "EVT_" not in key:
        return mac(*(parameters.get(role, {}).get("id") for role in ("DEVICE", "DEVICE_FROM")))
    own = [item.get("mac")] if key.startswith("EVT_AD_") else []
    return mac(*(item.get(role) for role in ("ap", "ap_from", "sw", "dm", "xg", "gw")), *own)


def mac(*values: Any) -> str | None:
    return next((value.lower() for value in values if isinstance(value, str) and MAC.match(value)), None)


@pytest.mark.parametrize(
    "name", sorted(f"{p.parent.name}/{p.name}" for p in FIXTURES.glob("*/*.*")) if FIXTURES.is_dir() else []
)
@pytest.mark.parametrize("form", [["--entries"], ["--format", "html"]])
def test_every_recorded_file_can_be_told_in_every_form(
    name: str, form: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["analyze", *form, str(FIXTURES / name)]) == 0
    told = capsys.readouterr()
    assert told.out
    assert "Traceback" not in told.err

"""A home whose alerts are decided and delivered minute by minute, and what its controller says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from unifi_scanner.delivery import Message, Receipt
from unifi_scanner.detection import load_rules
from unifi_scanner.detection.urgency import Policy
from unifi_scanner.errors import DeliveryError
from unifi_scanner.ledger import ControllerFacts
from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.models.enums import Origin
from unifi_scanner.models.log_entry import LogEntry, digest_of
from unifi_scanner.pipeline import Alert, fold_held
from unifi_scanner.pipeline.judging import ending_rules
from unifi_scanner.pipeline.post import Postman
from unifi_scanner.store import Shard, SqliteStore, open_store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SHARD = Shard("10.0.0.1", "default")
RULES = load_rules()
POLICY = Policy(ending=ending_rules(RULES), zone=UTC)
MINUTE = timedelta(minutes=1)


class Box:
    """A channel that takes messages, or refuses while it is told to."""

    def __init__(self, name: str = "email", *, refuses: bool = False) -> None:
        self.name = name
        self.refuses = refuses
        self.took: list[Message] = []

    def send(self, message: Message) -> Receipt:
        if self.refuses:
            raise DeliveryError(self.name, "It is closed.")
        self.took.append(message)
        return Receipt(channel=self.name, at=NOON)


class Home:
    """One site whose alerts are decided and delivered minute by minute."""

    def __init__(self, path: Path, *boxes: Box, policy: Policy = POLICY) -> None:
        self.path, self.boxes, self.policy = path, boxes, policy
        self.start()

    def start(self) -> None:
        self.store: SqliteStore = open_store(self.path)
        self.alert = Alert(
            self.store,
            SHARD,
            rules=RULES,
            channels=[box.name for box in self.boxes],
            policy=self.policy,
            facts=lambda: ControllerFacts(title="Acme HQ", zone="America/Chicago"),
        )
        self.postmen = [Postman(self.store, box, fold=fold_held) for box in self.boxes]

    def restart(self) -> None:
        self.store.close()
        self.start()

    def hear(self, *entries: LogEntry) -> None:
        self.store.add(SHARD, list(entries))

    def at(self, minutes: float, *, deliver: bool = True) -> None:
        now = NOON + timedelta(minutes=minutes)
        self.alert.step(now)
        if deliver:
            for postman in self.postmen:
                postman.deliver(now, everything=True)


def wan(state: str, minutes: float) -> LogEntry:
    at = NOON + timedelta(minutes=minutes)
    item = {
        "_id": digest_of(state, minutes)[:24],
        "key": "EVT_GW_WANTransition",
        "gw": "74:ac:b9:58:b9:ce",
        "iface": "eth8",
        "state": state,
        "time": int(at.timestamp() * 1000),
    }
    return normalise_record(item, origin=Origin.WEBSOCKET)[0]


def news(box: Box) -> list[str]:
    return [message.text.split(":")[0] for message in box.took]


def flat(message: Message) -> str:
    return " ".join(message.text.split())


def line(event: str, minutes: float, **roles: Mapping[str, str]) -> LogEntry:
    """Return what the system log tells of the main Internet line (docs/protocol.md D.3)."""
    at = NOON + timedelta(minutes=minutes)
    row = {
        "id": digest_of(event, minutes)[:24],
        "key": f"{event}_2",
        "event": event,
        "timestamp": int(at.timestamp() * 1000),
        "parameters": {"WAN_ID": {"id": "WAN", "name": "WAN"}, "ISP_NAME": {"name": "Northline"}} | roles,
    }
    return normalise_record(row, origin=Origin.SYSTEM_LOG)[0]


def device(key: str, mac: str, name: str, minutes: float) -> LogEntry:
    kind = key.split("_")[1].lower()
    item = {
        "_id": digest_of(key, mac, minutes)[:24],
        "key": key,
        kind: mac,
        f"{kind}_name": name,
        "time": int((NOON + timedelta(minutes=minutes)).timestamp() * 1000),
    }
    return normalise_record(item, origin=Origin.WEBSOCKET)[0]

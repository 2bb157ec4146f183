"""The ground truth: everything that really happened, and where the controller lets a reader learn of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from unifi_scanner.sim.log_parts import is_triggered
from unifi_scanner.sim.moment import Occurrence
from unifi_scanner.sim.network import Network
from unifi_scanner.sim.rows import blocked_flow
from unifi_scanner.sim.versions import Answers, sources_of, still_answered
from unifi_scanner.sim.wire import flow_row, row_ids, v1_item, v2_row, when_v1, when_v2


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One thing that happened. `time_ms` is as v1 tells it, or as system-log does where v1 has no code for it.

    `sources` are the ways this controller's version really lets a reader learn of it: any of `websocket`, `rest`,
    `super`, `system_log`, `alarm`, `ips`, `anomalies`, and `activity` where system-log does not have it;
    `cef` or `syslog` where a line about it was sent to a receiver.
    """

    id: str
    v2_id: str
    key: str | None
    v2_key: str | None
    time_ms: int
    client: str | None
    client_name: str | None
    device: str | None
    device_name: str | None
    fields: dict[str, Any]
    sources: frozenset[str]


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One occurrence as the controller keeps it: its own truth and its v1 form."""

    occurrence: Occurrence
    at_ms: int
    row: LedgerRow
    item: dict[str, Any] | None


class Ledger:
    """What has happened so far, oldest first. Its owner sees to locking."""

    def __init__(self, seed: int, network: Network) -> None:
        self._seed = seed
        self._network = network
        self.kept: list[Kept] = []

    def add(
        self, occurrence: Occurrence, at_ms: int, answers: Answers, voice: frozenset[str] = frozenset()
    ) -> Kept:
        """Write down that it happened, where this version makes it known, and which `voice` spoke of it."""
        row_id, v2_id = row_ids(self._seed, len(self.kept), at_ms)
        v1, v2 = occurrence.code.v1, occurrence.code.v2_for(client_known=occurrence.client is not None)
        client, device = self._network.client(occurrence.client), self._network.device(occurrence.device)
        row = LedgerRow(
            id=row_id,
            v2_id=v2_id,
            key=occurrence.key,
            v2_key=v2.key if v2 else None,
            time_ms=when_v1(occurrence, at_ms) if v1 else when_v2(at_ms, v2_id) if v2 else at_ms,
            client=occurrence.client,
            client_name=client.shown_name if client else None,
            device=occurrence.device,
            device_name=device.name if device else None,
            fields=dict(occurrence.facts),
            sources=sources_of(occurrence.code, answers) | voice,
        )
        item = v1_item(occurrence, at_ms, row_id) if v1 else None
        kept = Kept(occurrence=occurrence, at_ms=at_ms, row=row, item=item)
        self.kept.append(kept)
        return kept

    def rows(self, answers: Answers) -> list[LedgerRow]:
        """Return everything so far; an upgrade may have taken away some of the ways to learn of it."""
        return [replace(one.row, sources=still_answered(one.row.sources, answers)) for one in self.kept]

    def v1_items(self, source: str) -> list[dict[str, Any]]:
        """Return the v1 events that `source` kept, oldest first."""
        return [one.item for one in self.kept if one.item is not None and source in one.row.sources]

    def v2_rows(self, answers: Answers, wanted: Callable[[Kept], bool]) -> list[dict[str, Any]]:
        """Return the system-log rows of what is `wanted`, newest first, in this version's shape."""
        return [
            v2_row(one.occurrence, one.at_ms, one.row.v2_id, self._network, answers)
            for one in reversed(self.kept)
            if "system_log" in one.row.sources and wanted(one)
        ]

    def flow_rows(self, wanted: Callable[[Kept], bool]) -> list[Mapping[str, Any]]:
        """Return the traffic flows of intrusion alerts and blocks, newest first (docs/protocol.md D.6)."""
        return [
            flow_row(one.occurrence, one.at_ms, one.row.v2_id, self._network)
            if one.occurrence.code.is_threat
            else blocked_flow(one, self._network)
            for one in reversed(self.kept)
            if (one.occurrence.code.is_threat or is_triggered(one.occurrence.code)) and wanted(one)
        ]

    def about(self, what: str) -> list[Kept]:
        """Return what happened of one sort, oldest first: `admin`, `threat`, `anomaly`, …"""
        return [one for one in self.kept if one.occurrence.code.about == what]

"""What the real pipeline tells of a run: stored in the real store, judged with the packaged rules."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from insight.drawing import Drawn
from insight.wires import Heard
from unifi_scanner.detection import Rule, load_rules
from unifi_scanner.ledger import ControllerFacts
from unifi_scanner.models.report import Report
from unifi_scanner.models.topology import topology_of
from unifi_scanner.pipeline import Publish, remember_topology
from unifi_scanner.store import Shard, open_store

SHARD = Shard("insight", "default")


def tell(drawn: Drawn, heard: Heard) -> Report:
    """Return the report a scanner makes at the end of the run on what it heard."""
    with tempfile.TemporaryDirectory(prefix="unifi-scanner-insight-") as folder:
        store = open_store(Path(folder) / "store.db", clock=lambda: drawn.ended)
        try:
            for batch in heard.batches:
                store.add(SHARD, batch)
            for samples in heard.samples:
                remember_topology(store, SHARD, topology_of(samples.devices))
            facts = ControllerFacts(
                title="Default", zone=drawn.scenario.network.timezone, version=drawn.version
            )
            publish = Publish(store, SHARD, rules=rules(), channels=[], facts=facts)
            return publish.report(since=drawn.since, now=drawn.ended)
        finally:
            store.close()


@cache
def rules() -> tuple[Rule, ...]:
    """Return the packaged rules, read once."""
    return tuple(load_rules())

"""What `stat/event` still has on Network 10.0 to 10.2: rows from before the upgrade (docs/protocol.md section 0). Pure."""

from __future__ import annotations

from random import Random
from typing import Any, Final

from unifi_scanner.sim.code_table import CODES
from unifi_scanner.sim.facts import compose
from unifi_scanner.sim.moment import Moment
from unifi_scanner.sim.network import Network
from unifi_scanner.sim.state import State
from unifi_scanner.sim.wire import object_id, v1_item

AGE_MS: Final = 40 * 86_400_000
ROWS: Final = 12


def stale_items(network: Network, began_ms: int) -> list[dict[str, Any]]:
    """Return a dozen events of forty days before the controller began, oldest first."""
    wireless = [client for client in network.clients if not client.wired]
    if not wireless or not network.aps:
        return []
    rng = Random(0)  # noqa: S311 - chance that must be repeatable, not secret
    items = []
    for number in range(ROWS):
        client = wireless[number % len(wireless)]
        at_ms = began_ms - AGE_MS + number * 600_000
        moment = Moment(at_ms=0, network=network, state=State(network), rng=rng, client=client)
        items.append(
            v1_item(compose(CODES["client_connects"], "", moment), at_ms, object_id(at_ms, "stale", number))
        )
    return items

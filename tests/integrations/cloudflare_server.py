"""A local server that speaks Cloudflare's API: the GraphQL and REST shapes, pages, limits, errors."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

TOKEN = "v1.0-right-token"
ZONE, OTHER_ZONE, ACCOUNT = "023e105f4ecef8ad9ca31a8372d0c353", "1" * 32, "f037e56e89293a057740de681ac9abbe"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = 86_400
Answer = tuple[int, dict[str, str], bytes]


class World(msgspec.Struct):
    """What the server knows, how it fails, and what it was asked."""

    events: list[dict[str, Any]] = []
    lookups: list[dict[str, Any]] = []
    tunnels: list[dict[str, Any]] = []
    limits: dict[str, dict[str, Any]] = {}
    zones: dict[str, str] = msgspec.field(default_factory=lambda: {ZONE: "example.org"})
    fails: dict[str, Answer] = {}  # by the beginning of a path, or a data set
    waits: threading.Event | None = None
    page_size: int = 2
    asked: Counter[str] = msgspec.field(default_factory=Counter)
    url: str = ""


def event(minutes_ago: float, **more: Any) -> dict[str, Any]:
    """Return a row of firewallEventsAdaptive."""
    at = NOON - timedelta(minutes=minutes_ago)
    return {
        "action": "block",
        "clientCountryName": "CN",
        "clientIP": "203.0.113.5",
        "clientRequestPath": "/wp-login.php",
        "datetime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "source": "firewallManaged",
    } | more


def tunnel(name: str, status: str = "healthy", **more: Any) -> dict[str, Any]:
    """Return a row of cfd_tunnel."""
    return {
        "id": f"f70ff985-a4ef-4643-bbbc-{name:0>12}",
        "account_tag": ACCOUNT,
        "created_at": "2026-01-01T00:00:00.000000Z",
        "deleted_at": None,
        "name": name,
        "connections": [],
        "conns_active_at": "2026-01-01T00:00:00Z",
        "conns_inactive_at": None,
        "tun_type": "cfd_tunnel",
        "metadata": {},
        "status": status,
        "remote_config": True,
    } | more


def refusal(status: int, code: int, message: str, **headers: str) -> Answer:
    """Return an error as REST tells it."""
    body = {"success": False, "errors": [{"code": code, "message": message}], "messages": [], "result": None}
    return status, headers, json.dumps(body).encode()


def graph_error(message: str) -> Answer:
    """Return an error as GraphQL tells it: inside a 200."""
    error = {
        "message": message,
        "path": ["viewer", "zones", "0"],
        "extensions": {"timestamp": "2026-11-24T12:00:00Z"},
    }
    return 200, {}, json.dumps({"data": None, "errors": [error]}).encode()


@contextmanager
def cloudflare(world: World) -> Iterator[World]:
    """Run the server while inside; `world.url` is where it listens."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(world))
    server.daemon_threads = True
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02), daemon=True)
    thread.start()
    world.url = f"http://127.0.0.1:{server.server_address[1]}/client/v4"
    try:
        yield world
    finally:
        if world.waits is not None:
            world.waits.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(world: World) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(lambda path, query: _rest(world, path, query))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer(lambda _path, _query: _graph(world, body))

        def _answer(self, make: Callable[[str, dict[str, list[str]]], Answer]) -> None:
            url = urlsplit(self.path)
            path = url.path.removeprefix("/client/v4")
            if world.waits is not None:
                world.waits.wait(20)
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                status, headers, body = refusal(401, 10000, "Authentication error")
            else:
                failing = next((a for start, a in world.fails.items() if path.startswith(start)), None)
                status, headers, body = failing or make(path, parse_qs(url.query))
            world.asked[path] += 1
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: Any) -> None:
            pass

    return Handler


def _rest(world: World, path: str, query: dict[str, list[str]]) -> Answer:
    if path == f"/accounts/{ACCOUNT}/cfd_tunnel" and query["is_deleted"] == ["false"]:
        page, size = int(query["page"][0]), world.page_size
        rows = world.tunnels[(page - 1) * size : page * size]
        info = {"count": len(rows), "page": page, "per_page": size, "total_count": len(world.tunnels)}
        return _result(rows, result_info=info)
    for zone, name in world.zones.items():
        if path == f"/zones/{zone}":
            return _result({"id": zone, "name": name, "status": "active"})
    return refusal(404, 7003, f"Could not route to {path}, perhaps your object identifier is invalid?")


def _result(result: Any, **more: Any) -> Answer:
    body = {"success": True, "errors": [], "messages": [], "result": result} | more
    return 200, {}, json.dumps(body).encode()


def _graph(world: World, body: dict[str, Any]) -> Answer:
    query, variables = body["query"], body["variables"]
    name = next(n for n in ("settings", "firewallEventsAdaptive", "dnsAnalyticsAdaptiveGroups") if n in query)
    world.asked[name] += 1
    if name in world.fails:
        return world.fails[name]
    if variables["zone"] not in world.zones:
        return graph_error(f"zone '{variables['zone']}' is not authorized for that account")
    told = {"settings": _settings, "firewallEventsAdaptive": _events}.get(name, _lookups)(world, variables)
    return told if isinstance(told, tuple) else _zone_of(told)


def _zone_of(told: dict[str, Any]) -> Answer:
    return 200, {}, json.dumps({"data": {"viewer": {"zones": [told]}}, "errors": None}).encode()


def _limits(world: World, data_set: str) -> dict[str, Any]:
    usual = {"enabled": True, "maxDuration": DAY, "notOlderThan": 30 * DAY, "maxPageSize": 10_000}
    return usual | world.limits.get(data_set, {})


def _settings(world: World, _variables: dict[str, Any]) -> dict[str, Any]:
    names = ("firewallEventsAdaptive", "dnsAnalyticsAdaptiveGroups")
    return {"settings": {name: _limits(world, name) for name in names}}


def _events(world: World, variables: dict[str, Any]) -> dict[str, Any] | Answer:
    begin, end = variables["filter"]["datetime_geq"], variables["filter"]["datetime_lt"]
    limits = _limits(world, "firewallEventsAdaptive")
    if variables["limit"] > limits["maxPageSize"]:
        return graph_error("limit must be positive number and not greater than 10000")
    if (too_far := _too_far(begin, end, limits)) is not None:
        return too_far
    rows = [row for row in world.events if begin <= row["datetime"] < end]
    rows.sort(key=lambda row: str(row["datetime"]), reverse=True)
    return {"firewallEventsAdaptive": rows[: variables["limit"]]}


def _too_far(begin: str, end: str, limits: dict[str, Any]) -> Answer | None:
    first, last = datetime.fromisoformat(begin), datetime.fromisoformat(end)
    if last - first > timedelta(seconds=limits["maxDuration"]):
        return graph_error(
            f"query time range is too large. Time range can't be wider than {limits['maxDuration']}s"
        )
    if first < NOON - timedelta(seconds=limits["notOlderThan"]):
        return graph_error(f"cannot request data older than {limits['notOlderThan']}s")
    return None


def _lookups(world: World, variables: dict[str, Any]) -> dict[str, Any] | Answer:
    limits = _limits(world, "dnsAnalyticsAdaptiveGroups")
    too_far = _too_far(variables["since"], variables["until"], limits)
    if too_far is not None:
        return too_far
    codes: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    for row in world.lookups:
        if variables["since"] <= row["datetime"] < variables["until"]:
            codes[row["responseCode"]] += row["count"]
            if row["responseCode"] == "NXDOMAIN":
                missing[row["queryName"]] += row["count"]
    return {
        "codes": [{"count": n, "dimensions": {"responseCode": c}} for c, n in codes.most_common(50)],
        "missing": [{"count": n, "dimensions": {"queryName": name}} for name, n in missing.most_common(10)],
    }

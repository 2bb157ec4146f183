"""What the simulator's tests share: a small home, a reader without sockets, and waiting for a condition."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from typing import Any

import aiohttp
import msgspec

from unifi_scanner.sim import Flavour, Scenario, parse_scenario
from unifi_scanner.sim.console import Console, session_lifetime
from unifi_scanner.sim.http import Ask, Reply
from unifi_scanner.sim.sessions import Sessions

HOME = """
title = "A small home"
seed = 1
duration = "2h"
[network.gateway]
name = "Gateway"
[[network.aps]]
name = "Kitchen AP"
[[network.aps]]
name = "Hall AP"
[[network.switches]]
name = "Rack Switch"
[[network.clients]]
name = "Anna's iPhone"
hostname = "Annas-iPhone"
ssid = "Home"
[[network.clients]]
hostname = "visitor"
ssid = "Home Guest"
guest = true
[[network.clients]]
name = "NAS"
hostname = "diskstation"
always = true
[background]
connects_per_hour = 30
leaves_per_hour = 20
roams_per_hour = 40
"""
GIVE_UP_AFTER_S = 10.0
PASSWORD = "correct horse"


def small_home(more: str = "") -> Scenario:
    """Return the home, and whatever TOML is added to it."""
    return parse_scenario(HOME + more, "home.toml")


def wait_until(condition: Callable[[], bool], what: str = "the condition") -> None:
    """Return as soon as the condition holds; fail when it does not come to hold."""
    deadline = time.monotonic() + GIVE_UP_AFTER_S
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come to hold"
        time.sleep(0.005)


class Reader:
    """A signed-in reader of a Console, by plain values: no socket, no thread."""

    def __init__(
        self, flavour: Flavour = Flavour.UNIFI_OS, version: str = "9.3.43", *, api_key: str | None = None,
        scenario: Scenario | None = None,
    ) -> None:  # fmt: skip
        scenario = scenario or small_home()
        sessions = Sessions(flavour, "scanner", "correct horse", session_lifetime(scenario))
        self.console = Console(scenario, flavour, version, sessions, api_key=api_key, start_ms=None)
        self.cookies: dict[str, str] = {}
        self.headers: dict[str, str] = {}

    def ask(
        self, method: str, path: str, body: Any = None, *, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Send one request as it stands."""
        path, _, query = path.partition("?")
        return self.console.answer(
            Ask(
                method=method,
                path=path,
                query=dict(pair.split("=", 1) for pair in query.split("&") if pair),
                headers=self.headers if headers is None else headers,
                cookies=self.cookies,
                body=b"" if body is None else msgspec.json.encode(body),
            )
        )

    def sign_in(self, password: str = PASSWORD, **more: Any) -> Reply:
        """Sign in, and keep cookies and CSRF token."""
        login = "/api/login" if self.console.flavour is Flavour.CLASSIC else "/api/auth/login"
        reply = self.ask("POST", login, {"username": "scanner", "password": password, **more})
        self.keep(reply)
        return reply

    def keep(self, reply: Reply) -> None:
        """Keep what an answer says about cookies and the CSRF token."""
        for cookie in reply.cookies:
            parsed = SimpleCookie(cookie.replace("; Partitioned", ""))
            self.cookies |= {name: morsel.value for name, morsel in parsed.items()}
        for name in ("X-CSRF-Token", "X-Updated-CSRF-Token"):
            if name in reply.headers:
                self.headers["x-csrf-token"] = reply.headers[name]

    def site(self, method: str, rest: str, body: Any = None, site: str = "default") -> Reply:
        """Ask REST v1 about a site."""
        return self.ask(method, f"{self.console.flavour.prefix}/api/s/{site}/{rest}", body)

    def log(self, name: str, body: Any = None, method: str = "POST") -> Reply:
        """Ask v2's system-log of the first site."""
        path = f"{self.console.flavour.prefix}/v2/api/site/default/system-log/{name}"
        return self.ask(method, path, {} if body is None else body)


def signed_in(flavour: Flavour = Flavour.UNIFI_OS, version: str = "9.3.43", **more: Any) -> Reader:
    """Return a reader that has signed in."""
    reader = Reader(flavour, version, **more)
    assert reader.sign_in().status == 200
    return reader


def json_of(reply: Reply) -> Any:
    """Return an answer's JSON."""
    return msgspec.json.decode(reply.body)


def data_of(reply: Reply) -> list[dict[str, Any]]:
    """Return the `data` of an answer."""
    data: list[dict[str, Any]] = json_of(reply)["data"]
    return data


async def eventually(condition: Callable[[], bool], what: str = "the condition") -> None:
    """Return as soon as the condition, about another thread's doing, holds; fail when it does not come to hold."""
    deadline = time.monotonic() + GIVE_UP_AFTER_S
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come to hold"
        await asyncio.sleep(0.005)


@asynccontextmanager
async def http_session() -> AsyncIterator[aiohttp.ClientSession]:
    """Return a session that keeps cookies of IP hosts, and leave only when its last connection is closed."""
    open_files = asyncio.get_running_loop()._selector.get_map()  # type: ignore[attr-defined]
    before = len(open_files)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session
    await eventually(lambda: len(open_files) <= before, "every connection being closed")

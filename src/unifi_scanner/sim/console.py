"""The controller's mind: what it knows, and what it answers to a request. No sockets, threads or loops."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any, Final

import msgspec

from unifi_scanner import clock
from unifi_scanner.sim.casting import Role, cast
from unifi_scanner.sim.code_table import find_code
from unifi_scanner.sim.facts import compose
from unifi_scanner.sim.faults import Faults
from unifi_scanner.sim.flavour import Flavour
from unifi_scanner.sim.http import Ask, Reply, html_reply, json_reply, text_reply, v1_error, v2_error
from unifi_scanner.sim.ledger import Kept, Ledger
from unifi_scanner.sim.moment import Occurrence
from unifi_scanner.sim.network import digest
from unifi_scanner.sim.scenario import Scenario
from unifi_scanner.sim.scenario_file import duration_ms
from unifi_scanner.sim.sessions import Session, Sessions
from unifi_scanner.sim.state import State
from unifi_scanner.sim.versions import answers_of
from unifi_scanner.sim.voice import Voice
from unifi_scanner.sim.world import fit_to_client

CLIENT_FIELDS: Final = ("client", "user", "guest")
OLDEST_COOKIE_MS: Final = 24 * 3_600_000
DEVICE_FIELDS: Final = ("device", "ap_to", "ap", "sw", "dm", "xg", "gw")


class SimClock:
    """The simulated time: runs at `rate` simulated seconds per real one from the moment it was last set."""

    def __init__(self, start_ms: int | None) -> None:
        self._base_ms = clock.now_ms() if start_ms is None else start_ms
        self._since = clock.monotonic()
        self._rate = 1.0

    def now_ms(self) -> int:
        """Return the simulated moment in milliseconds since 1970."""
        return self._base_ms + round((clock.monotonic() - self._since) * 1000 * self._rate)

    def set(self, rate: float, at_ms: int | None = None) -> None:
        """Run at another rate from now, or from `at_ms`, on."""
        self._base_ms = self.now_ms() if at_ms is None else at_ms
        self._since = clock.monotonic()
        self._rate = rate


class Admission(msgspec.Struct, frozen=True, kw_only=True):
    """A WebSocket that is let in; `silent` ones get no frames, `closing` ones are closed at once."""

    site: str
    v2_clients: bool = False
    silent: bool = False
    closing: bool = False


class Console:
    """One controller of one flavour and version. Its owner sees to locking."""

    def __init__(
        self, scenario: Scenario, flavour: Flavour, version: str, sessions: Sessions, *, api_key: str | None,
        start_ms: int | None,
    ) -> None:  # fmt: skip
        self.scenario = scenario
        self.flavour = flavour
        self.sessions = sessions
        self.api_key = api_key
        self.clock = SimClock(start_ms)
        self.began_ms = self.clock.now_ms()
        self.network = scenario.network
        self.state = State(scenario.network)
        self.ledger = Ledger(scenario.seed, scenario.network)
        self.faults = Faults()
        self.forbidden: set[str] = set()
        self.throttled: dict[str, Mapping[str, str]] = {}
        self.read_only = False
        self.streams_by_key = False
        self.archived: set[str] = set()
        self.retention_ms: dict[str, int] = {}
        self.rng = Random(scenario.seed ^ 0x5EED)  # noqa: S311 - chance that must be repeatable, not secret
        self.version = ""
        self.speed = scenario.speed
        self.voice: Voice | None = None
        self.upgrade(version)

    def upgrade(self, version: str) -> None:
        """Be another Network version from now on."""
        self.answers = answers_of(version, self.flavour)
        self.version = version
        partitioned = self.scenario.serving.partitioned_cookies
        self.sessions.partitioned = self.answers.is_10 if partitioned is None else partitioned
        self.sessions.modern = self.answers.version >= (9,)
        # docs/protocol.md A.7: on 10.4.57 a cookie stops working after a day, whatever it says
        self.sessions.oldest_ms = OLDEST_COOKIE_MS if self.answers.version >= (10, 4, 57) else None

    def happen(self, occurrence: Occurrence, at_ms: int) -> Kept:
        """Let it have happened: the network changes, and it is kept as this version keeps it."""
        self.state.apply(occurrence)
        spoken = self.voice.sources(occurrence, self.answers.version) if self.voice else frozenset[str]()
        return self.ledger.add(occurrence, at_ms, self.answers, spoken)

    def spoken(self, kept: Kept) -> list[str]:
        """Return the syslog lines about what happened; none where syslog goes nowhere."""
        if self.voice is None:
            return []
        return self.voice.lines(kept.occurrence, kept.at_ms, self.network, self.version)

    def emit(self, key: str, fields: Mapping[str, Any]) -> Kept:
        """Let one thing happen now; what `fields` leaves open is filled in from the network."""
        given = {k: v for k, v in fields.items() if k not in {"client", "device"}}
        client_named = next((str(fields[k]) for k in CLIENT_FIELDS if fields.get(k)), None)
        device_named = next((str(fields[k]) for k in DEVICE_FIELDS if fields.get(k)), None)
        for word, value in given.items():
            known = self.network.device(str(value)) if word in {*DEVICE_FIELDS, "ap_from"} else None
            friend = self.network.client(str(value)) if word in CLIENT_FIELDS else None
            given[word] = known.mac if known else friend.mac if friend else value
        now_ms = self.clock.now_ms()
        code, group = find_code(key, given)
        if key == code.name:
            code = fit_to_client(code, self.network.client(client_named))
        role = Role(code=code, group=group, client=client_named, device=device_named, fields=given)
        moment = cast(role, self.state, self.rng, now_ms - self.began_ms)
        if moment is None:
            raise ValueError(f"{key} cannot happen: the network has nowhere for it to happen")
        return self.happen(compose(code, group, moment), now_ms)

    def answer(self, ask: Ask) -> Reply:
        """Return what this controller says to a request."""
        if (failure := self._failure(ask.path)) is not None:
            return failure
        if (reply := self._open_door(ask)) is not None:
            return reply
        path = self._inside(ask.path)
        if path is None:
            return html_reply("Not Found", 404)
        reply = self._for_the_signed_in(ask, path)
        return self.faults.told_otherwise(ask.path, reply, self.clock.now_ms())

    def admit(self, ask: Ask) -> Reply | Admission:
        """Say whether a WebSocket handshake is let in (docs/protocol.md B.1)."""
        if self.faults.refused is not None:
            return html_reply(f"<h1>{self.faults.refused}</h1>", self.faults.refused)
        if (failure := self._failure(ask.path)) is not None:
            return failure
        by_key = self._by_api_key(ask)
        if self.flavour is not Flavour.CLASSIC and ask.path == "/api/ws/system":
            return Admission(site="", silent=True) if self.sessions.find(ask) else self._unauthorized()
        path = self._inside(ask.path)
        words = path.strip("/").split("/") if path is not None else []
        if len(words) != 4 or words[:2] != ["wss", "s"] or words[3] != "events":
            return html_reply("Not Found", 404)
        if not by_key and self.sessions.find(ask) is None:
            return self._unauthorized()
        if words[2] not in dict(self.scenario.sites) and words[2] != "super":
            return html_reply("Not Found", 404)
        return Admission(
            site=words[2],
            v2_clients=ask.query.get("clients") == "v2",
            silent=words[2] != self.scenario.sites[0][0],
            # docs/protocol.md A.8: with an API key the proxy says 101 and the stream is closed without a frame
            closing=self.faults.close_at_once or (by_key and not self.streams_by_key),
        )

    def _failure(self, path: str) -> Reply | None:
        for part, headers in self.throttled.items():
            if part in path:
                return html_reply("<h1>429</h1>", 429).with_headers(headers)
        return self.faults.failure(path)

    def still_keeps(self, source: str, time_ms: int) -> bool:
        """Say whether a row of that age is still there."""
        kept_for = self.retention_ms.get(source)
        return kept_for is None or time_ms >= self.clock.now_ms() - kept_for

    def site_known(self, site: str) -> bool:
        """Say whether the controller has a site of that short name."""
        return site in dict(self.scenario.sites)

    def _open_door(self, ask: Ask) -> Reply | None:
        """Answer what needs no session (docs/protocol.md A.1 to A.3)."""
        os = self.flavour is not Flavour.CLASSIC
        match ask.method, ask.path:
            case "GET", "/" if os:
                hint = self.sessions.anonymous_headers()
                return html_reply("UniFi OS").with_headers(hint.headers, hint.cookies)
            case "GET", "/":
                return Reply(status=302, content_type="text/html", headers={"Location": "/manage"})
            case "POST", "/api/auth/login" if os:
                return self.sessions.sign_in(ask)
            case "POST", "/api/auth/logout" if os:
                return self.sessions.sign_out(ask)
            case "POST", "/api/login" if not os:
                return self.sessions.sign_in(ask)
            case "POST" | "GET", "/api/logout" | "/logout" if not os:
                return self.sessions.sign_out(ask)
            case "GET", "/manage" if not os:
                return html_reply("UniFi Network")
            case "GET", path if path == f"{self.flavour.prefix}/status":
                return self._status()
        return None

    def _status(self) -> Reply:
        meta = {"rc": "ok", "up": True, "uuid": digest("uuid", self.scenario.seed, length=32)}
        if not self.answers.is_10:  # docs/protocol.md A.2: from 10.x on the version may be missing here
            meta["server_version"] = self.version
        return json_reply({"meta": meta, "data": []})

    def _inside(self, path: str) -> str | None:
        """Return the path within the Network application; None under the other flavour's prefix (A.1)."""
        prefix = self.flavour.prefix
        if not prefix:
            return None if path.startswith("/proxy/") else path
        return path.removeprefix(prefix) if path.startswith(f"{prefix}/") else None

    def _by_api_key(self, ask: Ask) -> bool:
        return (
            self.api_key is not None and self.answers.api_key and ask.headers.get("x-api-key") == self.api_key
        )

    def _unauthorized(self) -> Reply:
        if self.flavour is Flavour.CLASSIC:
            return v1_error("LoginRequired", 401)
        hint = self.sessions.anonymous_headers()
        return text_reply("Unauthorized", 401).with_headers(hint.headers, hint.cookies)

    def _for_the_signed_in(self, ask: Ask, path: str) -> Reply:
        from unifi_scanner.sim.router import route

        if self._by_api_key(ask):
            return self._forbidden(ask, path) or route(self, ask, path)
        session = self.sessions.find(ask)
        if session is None or (self.faults.get_only and ask.method != "GET"):  # docs/protocol.md A.4
            return self._unauthorized()
        if not self._may_change(ask, session):
            return text_reply("Forbidden", 403)
        return self.sessions.refresh(session, self._forbidden(ask, path) or route(self, ask, path))

    def _forbidden(self, ask: Ask, path: str) -> Reply | None:
        """Refuse what the role may not; accounts that only read are told 401 for POSTs (docs/protocol.md A.4)."""
        if self.read_only and ask.method != "GET":
            return self._unauthorized()
        if any(part in path for part in self.forbidden):
            return v2_error(403, "Forbidden") if path.startswith("/v2/") else v1_error("NoPermission", 403)
        return None

    def _may_change(self, ask: Ask, session: Session) -> bool:
        """Say whether the CSRF rule is kept: UniFi OS wants the token on all but GET (docs/protocol.md A.4)."""
        if self.flavour is Flavour.CLASSIC or ask.method in {"GET", "HEAD"}:
            return True
        return ask.headers.get("x-csrf-token") == session.csrf


def session_lifetime(scenario: Scenario) -> int:
    """Return how long a cookie of this scenario lives, in real milliseconds."""
    return duration_ms(scenario.serving.session_lifetime)

"""UnifiClient: one controller over REST v1 and v2, signed in once and again when need be."""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Self

import msgspec
import structlog

from unifi_scanner import clock
from unifi_scanner.api import endpoints
from unifi_scanner.api.connection import Connection
from unifi_scanner.api.sites import Site, choose_sites
from unifi_scanner.api.transport import Transport, short
from unifi_scanner.errors import AnswerUnusable, EndpointGone
from unifi_scanner.models.enums import DeviceType
from unifi_scanner.models.wire_time import event_time

V1_PAGE, V2_PAGE, MAX_PAGES = 3000, 100, 500  # docs/protocol.md C, D.2
AHEAD = timedelta(days=1)  # a controller whose clock runs ahead loses nothing
log = structlog.get_logger(__name__)
Row = dict[str, Any]


class UnifiClient:
    """A controller: signs in, answers questions about one site, and gives its cookies to the stream."""

    def __init__(self, connection: Connection, *, transport: Transport | None = None) -> None:
        self.transport = transport or Transport(connection)
        self._connection = connection
        self.site = connection.site
        self.site_title = connection.site
        self.version: str | None = None
        self.timezone: str | None = None
        self._others: list[Site] = []

    def __repr__(self) -> str:
        return f"UnifiClient({self.base_url!r}, site={self.site!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection; requests under way end with an error."""
        self.transport.close()

    @property
    def device_type(self) -> DeviceType:
        """Return the flavour that was found at sign-in."""
        return self.transport.device_type

    @property
    def base_url(self) -> str:
        """Return the address that answered: https://HOST:PORT."""
        return self.transport.base_url

    @property
    def ssl_context(self) -> ssl.SSLContext:
        """Return whom this connection believes to be the controller."""
        return self.transport.ssl_context

    def sign_in(self) -> None:
        """Find the controller, sign in, and learn the site, version and time zone.

        Raises ControllerUnreachable, CertificateNotTrusted, SignInRefused, SignInThrottled or UnknownSite.
        """
        self.transport.open()
        self._choose_site()
        self.learn_version()

    def sign_in_again(self, used: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return cookies that are newer than `used`, signing in if there are none yet; thread-safe."""
        return self.transport.sign_in_again(used)

    def get_session_cookies(self) -> dict[str, str]:
        """Return the cookies of the session, for the stream."""
        return self.transport.get_session_cookies()

    def _choose_site(self) -> None:
        first, *others = choose_sites(self._connection.site, self.sites())
        self._settle(first)
        self._others = others

    def _settle(self, site: Site) -> None:
        self.site, self.site_title = site

    def other_sites(self) -> list[UnifiClient]:
        """Return a client for each further site that was asked for; they share this one's session."""
        return [self._at(site) for site in self._others]

    def _at(self, site: Site) -> UnifiClient:
        sibling = UnifiClient(self._connection, transport=self.transport)
        sibling._settle(site)
        sibling.version, sibling.timezone = self.version, self.timezone
        return sibling

    def learn_version(self) -> None:
        """Learn the version and time zone, where the controller tells them."""
        try:
            rows = self.sysinfo()
        except (AnswerUnusable, EndpointGone) as exc:
            log.warning("version_unknown", reason=str(exc))
            return
        first = rows[0] if rows else {}
        self.version = str(first["version"]) if first.get("version") else None
        self.timezone = str(first["timezone"]) if first.get("timezone") else None

    def sites(self) -> list[Row]:
        """Return the sites this account may see."""
        return self._v1("GET", endpoints.sites(self.device_type))

    def sysinfo(self) -> list[Row]:
        """Return what the controller says of itself (docs/protocol.md C)."""
        return self._v1("GET", self._site_path("stat/sysinfo"))

    def health(self) -> list[Row]:
        """Return the state of each subsystem."""
        return self._v1("GET", self._site_path("stat/health"))

    def devices(self) -> list[Row]:
        """Return the UniFi devices."""
        return self._v1("GET", self._site_path("stat/device"))

    def clients(self) -> list[Row]:
        """Return the clients connected now."""
        return self._v1("GET", self._site_path("stat/sta"))

    def known_clients(self) -> list[Row]:
        """Return every client the site knows by name."""
        return self._v1("GET", self._site_path("rest/user"))

    def events(self, since: datetime) -> list[Row]:
        """Return the site's v1 events from `since` on, oldest first; none new on Network 10 (docs/protocol.md 0)."""
        return self._paged_v1("stat/event", since)

    def alarms(self, since: datetime) -> list[Row]:
        """Return the site's open alarms from `since` on, oldest first."""
        rows = self._v1("GET", self._site_path("list/alarm") + "?archived=false")
        return _recent([row for row in rows if row.get("archived") is not True], since)

    def ips_events(self, since: datetime) -> list[Row]:
        """Return the site's IPS rows from `since` on, oldest first; none from Network 9.3.45 on."""
        end = clock.now() + AHEAD
        body = {"start": _ms(since), "end": _ms(end), "_limit": 10_000}
        return _recent(self._v1("POST", self._site_path("stat/ips/event"), body), since)

    def _paged_v1(self, what: str, since: datetime) -> list[Row]:
        hours = max(1, int((clock.now() - since) / timedelta(hours=1)) + 2)
        rows: dict[str, Row] = {}
        start = 0
        for _ in range(MAX_PAGES):
            body = {"_sort": "-time", "within": hours, "type": None, "_start": start, "_limit": V1_PAGE}
            page = self._v1("POST", self._site_path(what), body)
            rows |= {str(row.get("_id") or msgspec.json.encode(row)): row for row in page}
            start += len(page)
            if len(page) < V1_PAGE or _oldest(page, since):
                break
        return _recent(list(rows.values()), since)

    def system_log(self, since: datetime, until: datetime | None = None) -> list[Row]:
        """Return the site's system-log rows from `since` on, oldest first (docs/protocol.md D.2)."""
        rows: dict[str, Row] = {}
        end = until or clock.now() + AHEAD
        for number in range(MAX_PAGES):
            body = {
                "timestampFrom": _ms(since),
                "timestampTo": _ms(end),
                "pageNumber": number,
                "pageSize": V2_PAGE,
            }
            answer = self.transport.ask(
                "POST", endpoints.v2(self.device_type, self.site, "system-log/all"), body
            )
            page = (
                answer
                if isinstance(answer, list)
                else answer.get("data", [])
                if isinstance(answer, dict)
                else None
            )
            if not isinstance(page, list):
                raise AnswerUnusable("The system log answered with something that is not a list.")
            rows |= {
                str(row.get("id") or msgspec.json.encode(row)): row for row in page if isinstance(row, dict)
            }
            if _is_last_page(answer, page, number) or _oldest(page, since):
                break
        return _recent(list(rows.values()), since)

    def _site_path(self, what: str) -> str:
        return endpoints.v1(self.device_type, self.site, what)

    def _v1(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> list[Row]:
        answer = self.transport.ask(method, path, body)
        data = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(data, list):
            raise AnswerUnusable(f"{short(path)} answered with something that is not a list.")
        return [row for row in data if isinstance(row, dict)]


def _is_last_page(answer: Any, page: Sequence[Any], number: int) -> bool:
    if not page or not isinstance(answer, dict):
        return True
    if "has_next" in answer:
        return not answer["has_next"]
    total = answer.get("total_page_count")
    return isinstance(total, int) and number + 1 >= total


def _oldest(page: Sequence[Any], since: datetime) -> bool:
    times = [moment for row in page if isinstance(row, dict) and (moment := event_time(row))]
    return bool(times) and min(times) < since


def _recent(rows: Sequence[Row], since: datetime) -> list[Row]:
    timed = [(event_time(row), row) for row in rows]
    kept = [(moment, row) for moment, row in timed if moment is None or moment >= since]
    return [row for _, row in sorted(kept, key=lambda pair: (pair[0] is not None, pair[0] or since))]


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)

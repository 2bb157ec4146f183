"""What a controller keeps of its past, list by list: every read says what of it could not be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from unifi_scanner import clock
from unifi_scanner.api import endpoints
from unifi_scanner.api.paging import (
    V1_PAGE,
    OffsetPages,
    Pages,
    Read,
    Row,
    Unread,
    is_newest_first,
    join,
    misses_some,
    recent,
    rows_of,
    says_cut,
)
from unifi_scanner.api.transport import Transport
from unifi_scanner.errors import AnswerUnusable, ControllerError, EndpointForbidden, EndpointGone
from unifi_scanner.models.enums import DeviceType
from unifi_scanner.models.wire_time import EPOCH, event_time, from_number

AHEAD = timedelta(days=1)  # a controller whose clock runs ahead loses nothing
LONGEST = timedelta(days=400)
MOST_IPS_ROWS = 10_000  # docs/protocol.md C
SHORTEST_SPAN = timedelta(seconds=1)
CUT_ALARMS = "The alarm list is longer than the controller gives out; newer alarms may be missing from it."
CUT_THREATS = "More threats came within one second than one answer holds; the rest of them was not read."


class History:
    """The lists one site keeps; each method reads one of them from `since` on, and up to `until` where given.

    Each raises EndpointGone where this version has no such list, EndpointForbidden where the account may not read it,
    and another ControllerError where nothing of it could be read.
    """

    def __init__(self, transport: Transport, site: str) -> None:
        self.transport = transport
        self.site = site
        self._classes: tuple[str, ...] | None = None
        self._gets: set[str] = set()

    @property
    def device_type(self) -> DeviceType:
        """Return the flavour that was found at sign-in."""
        return self.transport.device_type

    def forget_classes(self) -> None:
        """Look anew for the system log's parts: the controller may have been updated."""
        self._classes = None

    def events(self, since: datetime, until: datetime | None = None) -> Read:
        """Read the site's v1 events; none new on Network 10 (docs/protocol.md 0)."""
        return self._event_list(self.site, since, until)

    def super_events(self, since: datetime, until: datetime | None = None) -> Read:
        """Read what concerns all sites of a classic controller, such as administrators signing in."""
        if self.device_type is not DeviceType.SELF_HOSTED:
            raise EndpointGone("Only a self-hosted controller keeps a list of its own for sign-ins.")
        return self._event_list(endpoints.SUPER, since, until)

    def _event_list(self, site: str, since: datetime, until: datetime | None) -> Read:
        path = endpoints.v1(self.device_type, site, "stat/event")
        span: dict[str, Any] = {"within": _hours_since(since)}
        if until is not None:
            span = {"start": _ms(since), "end": _end_ms(until)}

        def ask(page: Mapping[str, Any]) -> Any:
            return self._ask_v1(path, {"_sort": "-time", "type": None, **span, **page})

        return read_pages(OffsetPages(since, until), ask)

    def alarms(self, since: datetime, until: datetime | None = None) -> Read:
        """Read the site's open alarms; archived ones are left out, whatever the controller sends.

        The list knows no span, so `until` is not looked at.
        """
        del until
        path = self._site_path("list/alarm")
        rows = rows_of(self._ask("GET", path + "?archived=false"))
        cut = len(rows) >= V1_PAGE
        if cut and not is_newest_first(rows):
            # 10.3 gives the oldest and ignores the query (docs/protocol.md C): ask the other way for the newest
            rows = self._newest_alarms(rows)
        unread = (
            Unread(since=since, until=None, reason=CUT_ALARMS) if cut and misses_some(rows, since) else None
        )
        kept = [row for row in rows if not (isinstance(row, dict) and row.get("archived") is True)]
        return Read(rows=recent(kept, since), unread=unread)

    def _newest_alarms(self, rows: Sequence[Any]) -> list[Any]:
        body = {"archived": False, "_sort": "-time", "_limit": V1_PAGE}
        try:
            return rows_of(self._ask("POST", self._site_path("stat/alarm"), body))
        except ControllerError:
            return list(rows)

    def ips_events(self, since: datetime, until: datetime | None = None) -> Read:
        """Read the site's threats as v1 tells them; none from Network 9.3.45 on."""
        return self._threats(since, until or clock.now() + AHEAD)

    def _threats(self, since: datetime, until: datetime) -> Read:
        """Read a span; one that holds more than an answer does is read in halves, as this list has no pages."""
        body = {"start": _ms(since), "end": _end_ms(until), "_limit": MOST_IPS_ROWS}
        answer = self._ask_v1(self._site_path("stat/ips/event"), body)
        rows = rows_of(answer)
        if not says_cut(answer, len(rows)) and len(rows) < MOST_IPS_ROWS:
            return Read(rows=recent(rows, since))
        if until - since < SHORTEST_SPAN:
            missing = Unread(since=since, until=until, reason=CUT_THREATS)
            return Read(rows=recent(rows, since), unread=missing)
        middle = since + (until - since) / 2
        newer = self._threats(middle, until)
        try:
            older = self._threats(since, middle)
        except ControllerError as exc:
            older = Read(unread=Unread(since=since, until=middle, reason=str(exc)))
        return join([newer, older])

    def anomalies(self, since: datetime, until: datetime | None = None) -> Read:
        """Read the Wi-Fi problems of clients, each with the times from `since` on at which it was noticed."""
        query = urlencode(
            {"scale": "hourly", "start": _ms(since), "end": _end_ms(until or clock.now() + AHEAD)}
        )
        rows = rows_of(self._ask("GET", f"{self._site_path('stat/anomalies')}?{query}"))
        kept = (_since(row, since) for row in rows)
        return Read(rows=tuple(row for row in kept if row is not None))

    def system_log(self, since: datetime, until: datetime | None = None) -> Read:
        """Read the system log: as a whole, or on versions that lack that, part by part (docs/protocol.md 0, D.2)."""
        if self._classes is None:
            try:
                return self._log("all", since, until)
            except EndpointGone as exc:
                if exc.status == 400:  # a question it does not understand is no sign of an older version
                    raise AnswerUnusable(f"The controller refused the question: {exc.message}") from exc
                whole_is_gone = exc
        else:
            whole_is_gone = EndpointGone("This controller has no system log.")
        return self._log_in_parts(since, until, whole_is_gone)

    def _log_in_parts(self, since: datetime, until: datetime | None, gone: EndpointGone) -> Read:
        reads: dict[str, Read] = {}
        problems: list[ControllerError] = []
        for name in self._classes or endpoints.LOG_CLASSES:
            try:
                reads[name] = self._log(name, since, until)
            except EndpointGone:
                continue
            except ControllerError as exc:
                problems.append(exc)
                reads[name] = Read(unread=Unread(since=since, until=until, reason=str(exc)))
        if len(problems) == len(reads):
            raise problems[0] if problems else gone
        self._classes = tuple(reads)
        return join(list(reads.values()))

    def activity(self, since: datetime, until: datetime | None = None) -> Read:
        """Read what administrators did, with what they changed (docs/protocol.md D.5); holds secrets."""
        try:
            return self._log("admin-activity", since, until)
        except EndpointGone:
            return self._log("admin-access", since, until)

    def _log(self, name: str, since: datetime, until: datetime | None) -> Read:
        path = endpoints.v2(self.device_type, self.site, f"system-log/{name}")
        return self._pages_v2(path, {}, Pages(since, until))

    def flows(self, since: datetime, until: datetime | None = None) -> Read:
        """Read the traffic that intrusion prevention noticed or a policy blocked (docs/protocol.md D.6)."""
        path = endpoints.v2(self.device_type, self.site, "traffic-flows")
        reads = [self._flows(path, dict(question), since, until) for question in endpoints.FLOW_QUESTIONS]
        return join(reads, flow_time)

    def _flows(self, path: str, asked: dict[str, Any], since: datetime, until: datetime | None) -> Read:
        try:
            return self._pages_v2(
                path, {**endpoints.FLOW_LISTS, **asked}, Pages(since, until, moment=flow_time)
            )
        except EndpointGone as exc:
            if exc.status != 400:
                raise
            return self._pages_v2(path, asked, Pages(since, until, moment=flow_time))

    def newest_row(self, path: str, body: Mapping[str, Any], until: datetime) -> Any:
        """Return v2's answer with the newest row up to `until`."""
        span = {"timestampFrom": _ms(until - LONGEST), "timestampTo": _end_ms(until)}
        return self._ask("POST", path, {**body, **span, "pageNumber": 0, "pageSize": 1})

    def newest_row_v1(self, path: str, until: datetime) -> Any:
        """Return v1's answer with the newest row up to `until`."""
        span = {"start": _ms(until - LONGEST), "end": _end_ms(until)}
        return self._ask_v1(path, {"_sort": "-time", **span, "_start": 0, "_limit": 1})

    def _pages_v2(self, path: str, asked: Mapping[str, Any], pages: Pages) -> Read:
        # a fixed end far enough ahead: rows that arrive meanwhile make others come twice, and none go missing
        span = {"timestampFrom": _ms(pages.since), "timestampTo": _end_ms(pages.until or clock.now() + AHEAD)}
        return read_pages(pages, lambda page: self._ask("POST", path, {**asked, **span, **page}))

    def _site_path(self, what: str) -> str:
        return endpoints.v1(self.device_type, self.site, what)

    def _ask_v1(self, path: str, body: Mapping[str, Any]) -> Any:
        """Ask a v1 list with POST, or with GET where the account may only read (docs/protocol.md A.4, C)."""
        if path not in self._gets:
            try:
                return self._ask("POST", path, body)
            except EndpointForbidden as exc:
                answer = self._ask_with_get(path, body, exc)
                self._gets.add(path)
                return answer
        return self._ask_with_get(path, body)

    def _ask_with_get(
        self, path: str, body: Mapping[str, Any], refused: EndpointForbidden | None = None
    ) -> Any:
        query = urlencode({name: value for name, value in body.items() if value is not None})
        try:
            return self._ask("GET", f"{path}?{query}")
        except EndpointGone:
            if refused is not None:
                raise refused from None
            raise

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return self.transport.ask(method, path, body)


def read_pages(pages: Pages, ask: Callable[[Mapping[str, Any]], Any]) -> Read:
    """Return what `ask` gave page by page; one that fails ends the read, and what came before it is kept."""
    while not pages.is_finished:
        try:
            pages.take(ask(pages.question()))
        except ControllerError as exc:
            if not pages.asked:
                raise
            pages.interrupt(str(exc))
    return pages.read()


def flow_time(row: Mapping[str, Any]) -> datetime | None:
    """Return when a flow was written down: its end, where it has one (docs/protocol.md D.6)."""
    return from_number(row.get("flow_end_time")) or event_time(row) or from_number(row.get("flow_start_time"))


def _since(row: Any, since: datetime) -> Row | None:
    times = row.get("timestamps") if isinstance(row, dict) else None
    if not isinstance(times, list):
        return row  # type: ignore[no-any-return]
    late = [value for value in times if (at := from_number(value)) is None or at >= since]
    return {**row, "timestamps": late} if late or not times else None


def _hours_since(since: datetime) -> int:
    """Return the whole hours back to `since`, by a clock that may run a day ahead of ours."""
    return max(1, int((clock.now() + AHEAD - since) / timedelta(hours=1)) + 2)


def _ms(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


def _end_ms(moment: datetime) -> int:
    return _ms(moment) + 1  # the millisecond that has begun belongs to it

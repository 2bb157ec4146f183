"""What to ask Cloudflare, and what its answers mean. Pure.

Shapes: developers.cloudflare.com, "GraphQL Analytics API" (errors inside a 200, the settings node, limits of each data
set, at most 300 queries in 5 minutes) and "API" (the envelope of REST v4, pages by `result_info`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec

from unifi_scanner.errors import IntegrationError, PartUnavailable

EVENTS, LOOKUPS = "firewallEventsAdaptive", "dnsAnalyticsAdaptiveGroups"
PAGE = 1_000  # rows of one answer; a data set may allow less
MOST_SLICES = 31
MOST_SAID = 160  # characters of Cloudflare's own words that are passed on
T = TypeVar("T")

LIMITS_QUERY = """query Limits($zone: string) { viewer { zones(filter: {zoneTag: $zone}) { settings {
  firewallEventsAdaptive { enabled maxDuration notOlderThan maxPageSize }
  dnsAnalyticsAdaptiveGroups { enabled maxDuration notOlderThan maxPageSize }
} } } }"""
EVENTS_QUERY = """query Events($zone: string, $limit: uint64, $filter: FirewallEventsAdaptiveFilter_InputObject) {
  viewer { zones(filter: {zoneTag: $zone}) {
    firewallEventsAdaptive(filter: $filter, limit: $limit, orderBy: [datetime_DESC]) {
      action clientCountryName clientIP clientRequestPath datetime source
    } } } }"""
LOOKUPS_QUERY = """query Lookups($zone: string, $since: Time, $until: Time) { viewer { zones(filter: {zoneTag: $zone}) {
  codes: dnsAnalyticsAdaptiveGroups(filter: {datetime_geq: $since, datetime_lt: $until}, limit: 50, orderBy: [count_DESC]) {
    count dimensions { responseCode } }
  missing: dnsAnalyticsAdaptiveGroups(filter: {datetime_geq: $since, datetime_lt: $until, responseCode: "NXDOMAIN"}, limit: 10, orderBy: [count_DESC]) {
    count dimensions { queryName } }
} } }"""


class Limits(msgspec.Struct, frozen=True, rename="camel"):
    """How far back and how much of a data set may be asked; in seconds and rows, 0 where nothing was said."""

    enabled: bool = True
    max_duration: int = 0
    not_older_than: int = 0
    max_page_size: int = 0


class Event(msgspec.Struct, frozen=True, rename="camel"):
    """One request that the firewall of a website had something to do with."""

    datetime: datetime
    action: str = ""
    client_country_name: str = ""
    client_ip: str = msgspec.field(default="", name="clientIP")
    client_request_path: str = ""
    source: str = ""


class Dimensions(msgspec.Struct, frozen=True, rename="camel"):
    """What a group of look-ups has in common."""

    response_code: str = ""
    query_name: str = ""


class Group(msgspec.Struct, frozen=True):
    """How many look-ups had something in common."""

    count: int
    dimensions: Dimensions = Dimensions()


class Tunnel(msgspec.Struct, frozen=True):
    """One tunnel from here to Cloudflare."""

    id: str
    name: str = ""
    status: str = ""
    conns_inactive_at: datetime | None = None


class _Error(msgspec.Struct, frozen=True):
    message: str = ""
    code: int | None = None


class _Graph(msgspec.Struct, frozen=True):
    data: dict[str, Any] | None = None
    errors: list[_Error] | None = None


class _Pages(msgspec.Struct, frozen=True):
    page: int = 1
    per_page: int = 0
    count: int = 0
    total_count: int = 0


class Envelope(msgspec.Struct, frozen=True):
    """One answer of the REST API; `result` is read by whoever asked."""

    success: bool = False
    result: msgspec.Raw = msgspec.Raw(b"null")
    errors: list[_Error] | None = None
    result_info: _Pages | None = None


def read_graph(body: bytes, zone: str) -> Mapping[str, Any]:
    """Return what a GraphQL answer tells of its one zone; raises PartUnavailable."""
    answer = _decoded(body, _Graph)
    if answer.errors:
        raise _refused(" ".join(error.message for error in answer.errors))
    try:
        zones = (answer.data or {})["viewer"]["zones"]
        if not zones:
            raise PartUnavailable(
                f"Cloudflare shows nothing of the zone {zone[:8]}….",
                hint="Check UNIFI_CLOUDFLARE_ZONES and what the token may read.",
            )
        return dict(zones[0])
    except (KeyError, TypeError, IndexError, ValueError) as exc:
        raise _unreadable() from exc


def read_limits(zone: Mapping[str, Any], data_set: str) -> Limits:
    """Return the limits of a data set; raises PartUnavailable where this plan does not have it."""
    settings = zone.get("settings")
    found = settings.get(data_set) if isinstance(settings, Mapping) else None
    limits = Limits() if found is None else converted(found, Limits)
    if not limits.enabled:
        raise PartUnavailable("Your Cloudflare plan does not let us read this.", on_purpose=True)
    return limits


def converted(value: Any, kind: type[T]) -> T:
    """Return part of an answer as a value; raises PartUnavailable where it is of another shape."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as exc:
        raise _unreadable() from exc


def read_envelope(body: bytes) -> Envelope:
    """Return a REST answer; raises PartUnavailable."""
    envelope = _decoded(body, Envelope)
    if not envelope.success:
        raise _refused(" ".join(error.message for error in envelope.errors or ()))
    return envelope


def read_result(envelope: Envelope, kind: type[T]) -> T:
    """Return what a REST answer is about; raises PartUnavailable."""
    return _decoded(bytes(envelope.result), kind)


def is_last_page(info: _Pages | None, got: int, so_far: int) -> bool:
    """Return whether no further page of a list is to be asked for."""
    if got == 0 or info is None:
        return True
    return so_far >= info.total_count if info.total_count else got < info.per_page


def slices_of(since: datetime, now: datetime, limits: Limits) -> list[tuple[datetime, datetime]]:
    """Return the time that may be asked, newest part first, each as long as one question may reach."""
    start = since
    if limits.not_older_than:
        # a minute of room: the answer is judged by Cloudflare's clock
        start = max(start, now - timedelta(seconds=max(0, limits.not_older_than - 60)))
    longest = timedelta(seconds=limits.max_duration or 86_400)
    return list(_cut(start, now, longest))[:MOST_SLICES]


def _cut(start: datetime, end: datetime, longest: timedelta) -> Iterator[tuple[datetime, datetime]]:
    while start < end:
        begin = max(start, end - longest)
        yield begin, end
        end = begin


def wire_time(moment: datetime) -> str:
    """Return a moment as Cloudflare writes it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def trouble_of(status: int, body: bytes, wait: str | None) -> IntegrationError | None:
    """Return what an HTTP answer says went wrong, None where nothing did.

    A PartUnavailable concerns this one question; anything else makes the next one useless too.
    """
    if status < 400:
        return None
    if status == 401 or (status == 400 and _is_about_the_token(body)):
        return IntegrationError(
            "Cloudflare does not accept the token.",
            hint="Make a new one under My Profile > API Tokens, and set UNIFI_CLOUDFLARE_TOKEN.",
        )
    if status == 429:
        pause = f" for {wait} seconds" if wait and wait.isdecimal() and len(wait) < 7 else ""
        return IntegrationError(f"Cloudflare wants to be left alone{pause}: it was asked too often.")
    if status >= 500:
        return IntegrationError(f"Cloudflare itself had a fault (HTTP {status}).")
    if status == 404:
        return PartUnavailable(
            "Cloudflare does not know the account or the zone.",
            hint="Check UNIFI_CLOUDFLARE_ACCOUNT and UNIFI_CLOUDFLARE_ZONES.",
        )
    return _refused(_said(body) or f"HTTP {status}")


def _said(body: bytes) -> str:
    try:
        errors = msgspec.json.decode(body, type=Envelope).errors or ()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    return " ".join(error.message for error in errors)


def _is_about_the_token(body: bytes) -> bool:
    said = _said(body).lower()
    return "authorization" in said or "authentication" in said or "request headers" in said


def _refused(said: str) -> IntegrationError:
    low = said.lower()
    if "does not have access to the path" in low or "not available for your plan" in low:
        return PartUnavailable("Your Cloudflare plan does not let us read this.", on_purpose=True)
    if "older than" in low or "time range" in low:
        return PartUnavailable("Cloudflare no longer keeps that time on your plan.", on_purpose=True)
    if "rate limit" in low or "quota" in low or "limit reached" in low:
        return IntegrationError("Cloudflare wants to be left alone: it was asked too often.")
    words = " ".join(said.split())[:MOST_SAID]
    return PartUnavailable(
        f"The Cloudflare token may not read this ({words or 'no reason given'}).",
        hint="Let it read Zone > Analytics and Account > Cloudflare Tunnel, for the zones and the account you named.",
    )


def _unreadable() -> PartUnavailable:
    return PartUnavailable("Cloudflare answered with something we cannot read.")


def _decoded(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise _unreadable() from exc

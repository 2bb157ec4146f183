"""Cloudflare as a part of the report: attacks stopped, names looked up, tunnels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from unifi_scanner.errors import PartUnavailable
from unifi_scanner.integrations import cloudflare_answers as answers
from unifi_scanner.integrations.cloudflare_line import API, MOST_PAGES, CloudflareLine
from unifi_scanner.integrations.cloudflare_tallies import Events, Lookups, Seen
from unifi_scanner.integrations.cloudflare_words import AREAS, section_of
from unifi_scanner.models.section import Section

COLLECT_S = 25.0


class Cloudflare:
    """Asks Cloudflare about its zones and its account; a part that is not configured is not asked."""

    name, title = "cloudflare", "Cloudflare"

    def __init__(
        self,
        token: str,
        *,
        zones: Sequence[str] = (),
        account: str | None = None,
        seconds: float = COLLECT_S,
        base_url: str = API,
    ) -> None:
        self._token = token
        self._zones = tuple(zones)
        self._account = account
        self._seconds = seconds
        self._base_url = base_url

    @property
    def areas(self) -> tuple[str, ...]:
        """Return the parts that are configured."""
        return tuple(a for a in AREAS if (self._account if a == "tunnels" else self._zones))

    def collect(self, since: datetime, now: datetime) -> Section:
        """Return what Cloudflare tells from `since` on; raises IntegrationError where it cannot be asked at all."""
        line = CloudflareLine(self._token, seconds=self._seconds, base_url=self._base_url)
        try:
            seen = [part for zone in self._zones for part in self._zone(line, zone, since, now)]
            if self._account:
                seen.append(_tried("tunnels", "", line.tunnels, self._account))
        finally:
            line.close()
        return section_of(seen, since=since, now=now)

    def _zone(self, line: CloudflareLine, zone: str, since: datetime, now: datetime) -> list[Seen]:
        name = line.zone_name(zone)
        try:
            limits = line.graph(answers.LIMITS_QUERY, zone)
        except PartUnavailable as exc:
            return [Seen(area=area, zone=name, trouble=exc) for area in AREAS if area != "tunnels"]
        return [
            _tried("websites", name, _events, line, zone, limits, since, now),
            _tried("lookups", name, _lookups, line, zone, limits, since, now),
        ]


def _tried(area: str, zone: str, ask: Callable[..., object], *args: object) -> Seen:
    try:
        return Seen(area=area, zone=zone, found=ask(*args))
    except PartUnavailable as exc:
        return Seen(area=area, zone=zone, trouble=exc)


def _events(
    line: CloudflareLine, zone: str, known: dict[str, object], since: datetime, now: datetime
) -> Events:
    limits = answers.read_limits(known, answers.EVENTS)
    slices = answers.slices_of(since, now, limits)
    tally, pages = Events(since=slices[-1][0] if slices else now), 0
    for begin, end in slices:
        left_over: datetime | None = end
        while left_over is not None:
            if pages == MOST_PAGES:
                tally.is_cut = True
                return tally
            rows = _page(line, zone, begin, left_over, limits)
            pages += 1
            left_over = tally.add(rows, is_full=len(rows) >= _page_size(limits))
    return tally


def _page(
    line: CloudflareLine, zone: str, begin: datetime, end: datetime, limits: answers.Limits
) -> list[answers.Event]:
    window = {"datetime_geq": answers.wire_time(begin), "datetime_lt": answers.wire_time(end)}
    told = line.graph(answers.EVENTS_QUERY, zone, limit=_page_size(limits), filter=window)
    return answers.converted(told.get(answers.EVENTS) or [], list[answers.Event])


def _page_size(limits: answers.Limits) -> int:
    return min(answers.PAGE, limits.max_page_size or answers.PAGE)


def _lookups(
    line: CloudflareLine, zone: str, known: dict[str, object], since: datetime, now: datetime
) -> Lookups:
    slices = answers.slices_of(since, now, answers.read_limits(known, answers.LOOKUPS))
    codes: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    for begin, end in slices:
        told = line.graph(
            answers.LOOKUPS_QUERY, zone, since=answers.wire_time(begin), until=answers.wire_time(end)
        )
        for group in answers.converted(told.get("codes") or [], list[answers.Group]):
            codes[group.dimensions.response_code] += group.count
        for group in answers.converted(told.get("missing") or [], list[answers.Group]):
            missing[group.dimensions.query_name] += group.count
    return Lookups(codes=codes, missing=missing, since=slices[-1][0] if slices else now)

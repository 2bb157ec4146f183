"""`report`: ask every source back to a moment, merge with what is stored, and tell it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from unifi_scanner import clock
from unifi_scanner.app.channels import channels_of, data_file
from unifi_scanner.app.console_files import console_files
from unifi_scanner.app.controller import Controller, Site
from unifi_scanner.app.output import put_entries, put_reports
from unifi_scanner.app.services_asked import ServicesAsked
from unifi_scanner.config.settings import Settings
from unifi_scanner.delivery import compose, dispatch
from unifi_scanner.detection import load_rules
from unifi_scanner.detection.glossary import glossary
from unifi_scanner.errors import CollectionError, ControllerError, DeliveryError
from unifi_scanner.models.enums import Voice
from unifi_scanner.models.report import Report
from unifi_scanner.models.section import Section
from unifi_scanner.pipeline import Ingest, Publish, recall_facts, remember_topology
from unifi_scanner.reports import render_all
from unifi_scanner.store import EventStore, Shard, SqliteStore, open_store

MANY = 200_000  # events that take some seconds to go through
PATIENCE = f"More than {MANY:,} events since then. Going through them takes a while."
A_DAY = timedelta(days=1)  # a clock may run ahead
log = structlog.get_logger(__name__)


def report(
    settings: Settings,
    since: datetime,
    *,
    format: str = "text",  # noqa: A002 - the name of the option
    output: Path | None = None,
    entries: bool = False,
    deliver: bool = False,
) -> int:
    """Print the report of each site from `since` on, or its entries, and return 0.

    Raises ScannerError with its exit code; one controller of several that does not answer is only told.
    """
    with ExitStack() as stack:
        store = open_store(data_file(settings))
        stack.callback(store.close)
        controllers = [Controller(settings, connection) for connection in settings.connections()]
        for controller in controllers:
            stack.callback(controller.close)
        asked = ServicesAsked(settings)
        sites = list(_signed_in(controllers))
        if not entries:
            asked.begin(since, clock.now())
        for site in sites:
            _look_back(store, site, since)
        if entries:
            put_entries(
                ((entry, None) for site in sites for entry in store.entries(site.shard, since=since)),
                output,
                format,
            )
            return 0
        if any(is_long(store, site.shard, since) for site in sites):
            print(PATIENCE, file=sys.stderr, flush=True)
        told = asked.sections(_wait)
        made = [_made(settings, store, site, since, told if site is sites[0] else ()) for site in sites]
        put_reports(made, format, output, Voice(settings.report_voice))
        if deliver:
            _deliver(made, settings)
    return 0


def is_long(store: EventStore, shard: Shard, since: datetime, many: int = MANY) -> bool:
    """Return whether there is so much to tell since then that whoever waits should know."""
    return store.has_at_least(many, shard, since=since, until=clock.now() + A_DAY)


def _signed_in(controllers: Sequence[Controller]) -> Iterator[Site]:
    troubles: list[ControllerError] = []
    for controller in controllers:
        try:
            controller.sign_in()
        except ControllerError as exc:
            troubles.append(exc)
            if len(controllers) > 1:
                log.warning("controller_left_out", controller=controller.connection.label, reason=str(exc))
        else:
            yield from controller.sites
    if troubles and len(troubles) == len(controllers):
        raise troubles[0]


def _look_back(store: SqliteStore, site: Site, since: datetime) -> None:
    site.also_read(console_files(site.settings, site, store))
    ingest = Ingest(store, site.shard, history=site.history, version=site.client.version)
    site.capabilities = recall_facts(store, site.shard).capabilities
    if site.topology:
        remember_topology(store, site.shard, site.topology)
    try:
        site.capabilities = site.probe(clock.now()) or site.capabilities
    except ControllerError as exc:
        log.warning("controller_not_probed", site=site.client.site, reason=str(exc))
    ingest.capabilities = site.capabilities
    try:
        ingest.look_back(since, clock.now())
    except CollectionError as exc:
        # what is stored can still be told, together with what could not be asked
        log.warning("sources_unreadable", site=site.client.site, reason=str(exc))


def _wait() -> bool:
    time.sleep(0.02)
    return False


def _made(
    settings: Settings, store: SqliteStore, site: Site, since: datetime, sections: Sequence[Section]
) -> Report:
    publish = Publish(
        store,
        site.shard,
        rules=load_rules(settings.rules_dir),
        channels=(),
        facts=site.facts(listening=False),
    )
    publish.sections = sections
    return publish.report(since=since, now=clock.now())


def _deliver(made: Sequence[Report], settings: Settings) -> None:
    channels = channels_of(settings)
    for one in made:
        outcome = dispatch(
            compose(one, render_all(one, Voice(settings.report_voice), glossary=glossary())), channels
        )
        if not outcome.receipts:
            reasons = " ".join(str(failure) for failure in outcome.failures)
            raise DeliveryError("all channels", f"The report was made but not delivered anywhere. {reasons}")

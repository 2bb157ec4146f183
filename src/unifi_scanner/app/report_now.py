"""`report`: ask every source back to a moment, merge with what is stored, and tell it."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import structlog

from unifi_scanner import clock
from unifi_scanner.app.channels import channels_of, data_file
from unifi_scanner.app.controller import Controller
from unifi_scanner.app.output import put_entries, put_report
from unifi_scanner.config.settings import Settings
from unifi_scanner.delivery import compose, dispatch
from unifi_scanner.detection import load_rules
from unifi_scanner.errors import CollectionError, DeliveryError
from unifi_scanner.models.report import Report
from unifi_scanner.pipeline import Ingest, Publish
from unifi_scanner.reports import render_all
from unifi_scanner.store import open_store

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
    """Print the report from `since` on, or its entries, and return 0; raises ScannerError with its exit code."""
    with ExitStack() as stack:
        store = open_store(data_file(settings))
        stack.callback(store.close)
        controller = Controller(settings)
        stack.callback(controller.close)
        controller.sign_in()
        ingest = Ingest(store, controller.shard, live=None, history=controller.history)
        try:
            ingest.look_back(since, clock.now())
        except CollectionError as exc:
            # what is stored can still be told, together with what could not be asked
            log.warning("sources_unreadable", reason=str(exc))
        publish = Publish(
            store,
            controller.shard,
            rules=load_rules(settings.rules_dir),
            channels=channels_of(settings),
            facts=controller.facts(listening=False),
        )
        if entries:
            put_entries(((entry, None) for entry in store.entries(controller.shard, since=since)), output)
            return 0
        made = publish.report(since=since, now=clock.now())
        put_report(made, format, output)
        if deliver:
            _deliver(made, settings)
    return 0


def _deliver(made: Report, settings: Settings) -> None:
    outcome = dispatch(compose(made, render_all(made)), channels_of(settings))
    if not outcome.receipts:
        reasons = " ".join(str(failure) for failure in outcome.failures)
        raise DeliveryError("all channels", f"The report was made but not delivered anywhere. {reasons}")

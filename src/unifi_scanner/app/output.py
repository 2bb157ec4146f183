"""A report or its entries, in the form that was asked for, where it was asked to go."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from unifi_scanner.errors import InputError
from unifi_scanner.log import redact
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.report import Report
from unifi_scanner.models.telling import sentence_of
from unifi_scanner.reports import escaped_json, render_html, render_json, render_text


def rendered(report: Report, form: str, *, to_terminal: bool) -> str:
    """Return the report as `text`, `html` or `json`."""
    match form:
        case "html":
            return render_html(report)
        case "json":
            return render_json(report)
        case _:
            colour = to_terminal and "NO_COLOR" not in os.environ
            width = min(100, shutil.get_terminal_size((80, 24)).columns) if to_terminal else 80
            return render_text(report, width=width, color=colour)


def put(text: str, output: Path | None) -> None:
    """Write `text` to the file, or to standard output; raises InputError where the file cannot be written."""
    whole = redact(text if text.endswith("\n") else text + "\n")
    if output is None:
        sys.stdout.write(whole)
        sys.stdout.flush()
        return
    try:
        output.write_text(whole, encoding="utf-8")
    except OSError as exc:
        raise InputError(
            f"{output} cannot be written: {exc.strerror or exc}.", hint="Choose another place."
        ) from exc


def put_report(report: Report, form: str, output: Path | None) -> None:
    """Write the report in the form asked for."""
    put(rendered(report, form, to_terminal=output is None and sys.stdout.isatty()), output)


def put_reports(reports: Sequence[Report], form: str, output: Path | None) -> None:
    """Write the reports of several sites: JSON as one list, text one after the other, pages in a file each."""
    if len(reports) == 1:
        put_report(reports[0], form, output)
    elif form == "json":
        put(f"[{','.join(render_json(report) for report in reports)}]", output)
    elif form == "text":
        to_terminal = output is None and sys.stdout.isatty()
        put("\n".join(rendered(report, form, to_terminal=to_terminal) for report in reports), output)
    else:
        _put_pages(reports, output)


def _put_pages(reports: Sequence[Report], output: Path | None) -> None:
    if output is None:
        raise InputError(
            f"{len(reports)} sites make as many pages.",
            hint="Name a file with --output: each page gets the name of its site added. Or choose one with --site.",
        )
    for number, report in enumerate(reports, start=1):
        name = "".join(c if c.isalnum() else "-" for c in report.title)[:40]
        page = output.with_name(f"{output.stem}-{number}-{name}{output.suffix}")
        put(rendered(report, "html", to_terminal=False), page)
        sys.stdout.write(f"{page}\n")


def put_entries(rows: Iterable[tuple[LogEntry, Mapping[str, Any] | None]], output: Path | None) -> None:
    """Write one JSON object per entry and line."""
    lines = [row_line(entry, where) for entry, where in rows]
    if lines or output is not None:
        put("\n".join(lines), output)


def row_line(entry: LogEntry, where: Mapping[str, Any] | None = None) -> str:
    """Return an entry as one line of JSON, with all that is not visible written as an escape."""
    return escaped_json(msgspec.json.encode(entry_row(entry, where)).decode())


def entry_row(entry: LogEntry, where: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return an entry as the machine-readable row of `--entries`."""
    row: dict[str, Any] = {
        "id": entry.id,
        "timestamp": entry.timestamp.isoformat().replace("+00:00", "Z") if entry.has_time else None,
        "kind": entry.kind,
        "category": entry.source.category,
        "event_type": entry.event_type,
        "source": entry.source.value,
        "level": entry.level.value,
        "client_mac": entry.client_mac,
        "client_name": entry.client_name,
        "device_mac": entry.device_mac,
        "device_name": entry.device_name,
        "message": entry.message,
        "sentence": sentence_of(entry),
        "origins": sorted({origin.shown for origin in entry.origins}),
    }
    if entry.kind in ("unknown", "unreadable"):
        row["raw_data"] = entry.raw_data
    return row if where is None else row | {"input": dict(where)}

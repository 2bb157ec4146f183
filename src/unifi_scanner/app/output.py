"""A report or its entries, in the form that was asked for, where it was asked to go."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from unifi_scanner.detection.glossary import glossary
from unifi_scanner.errors import InputError
from unifi_scanner.log import redact
from unifi_scanner.models.enums import Voice
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.report import Report
from unifi_scanner.models.telling import sentence_of
from unifi_scanner.reports import (
    entries_csv,
    escaped_json,
    findings_csv,
    render_html,
    render_json,
    render_pdf,
    render_text,
)


def rendered(report: Report, form: str, voice: Voice = Voice.HOME, *, to_terminal: bool = False) -> str:
    """Return the report as `text`, `html`, `json` or `csv`."""
    match form:
        case "html":
            return render_html(report, voice, glossary=glossary())
        case "json":
            return render_json(report)
        case "csv":
            return findings_csv([report])
        case _:
            return _text(report, voice, to_terminal=to_terminal)


def _text(report: Report, voice: Voice, *, to_terminal: bool) -> str:
    if not to_terminal:
        return render_text(report, voice=voice, glossary=glossary())
    return render_text(
        report,
        width=min(100, shutil.get_terminal_size((80, 24)).columns),
        color="NO_COLOR" not in os.environ,
        ascii=not _can_draw(sys.stdout.encoding),
        voice=voice,
        glossary=glossary(),
    )


def _can_draw(encoding: str | None) -> bool:
    try:
        "●─█“".encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


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
        raise _unwritable(output, exc) from exc


def put_report(report: Report, form: str, output: Path | None, voice: Voice = Voice.HOME) -> None:
    """Write the report in the form asked for."""
    if form == "pdf":
        put_bytes(render_pdf(report, voice), output)
    else:
        put(rendered(report, form, voice, to_terminal=output is None and sys.stdout.isatty()), output)


def put_reports(reports: Sequence[Report], form: str, output: Path | None, voice: Voice = Voice.HOME) -> None:
    """Write the reports of several sites: JSON and CSV as one, text one after the other, pages in a file each."""
    if len(reports) == 1:
        put_report(reports[0], form, output, voice)
    elif form == "json":
        put(f"[{','.join(render_json(report) for report in reports)}]", output)
    elif form == "csv":
        put(findings_csv(reports), output)
    elif form == "text":
        to_terminal = output is None and sys.stdout.isatty()
        put("\n".join(rendered(report, form, voice, to_terminal=to_terminal) for report in reports), output)
    else:
        _put_pages(reports, form, output, voice)


def put_bytes(data: bytes, output: Path | None) -> None:
    """Write `data` to the file, or to standard output where that is no terminal; raises InputError."""
    if output is None and sys.stdout.isatty():
        raise InputError("A PDF is no text to show here.", hint="Name a file with --output.")
    if output is None:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        return
    try:
        output.write_bytes(data)
    except OSError as exc:
        raise _unwritable(output, exc) from exc


def _unwritable(output: Path, exc: OSError) -> InputError:
    return InputError(f"{output} cannot be written: {exc.strerror or exc}.", hint="Choose another place.")


def _put_pages(reports: Sequence[Report], form: str, output: Path | None, voice: Voice) -> None:
    if output is None:
        raise InputError(
            f"{len(reports)} sites make as many pages.",
            hint="Name a file with --output: each page gets the name of its site added. Or choose one with --site.",
        )
    for number, report in enumerate(reports, start=1):
        name = "".join(c if c.isalnum() else "-" for c in report.title)[:40]
        page = output.with_name(f"{output.stem}-{number}-{name}{output.suffix}")
        put_report(report, form, page, voice)
        sys.stdout.write(f"{page}\n")


def put_entries(
    rows: Iterable[tuple[LogEntry, Mapping[str, Any] | None]], output: Path | None, form: str = "json"
) -> None:
    """Write one JSON object per entry and line, or one line of a table."""
    if form == "csv":
        put(entries_csv(entry_row(entry) for entry, _ in rows), output)
        return
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

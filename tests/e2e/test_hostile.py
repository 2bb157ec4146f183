"""Whatever strangers call their things is stored as it was, and does nothing to whoever reads about it."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.hostile_evening import (
    NAMES,
    ON_THE_WIRE,
    RECIPIENT,
    SITES,
    TRIED,
    Evening,
    evening,
    strangers_text,
    texts_in,
)
from tests.store.making import HOME
from unifi_scanner.cli import main
from unifi_scanner.delivery.file import OURS
from unifi_scanner.logs.entry import Context
from unifi_scanner.logs.syslog import entry_of_line, split_messages
from unifi_scanner.models.telling import sentence_of
from unifi_scanner.store import open_store

CHROMIUM = shutil.which("chromium")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

OWN_IMAGE = re.compile(r'<img class="pic" src="cid:pic-[a-z]+(-\d)?\.png@unifi-scanner" alt="[^"]*" [^>]*>?')


@pytest.fixture(scope="module")
def came_of_it(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evening]:
    with evening(tmp_path_factory.mktemp("evening")) as made:
        yield made


def invisible(text: str) -> set[str]:
    """Return what does not show and yet does something; a line break ends our own lines."""
    return {c for c in text if c != "\n" and not c.isprintable() and c != "\xa0"}


def test_every_name_reaches_the_store_as_it_was(came_of_it: Evening) -> None:
    stored = {entry.raw_data.get("_id") or entry.raw_data.get("id"): entry for entry in came_of_it.stored}
    for row in came_of_it.ledger:
        wanted = {name.replace("\ud800", "\ufffd") for name in strangers_text(row.fields)}
        # as whoever told it first told it: the stream, or, where that was slow, a list of the history
        told = stored.get(row.id) or stored[row.v2_id]
        assert wanted <= texts_in(told.raw_data), row.key
    everywhere = Counter(text for entry in came_of_it.stored for text in texts_in(entry.raw_data))
    assert all(everywhere[name] >= 10 for name in ON_THE_WIRE.values())


def test_every_line_sent_to_the_service_is_kept(came_of_it: Evening) -> None:
    lines = [str(entry.raw_data.get("line", "")) for entry in came_of_it.stored]
    assert sum(TRIED in line for line in lines) == len(NAMES)
    whole = [name for name in NAMES.values() if name.isprintable()]
    assert all(any(f"{TRIED}{name} from 192.0.2.9" in line for line in lines) for name in whole)


def test_every_log_line_reaches_the_store_as_it_was(tmp_path: Path) -> None:
    context = Context(heard=datetime(2026, 3, 5, 13, 8, 28, tzinfo=UTC))
    lines = [line for name in NAMES.values() for line in split_messages(log_line(name))]
    store = open_store(tmp_path / "store")
    store.add(HOME, [entry_of_line(line, context) for line in lines])
    stored = list(store.entries(HOME, with_raw=True))
    store.close()
    assert Counter(str(entry.raw_data["line"]) for entry in stored) == Counter(lines)
    assert len(lines) >= len(NAMES)
    assert all(sentence_of(entry).isprintable() for entry in stored)


@pytest.mark.parametrize(
    "form",
    ["text", "json", "html", "entries", "deliver", "doctor", "health", "unknown site", "names of pages"],
)
def test_nothing_that_is_printed_commands_a_terminal(came_of_it: Evening, form: str) -> None:
    text = came_of_it.put_out[form]
    assert invisible(text) == set()
    assert not re.search(r"^(Bcc:|2026-01-01T)", text, re.MULTILINE)
    assert form not in ("text", "json", "html", "entries") or "7*7" in text  # told, not reckoned


def test_tail_tells_one_thing_a_line(came_of_it: Evening) -> None:
    assert invisible(came_of_it.tailed) == set()
    lines = came_of_it.tailed.splitlines()
    shape = re.compile(r"^(\w{3} \d\d \w{3} \d\d:\d\d:\d\d  |Listening |The stream |At an unknown|\S+ \[)")
    assert [line for line in lines if not shape.match(line)] == []
    assert any("<script>alert(1)</script>" in line for line in lines)


def test_an_entry_is_one_line_of_json(came_of_it: Evening) -> None:
    lines = came_of_it.put_out["entries"].splitlines()
    rows = [json.loads(line) for line in lines]
    assert len(rows) >= len(came_of_it.ledger)
    assert {ON_THE_WIRE["right to left"], ON_THE_WIRE["bcc"]} <= {row["client_name"] for row in rows}
    assert {c for row in rows for c in row["sentence"] if not c.isprintable()} <= {"\xa0"}
    assert max(len(row["sentence"]) for row in rows) < 1000


def test_a_log_line_is_one_event(came_of_it: Evening) -> None:
    assert invisible(came_of_it.log) == set()
    shape = re.compile(r"^(\d{4}-\d\d-\d\dT[\d:.]+Z \[\w+ *\] |    )")
    assert [line for line in came_of_it.log.splitlines() if not shape.match(line)] == []
    assert "2026-01-01" not in came_of_it.log
    assert "Traceback" not in came_of_it.log


def test_a_mail_has_its_own_headers_and_goes_where_it_should(came_of_it: Evening) -> None:
    mail = came_of_it.mail
    assert sorted(mail.keys()) == sorted(
        [
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "List-Id",
            "Auto-Submitted",
            "MIME-Version",
            "Content-Type",
        ]
    )
    assert {tuple(to) for to in came_of_it.recipients} == {(RECIPIENT,)}
    kinds = [part.get_content_type() for part in mail.walk()]
    assert [kind for kind in kinds if kind not in ("multipart/related", "image/png")] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/html",
    ]  # fmt: skip
    (attached,) = mail.iter_attachments()
    assert OURS.fullmatch(str(attached.get_filename()))
    head, _, _ = came_of_it.raw_mail.partition(b"\r\n\r\n")
    assert b"evil@" not in head
    # the report, and what could not wait for it
    for part in (part for each in came_of_it.mails for part in each.walk()):
        if part.get_content_maintype() == "text":
            assert invisible(part.get_content().replace("\r\n", "\n")) == set()


def test_no_name_makes_a_file(came_of_it: Evening) -> None:
    written = {path.relative_to(came_of_it.root) for path in came_of_it.files}
    reports = [path for path in written if path.parts[0] == "reports"]
    pages = [path for path in written if path.name.startswith("pages-")]
    assert len(pages) == len(SITES)
    assert all(re.fullmatch(r"pages-\d-[\w-]+\.html", path.name) for path in pages)
    assert reports
    assert all(OURS.fullmatch(path.name) and len(path.parts) == 2 for path in reports)
    assert {path.parts[0] for path in written} == {
        "data",
        "reports",
        "log",
        "tail",
        *(page.name for page in pages),
    }
    assert not [path for path in written if "passwd" in str(path)]


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here to open the pages with")
def test_no_page_runs_anything(came_of_it: Evening, tmp_path: Path) -> None:
    mail_page = came_of_it.mail.get_body(("html",))
    assert mail_page is not None
    attached = next(iter(came_of_it.mail.iter_attachments()))
    found = opened(
        {
            "page": came_of_it.put_out["html"],
            "mail": mail_page.get_content(),
            "attached": attached.get_content(),
            "unprotected": "<h1 id=verdict></h1><img src=x onerror=\"parent.pwned='image'\"><script>parent.ran=1</script>",
        },
        tmp_path,
    )
    assert (found["pwned"], found["ran"]) == ("unprotected", 1)  # the trap itself works
    for page in ("page", "mail", "attached"):
        assert found[page]["names"], page
        assert [tag for tag in found[page]["live"] if not OWN_IMAGE.match(tag)] == [], page


def test_no_webhook_and_no_log_line_in_a_file_runs_anything(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    hooks, lines = tmp_path / "hooks.json", tmp_path / "lines.log"
    hooks.write_text("\n".join(json.dumps(hook(name)) for name in NAMES.values()), encoding="utf-8")
    lines.write_bytes(b"".join(log_line(name) for name in NAMES.values()))
    for words in ([], ["--format", "html"], ["--format", "json"], ["--entries"]):
        assert main(["analyze", *words, str(hooks), str(lines)]) == 0
        out = capsysbinary.readouterr().out.decode()
        assert invisible(out) == set(), words
        assert words != ["--format", "html"] or "<script>alert" not in out
        if words == ["--entries"]:
            rows = [json.loads(row) for row in out.splitlines()]
            assert sum(row["kind"] == "client.connected" for row in rows) == len(NAMES)
            assert set(ON_THE_WIRE.values()) - {row["client_name"] for row in rows} == set()


def hook(name: str) -> dict[str, object]:
    told = {"UNIFIclientAlias": name, "UNIFIclientMac": "02:00:00:00:00:01", "UNIFIwifiName": name,
            "UNIFIutcTime": "2026-03-01T12:00:00.000Z"}  # fmt: skip
    return {"app": "network", "deviceEventClassId": "400", "name": name, "message": name, "severity": 1,
            "version": "9.5.21", "alarm_id": name, "customContent": name, "parameters": told}  # fmt: skip


def log_line(name: str) -> bytes:
    return f"<30>Mar  5 13:08:27 G G oddd[1]: {name}\n".encode("utf-8", "surrogatepass")


LOOK = """
onload = () => setTimeout(() => {
  const found = {pwned: window.pwned ? "unprotected" : "", ran: window.ran || 0};
  for (const frame of document.querySelectorAll("iframe")) {
    const page = frame.contentDocument;
    const live = [...page.querySelectorAll("*")].filter(one =>
      ["SCRIPT", "IMG", "IFRAME", "OBJECT", "EMBED", "FORM", "LINK", "BASE"].includes(one.tagName)
      || [...one.attributes].some(a => a.name.startsWith("on") || /^\\s*javascript:/i.test(a.value)));
    found[frame.title] = {live: live.map(one => one.outerHTML.slice(0, 200)),
                          names: page.documentElement.textContent.includes("<scr" + "ipt>alert(1)</scr" + "ipt>")};
  }
  document.getElementById("found").textContent = JSON.stringify(found);
}, 50);
"""


def opened(pages: dict[str, str], tmp_path: Path) -> dict[str, Any]:
    """Open every page in a frame that may run scripts, and return what is alive in it."""
    frames = "".join(
        f'<iframe title="{name}" srcdoc="{html.escape(page)}"></iframe>' for name, page in pages.items()
    )
    stage = tmp_path / "stage.html"
    stage.write_text(
        f"<!doctype html><meta charset=utf-8><script>{LOOK}</script>{frames}<pre id=found></pre>",
        encoding="utf-8",
    )
    ran = subprocess.run(
        [
            str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-sync", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--virtual-time-budget=5000", f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", stage.as_uri(),
        ],
        capture_output=True, text=True, timeout=100, check=True,
    )  # fmt: skip
    told = re.search('<pre id="found">(.*?)</pre>', ran.stdout, re.DOTALL)
    assert told, ran.stderr
    found: dict[str, Any] = json.loads(html.unescape(told[1]))
    return found


def test_no_file_and_no_member_of_an_archive_has_a_name_that_does_something(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packed = tmp_path / "\u202egpj.\x1b[2J\nBcc: x.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for number, name in enumerate(ON_THE_WIRE.values()):
            event = {"key": "EVT_AP_Lost_Contact", "ap_name": name, "time": 1672437522587 + number}
            archive.writestr(f"{number}{name[:50]}.json", json.dumps(event))
            archive.writestr(f"{number}!{name[:50]}.gz", b"\x1f\x8b\x08broken")
    for words in ([], ["--entries"], ["--format", "json"], ["--format", "html"]):
        assert main(["analyze", *words, str(packed)]) == 0
        told = capsys.readouterr()
        assert invisible(told.out + told.err) == set(), words
    assert main(["analyze", f"{packed}.not"]) == 2
    assert invisible(capsys.readouterr().err) == set()
    assert [path.name for path in tmp_path.iterdir()] == [packed.name]

"""Reports in a directory: whole, nameable anywhere, and not more than asked for."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from tests.reports.samples import NOW, bad_week, quiet_week
from unifi_scanner.delivery import FileChannel, Message, compose
from unifi_scanner.errors import DeliveryError
from unifi_scanner.models.report import Report
from unifi_scanner.reports import render_all

NAMES = ["report-2026-11-24T0700.html", "report-2026-11-24T0700.json", "report-2026-11-24T0700.txt"]


def message_of(made: Report) -> Message:
    return compose(made, render_all(made))


def message_at(hours: int) -> Message:
    return message_of(msgspec.structs.replace(quiet_week(), generated_at=NOW + timedelta(hours=hours)))


def names_in(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_a_report_is_three_whole_files(tmp_path: Path) -> None:
    target = tmp_path / "new" / "reports"
    message = message_of(bad_week())
    receipt = FileChannel(target).send(message)
    assert names_in(target) == NAMES
    assert {path.read_bytes() for path in target.iterdir()} == {file.data for file in message.attachments}
    assert receipt.detail == f"Wrote {target / NAMES[0]}"


def test_anyone_may_read_a_report(tmp_path: Path) -> None:
    FileChannel(tmp_path).send(message_of(bad_week()))
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o644}


def test_sending_again_writes_nothing_new(tmp_path: Path) -> None:
    for _ in range(2):
        FileChannel(tmp_path).send(message_of(bad_week()))
    assert names_in(tmp_path) == NAMES


def test_two_reports_of_one_minute_are_both_kept(tmp_path: Path) -> None:
    for made in (bad_week(), quiet_week(), bad_week()):
        FileChannel(tmp_path).send(message_of(made))
    assert len(names_in(tmp_path)) == 6
    assert "report-2026-11-24T0700-2.html" in names_in(tmp_path)


def test_only_the_newest_are_kept_and_foreign_files_are_left_alone(tmp_path: Path) -> None:
    for name in ("notes.txt", "report-final.html", "report-2020-01-01T0000.html.bak"):
        (tmp_path / name).write_text("mine")
    for hours in range(5):
        FileChannel(tmp_path, keep=2).send(message_at(hours))
    pages = [name for name in names_in(tmp_path) if name.endswith(".html")]
    assert pages == ["report-2026-11-24T1000.html", "report-2026-11-24T1100.html", "report-final.html"]
    assert {"notes.txt", "report-2020-01-01T0000.html.bak"} <= set(names_in(tmp_path))


def test_the_report_just_written_is_never_the_one_that_goes(tmp_path: Path) -> None:
    FileChannel(tmp_path, keep=1).send(message_at(5))
    FileChannel(tmp_path, keep=1).send(message_at(0))
    assert names_in(tmp_path) == NAMES


def test_a_half_written_file_of_a_crash_is_cleared_away_later(tmp_path: Path) -> None:
    old, fresh = tmp_path / ".report-old.tmp", tmp_path / ".report-fresh.tmp"
    for path in (old, fresh):
        path.write_text("half")
    os.utime(old, (0, 0))
    FileChannel(tmp_path).send(message_of(bad_week()))
    assert not old.exists()
    assert fresh.exists()


def test_a_name_cannot_lead_out_of_the_directory(tmp_path: Path) -> None:
    message = message_of(bad_week())
    file = msgspec.structs.replace(message.attachments[0], name="../../escape.html")
    FileChannel(tmp_path / "in").send(msgspec.structs.replace(message, attachments=(file,)))
    assert names_in(tmp_path / "in") == ["escape.html"]
    assert names_in(tmp_path) == ["in"]


def test_a_directory_that_is_a_file_is_told_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    for target in (tmp_path / "taken", tmp_path / "taken" / "below"):
        with pytest.raises(DeliveryError, match="UNIFI_FILE_DIR") as caught:
            FileChannel(target).send(message_of(bad_week()))
        assert str(target) in str(caught.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_we_may_not_write_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    with pytest.raises(DeliveryError, match="cannot be written"):
        FileChannel(tmp_path).send(message_of(bad_week()))


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no right to mount a small disk here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_told_and_leaves_no_half_file(tiny_disk: Path) -> None:
    with pytest.raises(DeliveryError, match="The disk is full"):
        FileChannel(tiny_disk).send(message_of(bad_week()))
    assert not list(tiny_disk.glob(".report-*"))


def test_a_read_only_disk_is_told(tiny_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(tiny_disk)], check=True)
    with pytest.raises(DeliveryError, match="read-only"):
        FileChannel(tiny_disk).send(message_of(bad_week()))

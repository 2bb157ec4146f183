"""`backup` and `restore`: everything back, nothing of a stranger's, and never under a running scanner."""

from __future__ import annotations

import io
import stat
import tarfile
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.store.making import HOME, connected
from unifi_scanner.app.channels import DATA_FILE
from unifi_scanner.app.data_in_use import in_use
from unifi_scanner.cli import main
from unifi_scanner.store import open_store

BATCH = 50


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a data directory with a few entries, a kept report and a session."""
    folder = tmp_path / "data"
    fill(folder, 0)
    (folder / "reports").mkdir()
    (folder / "reports" / "report-1.html").write_text("<p>All fine.</p>")
    (folder / "session-console.json").write_text("{}")
    return folder


def fill(folder: Path, batch: int) -> None:
    """Add a batch of entries."""
    with closing(open_store(folder / DATA_FILE)) as store:
        store.add(HOME, [connected(batch * BATCH + n, after=timedelta(minutes=n)) for n in range(BATCH)])


def count(folder: Path) -> int:
    """Return how many entries are stored there."""
    with closing(open_store(folder / DATA_FILE)) as store:
        return store.count(HOME)


def test_a_backup_brings_everything_back_but_sessions(data: Path, tmp_path: Path) -> None:
    file, elsewhere = tmp_path / "copy.tar.gz", tmp_path / "elsewhere"
    assert main(["backup", str(file), "--data-dir", str(data)]) == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert main(["restore", str(file), "--data-dir", str(elsewhere)]) == 0
    assert count(elsewhere) == BATCH
    assert (elsewhere / "reports" / "report-1.html").read_text() == "<p>All fine.</p>"
    assert not list(elsewhere.glob("session-*"))


def test_what_was_there_before_a_restore_is_kept_beside_it(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "copy.tar.gz"
    assert main(["backup", str(file), "--data-dir", str(data)]) == 0
    fill(data, 1)
    assert main(["restore", str(file), "--data-dir", str(data)]) == 0
    assert count(data) == BATCH
    (aside,) = data.glob("before-restore-*")
    assert count(aside) == 2 * BATCH


def test_a_backup_is_whole_while_others_write(data: Path, tmp_path: Path) -> None:
    done = threading.Event()

    def write() -> None:
        batch = 1
        while not done.is_set():
            fill(data, batch)
            batch += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            assert main(["backup", str(tmp_path / f"{number}.tar.gz"), "--data-dir", str(data)]) == 0
    finally:
        done.set()
        writer.join()
    for number in range(3):
        folder = tmp_path / f"back-{number}"
        assert main(["restore", str(tmp_path / f"{number}.tar.gz"), "--data-dir", str(folder)]) == 0
        assert count(folder) % BATCH == 0
        assert count(folder) >= BATCH


def test_nothing_is_restored_under_a_running_scanner(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "copy.tar.gz"
    assert main(["backup", str(file), "--data-dir", str(data)]) == 0
    with in_use(data):
        assert main(["restore", str(file), "--data-dir", str(data)]) == 2
    assert "Stop it first" in capsys.readouterr().err
    assert not list(data.glob("before-restore-*"))


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "evil.sh", "reports/../../evil", "reports/a/b"])
def test_an_archive_with_anything_else_in_it_is_refused_and_touches_nothing(
    name: str, data: Path, tmp_path: Path
) -> None:
    file = tmp_path / "evil.tar.gz"
    with tarfile.open(file, "w:gz") as archive:
        archive.add(data / DATA_FILE, DATA_FILE)
        member = tarfile.TarInfo(name)
        member.size = 4
        archive.addfile(member, io.BytesIO(b"evil"))
    assert main(["restore", str(file), "--data-dir", str(data)]) == 2
    assert count(data) == BATCH
    assert not list(tmp_path.rglob("evil*/"))
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b\x08\x00 cut off"])
def test_a_file_that_is_no_backup_is_refused(content: bytes, data: Path, tmp_path: Path) -> None:
    file = tmp_path / "broken.tar.gz"
    file.write_bytes(content)
    assert main(["restore", str(file), "--data-dir", str(data)]) == 2
    assert count(data) == BATCH


def test_a_backup_replaces_no_file_and_needs_something_to_back_up(data: Path, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    assert main(["backup", str(taken), "--data-dir", str(data)]) == 2
    assert taken.read_text() == "mine"
    assert main(["backup", str(tmp_path / "none"), "--data-dir", str(tmp_path / "empty")]) == 2
    assert not (tmp_path / "none").exists()

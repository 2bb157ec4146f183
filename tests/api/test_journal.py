from __future__ import annotations

import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unifi_scanner.api.journal import Journal

LINES = st.lists(st.binary(min_size=1, max_size=40).filter(lambda b: b"\n" not in b), max_size=12)


def left_behind(directory: Path, name: str = "live") -> list[bytes]:
    return list(Journal(directory, name).recover())


def test_what_was_not_discarded_is_recovered_in_order(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "live")
    journal.append(b"stored")
    mark = journal.cut()
    journal.append(b"one")
    journal.cut()
    journal.append(b"two")
    journal.discard(mark)
    assert left_behind(tmp_path) == [b"one", b"two"]


def test_what_is_recovered_stays_until_it_is_discarded(tmp_path: Path) -> None:
    Journal(tmp_path, "live").append(b"one")
    second = Journal(tmp_path, "live")
    assert list(second.recover()) == [b"one"]
    assert list(second.recover()) == []
    second.append(b"two")
    assert left_behind(tmp_path) == [b"one", b"two"]
    second.discard(second.cut())
    assert left_behind(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_two_sources_in_one_directory_do_not_see_each_other(tmp_path: Path) -> None:
    Journal(tmp_path, "live").append(b"one")
    Journal(tmp_path, "live-2").append(b"two")
    assert (left_behind(tmp_path), left_behind(tmp_path, "live-2")) == ([b"one"], [b"two"])


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    Journal(tmp_path, "live").append(b"one")
    assert [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o600]


@given(LINES)
def test_every_record_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]
) -> None:
    directory = tmp_path_factory.mktemp("journal")
    journal = Journal(directory, "live")
    for line in lines:
        assert journal.append(line)
    assert left_behind(directory) == lines


def test_a_record_survives_kill_9_as_soon_as_it_is_appended(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from unifi_scanner.api.journal import Journal;"
        "journal = Journal(Path(sys.argv[1]), 'live'); journal.append(b'heard'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert left_behind(tmp_path) == [b"heard"]


def test_a_full_disk_costs_the_records_it_would_not_take_and_counts_them(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "live")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignore = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
        taken = [journal.append(b"x" * 30) for _ in range(5)]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignore)
    assert taken == [True, True, True, False, False]
    assert journal.unwritten == 2
    assert journal.append(b"room again")
    assert [line for line in left_behind(tmp_path) if len(line) != 7] == [b"x" * 30] * 3 + [b"room again"]


def test_a_directory_that_is_gone_costs_nothing_but_the_journal(tmp_path: Path) -> None:
    directory = tmp_path / "data"
    directory.mkdir()
    journal = Journal(directory, "live")
    directory.rmdir()
    assert not journal.append(b"one")
    journal.discard(journal.cut())

"""What to read next of remote log files, by table and by property."""

from __future__ import annotations

import shlex
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unifi_scanner.logs.framing import CUT_MARK, MAX_LINE
from unifi_scanner.logs.ssh_files import (
    USUAL_FILES,
    FileState,
    Plan,
    Position,
    Step,
    is_same,
    listing_command,
    parse_listing,
    parse_stretch,
    plan,
    read_command,
    records,
    refused_paths,
    take_lines,
    without_doubles,
)

LOG = "/var/log/messages"
BACKLOG = 1000
NEW, OLD, OLDER = 11, 22, 33


def listing(**sizes: int) -> dict[str, FileState]:
    """Return a listing from `new=…`, `old0=…`, `old1=…`: sizes of the file and its forerunners."""
    names = {
        "new": (LOG, NEW),
        "old0": (f"{LOG}.0", OLD),
        "old1": (f"{LOG}.1", OLDER if "old0" in sizes else OLD),
    }
    return {names[name][0]: FileState(1, names[name][1], size) for name, size in sizes.items()}


@pytest.mark.parametrize(
    ("position", "there", "expected"),
    [
        (None, {}, Plan(missing=True)),
        (None, {"new": 10}, Plan((Step(LOG, Position(NEW, 0)),))),
        (Position(NEW, 10), {"new": 10}, Plan()),
        (Position(NEW, 10), {"new": 25}, Plan((Step(LOG, Position(NEW, 10)),))),
        (Position(OLD, 10), {}, Plan(missing=True)),
        # renamed: finish the old one, then begin the new one
        (
            Position(OLD, 10),
            {"new": 5, "old1": 30},
            Plan((Step(f"{LOG}.1", Position(OLD, 10), closed=True), Step(LOG, Position(NEW, 0)))),
        ),
        (Position(OLD, 30), {"new": 5, "old1": 30}, Plan((Step(LOG, Position(NEW, 0)),))),
        # renamed, and nothing in the new one yet: whoever writes may still hold the old one
        (Position(OLD, 10), {"new": 0, "old0": 30}, Plan((Step(f"{LOG}.0", Position(OLD, 10)),))),
        (Position(OLD, 10), {"old0": 30}, Plan((Step(f"{LOG}.0", Position(OLD, 10)),))),
        # renamed twice while we were away
        (
            Position(OLDER, 10),
            {"new": 5, "old0": 7, "old1": 30},
            Plan(
                (
                    Step(f"{LOG}.1", Position(OLDER, 10), closed=True),
                    Step(f"{LOG}.0", Position(OLD, 0), closed=True),
                    Step(LOG, Position(NEW, 0)),
                )
            ),
        ),
    ],
)
def test_what_is_read_next(position: Position | None, there: dict[str, int], expected: Plan) -> None:
    assert plan(LOG, position, listing(**there), BACKLOG) == expected


@pytest.mark.parametrize(
    ("position", "there", "start"),
    [(Position(NEW, 50), {"new": 20}, 0), (Position(99, 50), {"new": 20}, 0), (None, {"new": 5000}, 4000)],
)
def test_what_may_be_missing_is_said(position: Position | None, there: dict[str, int], start: int) -> None:
    planned = plan(LOG, position, listing(**there), BACKLOG)
    assert planned.note
    assert planned.steps[0].start == Position(NEW, start)


def test_paths_with_anything_in_them_are_quoted() -> None:
    nasty = "/var/log/a b'; rm -rf $(x) `y`"
    assert nasty in shlex.split(listing_command([nasty]))
    assert shlex.split(read_command(Step(nasty, Position(1, 0)), 10))[-1] == nasty


def test_a_listing_is_read_and_chatter_is_not() -> None:
    text = (
        "Welcome to the console\n1 22 333 /var/log/a b\nx y z /tmp\n1 2\n9 9 99999999999999999999999 /big\n"
    )
    assert parse_listing(text) == {"/var/log/a b": FileState(1, 22, 333)}


@given(st.text())
@settings(deadline=None)
def test_no_answer_to_a_listing_raises(text: str) -> None:
    assert all(state.size >= 0 for state in parse_listing(text).values())
    refused_paths(text, [LOG])


@given(st.binary())
@settings(deadline=None)
def test_no_answer_to_a_read_raises(raw: bytes) -> None:
    stretch = parse_stretch(raw)
    assert stretch.inode is None or raw.endswith(stretch.data)


def test_two_names_of_one_file_are_read_once() -> None:
    there = {"/a": FileState(1, 7, 1), "/b": FileState(1, 7, 1), "/c": FileState(2, 7, 1)}
    assert without_doubles(["/a", "/b", "/c", "/missing"], there) == ["/a", "/c", "/missing"]


@given(st.lists(st.binary(max_size=30), max_size=20), st.lists(st.integers(1, 60), min_size=1, max_size=40))
@settings(deadline=None)
def test_lines_come_out_whole_and_once_however_the_file_grows_while_read(
    lines: list[bytes], reads: list[int]
) -> None:
    content = b"".join(line.replace(b"\n", b"x") + b"\n" for line in lines)
    whole = take_lines(Step(LOG, Position(1, 0)), content, full=False).lines
    at, got, there = Position(1, 0), list[str](), 0
    for size in [*reads, len(content)]:
        there = min(len(content), there + size)
        before = content[at.offset - at.checked : at.offset]
        step = Step(LOG, at)
        assert is_same(step, before)
        taken = take_lines(step, content[at.offset : there], full=False)
        got += taken.lines
        at = taken.after
    assert tuple(got) == whole
    assert at.offset == len(content)


def test_a_replaced_file_is_recognised_though_it_has_the_same_inode() -> None:
    after = take_lines(Step(LOG, Position(1, 0)), b"one\ntwo\n", full=False).after
    assert after == Position(1, 8, 8, zlib.crc32(b"one\ntwo\n"))
    assert is_same(Step(LOG, after), b"one\ntwo\nthree")
    assert not is_same(Step(LOG, after), b"another file")
    assert not is_same(Step(LOG, after), b"")


@pytest.mark.parametrize(
    ("data", "closed", "full", "lines", "passed"),
    [
        (b"one\ntw", False, False, ("one",), 4),
        (b"one\ntw", True, False, ("one", "tw"), 6),  # nobody will ever end that line
        (b"one\ntw", True, True, ("one",), 4),
        (b"one\r\n\n\0\ntwo\n", False, False, ("one", "two"), 12),
        (b"half", False, False, (), 0),
        (b"endless", False, True, ("endless",), 7),
        (b"", True, False, (), 0),
    ],
)
def test_which_lines_are_taken(
    data: bytes, closed: bool, full: bool, lines: tuple[str, ...], passed: int
) -> None:
    taken = take_lines(Step(LOG, Position(1, 100), closed=closed), data, full=full)
    assert taken.lines == lines
    assert taken.after.offset == 100 + passed


def test_in_the_middle_of_a_file_the_first_half_line_is_left_out() -> None:
    step = Step(LOG, Position(1, 100), skip_partial=True)
    assert take_lines(step, b"lf a line\nwhole\n", full=False).lines == ("whole",)


def test_a_line_over_64_kib_is_cut_and_marked() -> None:
    (line,) = take_lines(Step(LOG, Position(1, 0)), b"y" * 200_000 + b"\n", full=False).lines
    assert line == "y" * MAX_LINE + CUT_MARK


def test_a_stack_trace_belongs_to_the_line_before_it() -> None:
    lines = [
        "  at the.end",
        "[2026-01-02T03:04:05] <a> ERROR x - y",
        "java.lang.Oops",
        "  at z",
        "[2026…] next",
    ]
    assert list(records("/logs/server.log", lines)) == [
        "  at the.end",
        "[2026-01-02T03:04:05] <a> ERROR x - y\njava.lang.Oops\n  at z",
        "[2026…] next",
    ]
    assert list(records(LOG, lines)) == lines


def test_the_usual_files_are_whole_paths() -> None:
    assert all(path.startswith("/") for paths in USUAL_FILES.values() for path in paths)

"""Log files read over SSH, from a real server that runs the real commands."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.logs.ssh_server import HERE, Console, make_key, serving
from unifi_scanner.errors import SSHCollectionError
from unifi_scanner.logs.base import Collected
from unifi_scanner.logs.commands import Output
from unifi_scanner.logs.entry import Context
from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.logs.ssh_alerts import plain
from unifi_scanner.logs.ssh_collector import Position, Rounds, SSHLogCollector, Wanted
from unifi_scanner.logs.ssh_link import Patience, Place, SSHLink
from unifi_scanner.logs.syslog import entry_of_line as real_entry_of_line
from unifi_scanner.models.enums import LogLevel, LogSource, Origin
from unifi_scanner.models.log_entry import NO_TIME, LogEntry

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
BUSYBOX = shutil.which("busybox")
MINIMAL = ("sh", "stat", "tail", "head")  # all that the commands may use, besides what a shell has built in
Make = Callable[..., SSHLogCollector]


class Kept:
    """Positions as a store keeps them: as JSON."""

    def __init__(self) -> None:
        self.rows: dict[str, bytes] = {}

    def get(self, path: str) -> Position | None:
        row = self.rows.get(path)
        return msgspec.json.decode(row, type=Position) if row else None

    def put(self, path: str, position: Position) -> None:
        self.rows[path] = msgspec.json.encode(position)


def entry_of_line(text: str, context: Context) -> LogEntry:
    """Return an entry that says what was read; a line may begin with its time."""
    try:
        time = datetime.fromisoformat(text.split(" ", maxsplit=1)[0])
    except ValueError:
        time = NO_TIME
    return LogEntry(
        timestamp=time,
        source=LogSource.SYSTEM,
        level=LogLevel.INFO,
        event_type="line",
        message=text,
        origins=frozenset({context.origin} if context.origin else ()),
    )


@pytest.fixture(params=["system", "minimal", "busybox"])
def console(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Console]:
    console = Console(user_key=make_key(tmp_path / "id"), host_key=make_key())
    tools = tmp_path / "bin"
    if request.param == "busybox" and BUSYBOX is None:
        pytest.skip("BusyBox is not on this machine")
    if request.param != "system":
        tools.mkdir()
        for tool in MINIMAL:
            home = BUSYBOX if request.param == "busybox" else shutil.which(tool)
            (tools / tool).symlink_to(str(home))
        console.env = {"PATH": str(tools)}
        console.shell = (str(tools / "sh"),)
    with serving(console):
        yield console


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    folder = tmp_path / "var log"  # a blank in a path is nothing special
    folder.mkdir()
    return folder / "messages"


@pytest.fixture
def collectors(console: Console, tmp_path: Path, kept: Kept) -> Iterator[Make]:
    with ExitStack() as stack:

        def make(
            *files: Path, rounds: Rounds | None = None, patience: Patience | None = None, **more: Any
        ) -> Any:
            place = Place(
                host=HERE,
                port=console.port,
                key_file=tmp_path / "id",
                known_keys_file=tmp_path / "hosts.json",
                fingerprint=console.fingerprint,
            )
            wanted = Wanted(files=tuple(map(str, files)), **more)
            collector = SSHLogCollector(
                SSHLink(place, patience or Patience()),
                entry_of_line,
                wanted,
                kept,
                rounds=rounds or Rounds(),
                now=lambda: NOW,
            )
            stack.callback(collector.close)
            return collector

        yield make


def read(collector: SSHLogCollector, since: datetime | None = None) -> Collected:
    """Read what is new, and keep it."""
    collected = collector.collect(since)
    collector.stored()
    return collected


def texts(collected: Collected) -> list[str]:
    return [entry.message for entry in collected.entries]


def append(file: Path, text: str) -> None:
    with file.open("a") as out:
        out.write(text)


def test_a_file_is_read_once_and_then_only_what_was_added(collectors: Make, log: Path) -> None:
    collector = collectors(log)
    log.write_text("one\ntwo\nhal")
    first = read(collector)
    assert texts(first) == ["one", "two"]
    assert {origin for entry in first.entries for origin in entry.origins} == {Origin.SSH}
    assert [heard.entries for heard in first.heard] == [2]
    assert texts(read(collector)) == []
    append(log, "f\nthree\n")
    assert texts(read(collector)) == ["half", "three"]


def test_after_a_restart_it_goes_on_where_what_was_stored_ends(collectors: Make, log: Path) -> None:
    log.write_text("one\n")
    collector = collectors(log)
    assert texts(read(collector)) == ["one"]
    collector.stored()
    append(log, "two\n")
    assert texts(collector.collect(None)) == ["two"]  # and then it dies, before `stored`
    assert texts(collectors(log).collect(None)) == ["two"]


def test_what_was_read_and_not_stored_is_read_again_without_a_restart(collectors: Make, log: Path) -> None:
    append(log, "one\n")
    collector = collectors(log)
    assert texts(collector.collect(None)) == ["one"]  # and the disk is full
    append(log, "two\n")
    assert texts(read(collector)) == ["one", "two"]
    assert texts(read(collector)) == []


def test_allowed_connections_in_a_file_are_counted_not_stored_one_by_one(collectors: Make, log: Path) -> None:
    allowed = (
        'Jan  2 11:00:{:02} Gate Gate [LAN_WAN-A-1] DESCR="Allow" IN=br0 OUT=eth8 MAC= SRC=192.168.1.2 '
        "DST=203.0.113.9 LEN=60 PROTO=TCP SPT=50000 DPT=443\n"
    )
    append(log, "".join(allowed.format(second) for second in range(40)))
    collector = collectors(log)
    collector.entry_of_line = real_entry_of_line
    (told,) = read(collector).entries
    assert (told.kind, told.metadata["counted"]) == ("traffic.allowed_summary", 40)
    assert Origin.SSH in told.origins


def test_a_renamed_file_is_finished_before_the_new_one_begins(collectors: Make, log: Path) -> None:
    collector = collectors(log)
    log.write_text("one\n")
    read(collector)
    append(log, "last of the old\nand a line without end")
    log.rename(log.with_name("messages.0"))
    log.write_text("first of the new\n")
    assert texts(read(collector)) == ["last of the old", "and a line without end", "first of the new"]
    append(log, "second\n")
    assert texts(read(collector)) == ["second"]


def test_what_is_written_to_the_old_file_before_the_new_one_begins_is_read(
    collectors: Make, log: Path
) -> None:
    collector = collectors(log)
    log.write_text("one\n")
    read(collector)
    old = log.rename(log.with_name("messages.1"))
    log.touch()
    assert texts(read(collector)) == []
    append(old, "late\n")
    assert texts(read(collector)) == ["late"]
    append(log, "new\n")
    assert texts(read(collector)) == ["new"]


def test_two_rotations_while_away_lose_nothing(collectors: Make, log: Path) -> None:
    collector = collectors(log)
    log.write_text("one\n")
    read(collector)
    append(log, "two\n")
    log.rename(log.with_name("messages.1"))
    log.write_text("three\n")
    log.rename(log.with_name("messages.0"))
    log.write_text("four\n")
    assert texts(read(collector)) == ["two", "three", "four"]


def test_an_emptied_file_is_read_from_its_start_and_the_gap_is_told(collectors: Make, log: Path) -> None:
    collector = collectors(log)
    log.write_text("one\ntwo\nthree\n")
    read(collector)
    log.write_text("new\n")
    collected = read(collector)
    assert texts(collected) == ["new"]
    assert "emptied" in collected.failures[0].reason


def test_a_file_replaced_in_place_is_read_from_its_start(collectors: Make, log: Path) -> None:
    collector = collectors(log)
    log.write_text("one\ntwo\n")
    read(collector)
    log.write_text("quite another file\nand longer\n")  # the same inode
    told = read(collector)
    assert "replaced" in told.failures[0].reason
    assert texts(read(collector)) == ["quite another file", "and longer"]


def test_one_missing_file_costs_only_itself(collectors: Make, log: Path) -> None:
    log.write_text("one\n")
    missing = log.with_name("not there")
    collected = collectors(missing, log, all_must_be_there=True).collect(None)
    assert texts(collected) == ["one"]
    (failure,) = collected.failures
    assert str(missing) in failure.reason
    assert "UNIFI_SSH_FILES" in failure.reason
    assert collectors(missing, log).collect(None).failures == []  # of the usual files, none has to be there


def test_a_file_that_is_back_is_said_so_and_its_gap_can_close(collectors: Make, log: Path) -> None:
    other = log.with_name("other")
    log.write_text("one\n")
    collector = collectors(log, other, all_must_be_there=True)
    assert [failure.source for failure in read(collector).failures] == [f"ssh {other}"]
    other.write_text("two\n")
    assert [heard.source for heard in read(collector).heard] == ["ssh", f"ssh {other}"]
    assert [heard.source for heard in read(collector).heard] == ["ssh"]


def test_a_read_command_that_is_killed_loses_nothing_of_a_closed_file(
    collectors: Make, log: Path, console: Console
) -> None:
    collector = collectors(log)
    log.write_text("one\n")
    read(collector)
    append(log, "".join(f"line {n}\n" for n in range(50)))
    wanted = log.read_text().splitlines()[1:]
    log.rename(log.with_name("messages.1"))
    log.write_text("new\n")
    console.kills_reads = True
    got = texts(read(collector))
    console.kills_reads = False
    assert "new" not in got
    got += texts(read(collector))
    assert got == [*wanted, "new"]


def test_a_console_with_none_of_the_files_is_an_error(collectors: Make, log: Path) -> None:
    with pytest.raises(SSHCollectionError, match="None of the log files"):
        collectors(log).collect(None)


def test_a_round_reads_only_so_much_and_the_next_goes_on(collectors: Make, log: Path) -> None:
    log.write_text("".join(f"line {n:05d}\n" for n in range(1000)))
    collector = collectors(log, rounds=Rounds(file_bytes=4000))
    rounds = [texts(read(collector)) for _ in range(4)]
    assert [len(lines) for lines in rounds] == [363, 363, 274, 0]
    assert [line for lines in rounds for line in lines] == log.read_text().splitlines()


def test_a_file_that_grows_fast_starves_no_other(collectors: Make, log: Path) -> None:
    big, small = log, log.with_name("small")
    big.write_text("big\n" * 10_000)
    small.write_text("small\n")
    collector = collectors(big, small, rounds=Rounds(file_bytes=4000, all_bytes=4000))
    seen = [line for _ in range(2) for line in texts(read(collector))]
    assert "small" in seen
    assert "big" in seen


def test_of_a_huge_file_never_read_before_only_the_end_is_read(
    collectors: Make, log: Path, console: Console
) -> None:
    with log.open("wb") as out:
        out.truncate(100 * 1024 * 1024)  # 100 MB that take no room
        out.seek(0, 2)
        out.write(b"\nthe end\n")
    collector = collectors(log, rounds=Rounds(file_bytes=2**20, backlog_bytes=2**20))
    collected = read(collector)
    assert texts(collected) == ["the end"]
    assert "only its last" in collected.failures[0].reason
    assert texts(read(collector)) == []


def test_a_line_without_end_cannot_hold_up_the_rest(collectors: Make, log: Path) -> None:
    log.write_text("x" * 50_000 + "\nnext\n")
    collector = collectors(log, rounds=Rounds(file_bytes=10_000))
    lines = [line for _ in range(8) for line in texts(read(collector))]
    assert lines[-1] == "next"
    assert sum(map(len, lines)) == 50_004


def test_of_a_file_never_read_before_only_lines_since_then_matter(collectors: Make, log: Path) -> None:
    old, new = NOW - timedelta(days=3), NOW - timedelta(minutes=1)
    log.write_text(f"{old.isoformat()} old\n{new.isoformat()} new\nwithout a time\n")
    collector = collectors(log)
    got = texts(read(collector, NOW - timedelta(hours=1)))
    assert got == ["without a time", f"{new.isoformat()} new"]
    append(log, f"{old.isoformat()} late\n")
    assert texts(read(collector, NOW)) == [f"{old.isoformat()} late"]


@pytest.mark.parametrize("cut_after", [0, 5, 40])
def test_a_connection_cut_in_the_middle_of_a_file_loses_and_doubles_nothing(
    collectors: Make, log: Path, console: Console, cut_after: int
) -> None:
    log.write_text("".join(f"line {n}\n" for n in range(100)))
    console.cut_after = cut_after
    collector = collectors(log)
    assert texts(read(collector)) == log.read_text().splitlines()
    assert texts(read(collector)) == []


def test_a_console_that_hangs_is_given_up_and_read_the_next_time(
    collectors: Make, log: Path, console: Console
) -> None:
    log.write_text("one\n")
    collector = collectors(log, patience=Patience(byte_s=0.2))
    console.hangs = True
    with pytest.raises(SSHCollectionError, match="in time"):
        read(collector)
    console.hangs = False
    assert texts(read(collector)) == ["one"]


def test_hostile_names_and_lines_stay_text(collectors: Make, log: Path, tmp_path: Path) -> None:
    nasty = log.with_name("a'; touch hacked; $(touch hacked) `touch hacked`")
    nasty.write_bytes(b"\xff\xfe\x1b[31m $(touch hacked)\n")
    assert texts(collectors(nasty).collect(None)) == ["\ufffd\ufffd\x1b[31m $(touch hacked)"]
    assert not list(tmp_path.rglob("hacked"))
    assert not Path("hacked").exists()


def test_the_commands_only_read(collectors: Make, log: Path, console: Console) -> None:
    log.write_text("one\n")
    before = sorted(path.name for path in log.parent.iterdir())
    collectors(log).collect(None)
    assert sorted(path.name for path in log.parent.iterdir()) == before
    words = {word for command in console.commands for word in command.replace(";", " ").split()}
    assert words & {"stat", "tail", "head"}
    assert not words & {"rm", "mv", "cp", "tee", "sed", ">", ">>", "sh", "eval"}


ALERT = (
    '{"_id":{"$oid":"65a1b2c3d4e5f60718293a4b"},"site_id":"s","key":"THREAT_BLOCKED_V3","time":{"$numberLong":"%d"},'
    '"status":"NEW","severity":"HIGH","parameters":{"SRC_CLIENT":{"target_id":"aa:bb:cc:00:00:01","name":"laptop"}}}'
)


def fake_shell(tmp_path: Path, console: Console, script: str) -> None:
    """Put a database shell in the console's path that answers with these lines."""
    tools = tmp_path / "database"
    tools.mkdir()
    shell = tools / "mongo"
    shell.write_text(f"#!/bin/sh\n{script}\n")
    shell.chmod(0o755)
    console.env = {"PATH": f"{console.env['PATH']}:{tools}"}


def test_alerts_are_read_from_the_database_when_asked_for(
    collectors: Make, log: Path, console: Console, tmp_path: Path
) -> None:
    log.write_text("one\n")
    time_ms = int(NOW.timestamp() * 1000) - 60_000
    fake_shell(
        tmp_path,
        console,
        f"while read -r line; do echo \"$line\"; done <<'END'\nchatter\n{ALERT % time_ms}\nEND",
    )
    collector = collectors(log, alerts=True)
    collected = read(collector, NOW - timedelta(hours=1))
    (alert,) = [entry for entry in collected.entries if entry.event_type == "THREAT_BLOCKED_V3"]
    assert alert.timestamp == NOW - timedelta(minutes=1)
    assert alert.client_mac == "aa:bb:cc:00:00:01"
    assert alert.origins == {Origin.SSH}
    assert collected.failures == []
    again = read(collector, NOW)
    assert [entry.id for entry in again.entries] == [alert.id]  # read again, and the same: the store knows it


class Database:
    """A console whose database holds these alert times (ms), and that has no files."""

    def __init__(self, *times: int) -> None:
        self.times = sorted(times)
        self.asked: list[int] = []

    def run(self, command: str, max_bytes: int) -> Output:
        found = re.search(r'NumberLong\("(\d+)"\).*limit\((\d+)\)', command)
        if found is None:
            return Output(b"", "", 0)
        since, limit = int(found.group(1)), int(found.group(2))
        self.asked.append(since)
        rows = [time for time in self.times if time >= since][:limit]
        text = "\n".join((ALERT % time).replace("718293a4b", f"{n:09x}") for n, time in enumerate(rows))
        return Output("\n".join(_with_id(line) for line in text.splitlines()).encode(), "", 0)

    def close(self) -> None:
        pass


def _with_id(line: str) -> str:
    row = msgspec.json.decode(line)
    row["_id"]["$oid"] = f"{int(row['time']['$numberLong']):024x}"
    return msgspec.json.encode(row).decode()


def test_many_alerts_are_read_page_by_page_and_none_is_left_out() -> None:
    start = int(NOW.timestamp() * 1000) - 3_600_000
    database = Database(*range(start, start + 20))
    rounds = Rounds(alert_rows=4, alert_pages=4)
    kept = Kept()
    collector = SSHLogCollector(
        database, entry_of_line, Wanted(files=(), alerts=True), kept, rounds=rounds, now=lambda: NOW
    )
    first = read(collector, NOW - timedelta(hours=2))
    assert "the rest is read next time" in first.failures[0].reason
    collector.stored()
    reached = kept.get("mongo:ace.alert")
    assert reached is not None
    assert start < reached.offset < start + 20
    seen = {entry.timestamp for entry in first.entries}
    assert len(seen) == len(first.entries)
    second = read(collector, NOW)
    assert second.failures == []
    assert len(seen | {entry.timestamp for entry in second.entries}) == 20
    so_far = len(database.asked)
    read(collector, NOW)
    assert database.asked[so_far] < start  # a row that appears late is not missed


def test_an_alert_is_the_same_entry_as_its_system_log_row() -> None:
    row = msgspec.json.decode(ALERT % 1705084800000)
    v2 = {"id": row["_id"]["$oid"], "key": row["key"], "timestamp": 1705084800000, "parameters": {}}
    (by_ssh,) = normalise_record(plain(row))
    (by_rest,) = normalise_record(v2)
    assert by_ssh.kind == by_rest.kind
    assert by_ssh.timestamp == by_rest.timestamp


def test_a_console_without_a_database_shell_costs_the_files_nothing(collectors: Make, log: Path) -> None:
    log.write_text("one\n")
    collected = collectors(log, alerts=True).collect(None)
    assert texts(collected) == ["one"]
    (failure,) = collected.failures
    assert "database did not answer" in failure.reason

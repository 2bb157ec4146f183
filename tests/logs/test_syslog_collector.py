"""What the syslog receiver heard, as entries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from unifi_scanner.logs.entry import Context
from unifi_scanner.logs.received import ReceivedLine
from unifi_scanner.logs.syslog import entry_of_line
from unifi_scanner.logs.syslog_collector import SenderSeen, SyslogCollector
from unifi_scanner.models.enums import Origin

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
THREAT = (
    "<14>Oct 26 20:01:31 Express-7 CEF:0|Ubiquiti|UniFi Network|10.0.140|201|Threat Detected and Blocked|7|"
    "src=198.51.100.10 UNIFIcategory=Security UNIFIrisk=medium msg=A network intrusion attempt was blocked."
)


class Heard:
    """A receiver that heard these lines."""

    def __init__(self, *lines: ReceivedLine) -> None:
        self.lines = list(lines)
        self.lost: dict[str, int] = {}
        self.running = True

    def drain(self) -> list[ReceivedLine]:
        lines, self.lines = self.lines, []
        return lines

    def drops(self) -> dict[str, int]:
        return dict(self.lost)

    def is_running(self) -> bool:
        return self.running


def at(minute: int, sender: str, text: str = THREAT) -> ReceivedLine:
    return ReceivedLine(NOON + timedelta(minutes=minute), sender, text)


def test_every_line_becomes_an_entry_heard_when_it_was_received() -> None:
    collector = SyslogCollector(Heard(at(0, "10.0.0.1"), at(1, "10.0.0.1", "what is this")), entry_of_line)
    collected = collector.collect(None)
    assert [entry.kind for entry in collected.entries] == ["threat.blocked", "unreadable"]
    assert [heard.entries for heard in collected.heard] == [2]
    assert collected.entries[0].timestamp == datetime(2025, 10, 26, 20, 1, 31, tzinfo=UTC)
    assert collected.entries[1].timestamp == NOON + timedelta(minutes=1)
    assert Origin.SYSLOG in collected.entries[1].origins
    assert collector.collect(None).entries == []


def test_senders_are_remembered_with_first_and_last_line() -> None:
    collector = SyslogCollector(Heard(at(0, "a"), at(1, "b"), at(2, "a")), entry_of_line)
    collector.collect(None)
    assert collector.senders() == [
        SenderSeen("b", NOON + timedelta(minutes=1), NOON + timedelta(minutes=1), 1),
        SenderSeen("a", NOON, NOON + timedelta(minutes=2), 2),
    ]


def test_what_was_lost_is_told_once() -> None:
    receiver = Heard()
    collector = SyslogCollector(receiver, entry_of_line)
    receiver.lost = {"too_fast": 7, "binary": 3}
    (failure,) = collector.collect(None).failures
    assert "7 log lines came faster" in failure.reason
    assert collector.collect(None).failures == []


def test_a_receiver_that_does_not_run_is_a_failure() -> None:
    receiver = Heard()
    receiver.running = False
    (failure,) = SyslogCollector(receiver, entry_of_line, context=Context(site="x")).collect(None).failures
    assert "not running" in failure.reason

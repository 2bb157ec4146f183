"""One message to many channels, and the message itself."""

from __future__ import annotations

from pathlib import Path

import msgspec
from structlog.testing import capture_logs

from tests.reports.samples import NOW, bad_week, quiet_week
from unifi_scanner.delivery import CHANNELS, Channel, FileChannel, Message, Receipt, compose, dispatch
from unifi_scanner.errors import DeliveryError
from unifi_scanner.reports import render_all

MESSAGE = compose(bad_week(), render_all(bad_week()))


class Chat:
    name = "chat"

    def send(self, message: Message) -> Receipt:
        return Receipt(channel=self.name, at=NOW, detail=message.subject)


class Broken(Chat):
    name = "broken"

    def send(self, message: Message) -> Receipt:
        raise ZeroDivisionError


class Refusing(Chat):
    name = "refusing"

    def send(self, message: Message) -> Receipt:
        raise DeliveryError(self.name, "no.", hint="Ask again.")


def test_a_channel_that_fails_never_stops_another() -> None:
    channels: list[Channel] = [Broken(), Refusing(), Chat()]
    outcome = dispatch(MESSAGE, channels)
    assert [receipt.channel for receipt in outcome.receipts] == ["chat"]
    assert [failure.channel for failure in outcome.failures] == ["broken", "refusing"]
    assert outcome.told
    assert str(outcome.failures[1]) == "refusing: no. Ask again."


def test_a_channel_that_breaks_leaves_a_traceback_in_the_log() -> None:
    with capture_logs() as logs:
        outcome = dispatch(MESSAGE, [Broken()])
    assert not outcome.told
    broke = next(entry for entry in logs if entry["event"] == "channel_broke")
    assert broke["exc_info"]
    assert "ZeroDivisionError" in str(outcome.failures[0])


def test_no_channel_is_no_failure_and_nobody_told() -> None:
    outcome = dispatch(MESSAGE, [])
    assert (outcome.receipts, outcome.failures, outcome.told) == ((), (), False)


def test_every_channel_is_known_by_its_own_name() -> None:
    assert [str(kind.name) for kind in CHANNELS.values()] == list(CHANNELS)


def test_composing_twice_gives_the_same_message() -> None:
    assert compose(bad_week(), render_all(bad_week())) == MESSAGE


def test_another_report_is_another_message() -> None:
    assert compose(quiet_week(), render_all(quiet_week())).message_id != MESSAGE.message_id


def test_a_message_survives_a_restart_as_bytes() -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(MESSAGE), type=Message) == MESSAGE


def test_a_message_has_the_verdict_as_subject_and_every_medium(tmp_path: Path) -> None:
    assert MESSAGE.subject.startswith("Acme HQ: 3 things need you, 1 urgent.")
    assert [file.media_type for file in MESSAGE.attachments] == [
        "text/html",
        "text/plain",
        "application/json",
    ]
    assert FileChannel(tmp_path).send(MESSAGE).channel == "file"

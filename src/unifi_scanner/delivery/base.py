"""What a channel is: something that takes a message and says that it did."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

import msgspec


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a report; `name` is a bare file name."""

    name: str
    media_type: str
    data: bytes


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What is ready to be sent: the same report always makes the same message, with the same `message_id`.

    `attachments` are a report's files: whole in every medium. `html` is what a mail reader shows. `kind` is report, alert,
    digest or test. `short` is the text for chats and phones, `data` what programs get. An alert that goes on with a
    thread has the `message_id` of the thread's first message as `in_reply_to`.
    """

    message_id: str
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()
    inline: tuple[Attachment, ...] = ()  # images that `html` shows by their content-id, `name@unifi-scanner`
    kind: str = "report"
    short: str = ""
    data: Mapping[str, Any] = {}
    in_reply_to: str = ""
    is_urgent: bool = False


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """A channel took the message; `detail` says where it went, and who did not get it."""

    channel: str
    at: datetime
    detail: str = ""


class Channel(Protocol):
    """A way to tell someone. To add one: a file with a class like this, and a line in `channels.CHANNELS`."""

    @property
    def name(self) -> str:
        """Return the channel's name, as settings, receipts and failures have it."""

    def send(self, message: Message) -> Receipt:
        """Return the receipt once the message is out of our hands; raises DeliveryError."""

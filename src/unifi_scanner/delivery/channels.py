"""The channels there are."""

from __future__ import annotations

from collections.abc import Mapping

from unifi_scanner.delivery.base import Channel
from unifi_scanner.delivery.chat import ChatChannel
from unifi_scanner.delivery.email import EmailChannel
from unifi_scanner.delivery.file import FileChannel
from unifi_scanner.delivery.webhook import WebhookChannel

CHANNELS: Mapping[str, type[Channel]] = {
    "email": EmailChannel,
    "webhook": WebhookChannel,
    "chat": ChatChannel,
    "file": FileChannel,
}

"""From a report to someone who reads it."""

from unifi_scanner.delivery.base import Attachment, Channel, Message, Receipt
from unifi_scanner.delivery.channels import CHANNELS
from unifi_scanner.delivery.chat import ChatChannel, channels_of_urls
from unifi_scanner.delivery.compose import compose
from unifi_scanner.delivery.dispatch import Dispatch, dispatch
from unifi_scanner.delivery.email import EmailChannel
from unifi_scanner.delivery.file import FileChannel
from unifi_scanner.delivery.webhook import WebhookChannel

__all__ = [
    "CHANNELS",
    "Attachment",
    "Channel",
    "ChatChannel",
    "Dispatch",
    "EmailChannel",
    "FileChannel",
    "Message",
    "Receipt",
    "WebhookChannel",
    "channels_of_urls",
    "compose",
    "dispatch",
]

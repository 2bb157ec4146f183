"""From a report to someone who reads it."""

from unifi_scanner.delivery.base import Attachment, Channel, Message, Receipt
from unifi_scanner.delivery.channels import CHANNELS
from unifi_scanner.delivery.compose import compose
from unifi_scanner.delivery.dispatch import Dispatch, dispatch
from unifi_scanner.delivery.email import EmailChannel
from unifi_scanner.delivery.file import FileChannel

__all__ = [
    "CHANNELS",
    "Attachment",
    "Channel",
    "Dispatch",
    "EmailChannel",
    "FileChannel",
    "Message",
    "Receipt",
    "compose",
    "dispatch",
]

"""One message to every channel: what one of them does never stops another."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import structlog

from unifi_scanner.delivery.base import Channel, Message, Receipt
from unifi_scanner.errors import DeliveryError

log = structlog.get_logger(__name__)


class Dispatch(msgspec.Struct, frozen=True, kw_only=True):
    """How a message fared: who took it, and who did not and why."""

    receipts: tuple[Receipt, ...] = ()
    failures: tuple[DeliveryError, ...] = ()

    @property
    def told(self) -> bool:
        """Return whether anyone took it."""
        return bool(self.receipts)


def dispatch(message: Message, channels: Iterable[Channel]) -> Dispatch:
    """Send `message` through every channel and return how it fared in each; raises nothing."""
    outcomes = [_send(message, channel) for channel in channels]
    return Dispatch(
        receipts=tuple(o for o in outcomes if isinstance(o, Receipt)),
        failures=tuple(o for o in outcomes if isinstance(o, DeliveryError)),
    )


def _send(message: Message, channel: Channel) -> Receipt | DeliveryError:
    try:
        receipt = channel.send(message)
    except DeliveryError as exc:
        log.warning("report_not_delivered", channel=channel.name, report=message.message_id, error=exc)
        return exc
    except Exception as exc:  # named boundary: one channel's send
        log.exception("channel_broke", channel=channel.name, report=message.message_id)
        reason = f"it broke in a way we did not expect ({type(exc).__name__})."
        return DeliveryError(channel.name, reason, hint="The log has the details; please report them.")
    log.info("report_delivered", channel=receipt.channel, report=message.message_id, detail=receipt.detail)
    return receipt

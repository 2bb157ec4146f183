"""An alert as a message; and several that could not leave in time as one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from unifi_scanner.delivery import Message
from unifi_scanner.reports import alert_text
from unifi_scanner.reports.alert_text import Alert as Words
from unifi_scanner.reports.alert_text import Told


def message_of(name: str, words: Words, *, kind: str, at: datetime, in_reply_to: str = "") -> Message:
    """Return an alert's words as a message."""
    return Message(
        message_id=name,
        subject=words.subject,
        text=words.text,
        html=words.html,
        kind=kind,
        short=words.short,
        data={**words.data, "at": at.isoformat(timespec="seconds").replace("+00:00", "Z")},
        in_reply_to=in_reply_to,
        is_urgent=words.data.get("state") == "urgent",
    )


def fold_held(messages: Sequence[Message], channel: str, now: datetime) -> Message:
    """Return the one message that tells what several could not tell in time."""
    items: list[dict[str, str]] = []
    for message in messages:
        if message.kind == "digest":
            items += [dict(one) for one in message.data.get("items", ())]
        else:
            items.append({"subject": message.subject, "news": alert_text.news_of(message.text)})
    sites = {str(message.data.get("site", "")) for message in messages} - {""}
    site = next(iter(sites)) if len(sites) == 1 else "Your networks"
    zone = str(messages[0].data.get("zone") or "UTC")
    subject = f"{site}: {len(items)} messages that come late"
    told = Told(site=site, zone=zone, now=now, subject=subject, began=now)
    words = alert_text.digest(items, told)
    return message_of(f"digest.{channel}.{now:%Y%m%dT%H%M%S%f}", words, kind="digest", at=now)

"""Where reports and data go, by the settings."""

from __future__ import annotations

from pathlib import Path

from unifi_scanner.config.settings import Settings, revealed
from unifi_scanner.delivery import Channel, EmailChannel, FileChannel, WebhookChannel, channels_of_urls

DATA_FILE = "unifi-scanner.db"
REPORTS = "reports"  # where reports are kept without a channel


def data_file(settings: Settings) -> Path:
    """Return the one file of data; raises DataDirectoryError where it cannot be written."""
    return settings.data_path() / DATA_FILE


def channels_of(settings: Settings) -> list[Channel]:
    """Return the configured channels; without any, reports are kept in the data directory."""
    channels: list[Channel] = []
    if settings.email_on:
        channels.append(_email(settings))
    if settings.webhook_url is not None:
        channels.append(
            WebhookChannel(revealed(settings.webhook_url) or "", revealed(settings.webhook_secret))
        )
    channels += channels_of_urls(revealed(settings.apprise_urls) or "")
    if settings.file_dir or not channels:
        channels.append(
            FileChannel(settings.file_dir or settings.data_path() / REPORTS, keep=settings.file_keep)
        )
    return channels


def _email(settings: Settings) -> EmailChannel:
    return EmailChannel(
        host=settings.smtp_host or "",
        port=settings.mail_port,
        security=settings.smtp_security,
        username=settings.smtp_username,
        password=revealed(settings.smtp_password),
        sender=settings.mail_sender,
        recipients=settings.email_to,
    )

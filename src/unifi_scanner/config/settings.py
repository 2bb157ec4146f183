"""The effective settings, as the rest of the program asks for them."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, PrivateAttr, SecretStr

from unifi_scanner.config.groups import (
    NAMES,
    Alerts,
    Chat,
    Cloudflare,
    Controller,
    Data,
    Email,
    Files,
    Listening,
    Logging,
    Metrics,
    Mqtt,
    Reporting,
    Ssh,
    Syslog,
)
from unifi_scanner.config.layers import DEFAULT, Given
from unifi_scanner.config.schedule import crontab_of_preset, report_trigger
from unifi_scanner.config.types import LOCAL
from unifi_scanner.errors import ConfigError, DataDirectoryError

if TYPE_CHECKING:
    from apscheduler.triggers.base import BaseTrigger

    from unifi_scanner.api.connection import Connection

SMTP_PORTS: Mapping[str, int] = MappingProxyType({"starttls": 587, "tls": 465, "none": 25})
SHOWN_SECRET = "[set]"  # noqa: S105 - what is shown instead of one


@dataclass(frozen=True, slots=True)
class Provenance:
    """What was said and where, and the oddities met on the way."""

    given: Mapping[str, Given]
    warnings: tuple[str, ...]
    controllers: tuple[Controller, ...] = ()


class Settings(
    Controller,
    Listening,
    Syslog,
    Ssh,
    Reporting,
    Alerts,
    Email,
    Chat,
    Files,
    Cloudflare,
    Mqtt,
    Metrics,
    Data,
    Logging,
):
    """Every setting, checked and frozen; secrets hidden. `load_settings` makes one."""

    model_config = ConfigDict(title="UniFi Scanner settings")

    _given: Mapping[str, Given] = PrivateAttr(default_factory=dict)
    _warnings: tuple[str, ...] = PrivateAttr(default=())
    _controllers: tuple[Controller, ...] = PrivateAttr(default=())

    def model_post_init(self, context: Any) -> None:
        """Remember where every value came from, when `load_settings` says so."""
        if isinstance(context, Provenance):
            self._given = context.given
            self._warnings = context.warnings
            self._controllers = context.controllers

    @property
    def warnings(self) -> tuple[str, ...]:
        """Oddities found while loading that stop nothing, as sentences."""
        return self._warnings

    def origin_of(self, name: str) -> str:
        """Return where the setting's value comes from: a variable, a file and key, or `default`."""
        return self._given[name].origin if name in self._given else DEFAULT

    def shown(self) -> dict[str, tuple[Any, str]]:
        """Return every setting's value, fit to be shown, with its origin."""
        return {name: (_shown(getattr(self, name)), self.origin_of(name)) for name in NAMES}

    def require_controller(self) -> None:
        """Raise ConfigError unless a controller and a way to sign in to it are named."""
        from unifi_scanner.config.checks import missing_for_controller

        if not self._controllers and (problems := missing_for_controller(self._given)):
            raise ConfigError(problems)

    def connections(self) -> tuple[Connection, ...]:
        """Return how to reach each controller and sign in; raises ConfigError if that was not said."""
        self.require_controller()
        controllers = self._controllers or (self,)
        ports = {controller.host: set[int | None]() for controller in controllers}
        for controller in controllers:
            ports[controller.host].add(controller.port)
        return tuple(_connection(each, by_port=len(ports[each.host]) > 1) for each in controllers)

    def data_path(self) -> Path:
        """Return the data directory, made if need be and proven writable; raises DataDirectoryError."""
        try:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=self.data_dir).close()
        except OSError as exc:
            raise DataDirectoryError(
                f"The data directory {self.data_dir} cannot be written ({exc.strerror}).",
                hint="Give this user the right to write there, or name another directory in UNIFI_DATA_DIR.",
            ) from exc
        return self.data_dir

    def timezone(self) -> tzinfo:
        """Return the time zone of the schedule and of the times people read."""
        from tzlocal import get_localzone

        return get_localzone() if self.schedule_timezone == LOCAL else ZoneInfo(self.schedule_timezone)

    def crontab(self) -> str | None:
        """Return the schedule as a crontab line (0 is Sunday), or None without a schedule."""
        return crontab_of_preset(self.schedule_preset) if self.schedule_preset else self.schedule_cron

    def trigger(self) -> BaseTrigger | None:
        """Return the schedule as an APScheduler trigger, or None without a schedule."""
        crontab = self.crontab()
        return report_trigger(crontab, self.timezone()) if crontab else None

    @property
    def syslog_on(self) -> bool:
        """Whether log lines sent to us are received."""
        return any((self.syslog_udp_port, self.syslog_tcp_port, self.syslog_tls_port))

    @property
    def cloudflare_on(self) -> bool:
        """Whether reports have a part about Cloudflare."""
        return bool(self.cloudflare_token and (self.cloudflare_zones or self.cloudflare_account))

    @property
    def broker_port(self) -> int:
        """The MQTT broker's port: the one given, or the usual one."""
        return self.mqtt_port or (8883 if self.mqtt_tls else 1883)

    @property
    def email_on(self) -> bool:
        """Whether reports go out by e-mail."""
        return bool(self.smtp_host and self.email_to)

    @property
    def mail_port(self) -> int:
        """The mail server's port: the one given, or the usual one for the encryption chosen."""
        return self.smtp_port or SMTP_PORTS[self.smtp_security]

    @property
    def mail_sender(self) -> str:
        """The sender of reports: the one given, the mail user name, or the first recipient."""
        named = self.smtp_username if self.smtp_username and "@" in self.smtp_username else None
        return self.email_from or named or next(iter(self.email_to), "")


def revealed(secret: SecretStr | None) -> str | None:
    """Return a secret in the clear, for the one place that sends it."""
    return secret.get_secret_value() if secret else None


def _connection(controller: Controller, *, by_port: bool) -> Connection:
    from unifi_scanner.api.connection import Connection

    return Connection(
        host=controller.host or "",
        name=f"{controller.host}:{controller.port or 443}" if by_port else "",
        port=controller.port,
        username=controller.username,
        password=revealed(controller.password),
        api_key=revealed(controller.api_key),
        totp_secret=revealed(controller.totp_secret),
        site=controller.site,
        verify_ssl=controller.verify_ssl,
        tls_fingerprint=controller.tls_fingerprint,
        tls_ca_file=controller.tls_ca_file,
    )


def _shown(value: Any) -> Any:
    match value:
        case SecretStr():
            return SHOWN_SECRET
        case Path():
            return str(value)
        case tuple():
            return list(value)
        case _:
            return value

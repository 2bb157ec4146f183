"""The types of settings: each reads what people write, and says in words what it expects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from unifi_scanner.config.nearest import nearest
from unifi_scanner.config.schedule import checked_crontab, crontab_of_preset
from unifi_scanner.config.values import (
    canonical_fingerprint,
    host_name,
    hours,
    mail_address,
    mail_addresses,
    names,
    two_factor_secret,
    web_address,
)
from unifi_scanner.config.values_remote import (
    cloudflare_id,
    cloudflare_ids,
    host_key,
    networks,
    own_address,
    remote_paths,
    topic,
)

LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Expects:
    """What a value must be, in words that complete "give …"."""

    words: str


def expectation(annotation: Any, metadata: Iterable[Any]) -> str:
    """Return what a field of this type expects, in words."""
    parts = (*metadata, *_parts(annotation))
    return next((part.words for part in parts if isinstance(part, Expects)), "text in quotes")


def _parts(annotation: Any) -> Iterator[Any]:
    for part in get_args(annotation):
        yield part
        yield from _parts(part)


def _checked_zone(name: str) -> str:
    if name == LOCAL:
        return name
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        meant = nearest(name, available_timezones())
        raise ValueError(f"{name!r} is not a time zone; the nearest name is {meant}") from exc
    return name


def _checked_preset(text: str) -> str:
    crontab_of_preset(text)
    return text


def _expanded(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError as exc:
        raise ValueError(f"{path}: there is no home directory for ~; write the whole path") from exc


def _readable_file(path: Path) -> Path:
    try:
        path.open("rb").close()
    except OSError as exc:
        raise ValueError(f"{path} cannot be read ({exc.strerror}); check the path and its rights") from exc
    return path


def _existing_directory(path: Path) -> Path:
    if not path.is_dir():
        raise ValueError(f"{path} is not a directory; create it or correct the path")
    return path


def _directory_to_be(path: Path) -> Path:
    if path.exists() and not path.is_dir():
        raise ValueError(f"{path} is a file; name a directory")
    return path


def _checked_secret(secret: SecretStr) -> SecretStr:
    return SecretStr(two_factor_secret(secret.get_secret_value()))


def _checked_address(secret: SecretStr) -> SecretStr:
    return SecretStr(web_address(secret.get_secret_value()))


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


YesNo = Annotated[bool, Expects("true or false")]
Host = Annotated[str, AfterValidator(host_name)]
Port = Annotated[int, Field(ge=1, le=65535), Expects("a port number from 1 to 65535")]
Fingerprint = Annotated[str, AfterValidator(canonical_fingerprint)]
WebAddress = Annotated[SecretStr, AfterValidator(_checked_address)]
TotpSecret = Annotated[SecretStr, AfterValidator(_checked_secret)]
Zone = Annotated[str, AfterValidator(_checked_zone)]
Crontab = Annotated[str, AfterValidator(checked_crontab)]
Preset = Annotated[str, AfterValidator(_checked_preset)]
Address = Annotated[str, AfterValidator(mail_address)]
Addresses = Annotated[tuple[str, ...], BeforeValidator(mail_addresses)]
OwnAddress = Annotated[str, AfterValidator(own_address)]
Networks = Annotated[tuple[str, ...], BeforeValidator(networks)]
HostKey = Annotated[str, AfterValidator(host_key)]
CloudflareId = Annotated[str, AfterValidator(cloudflare_id)]
CloudflareIds = Annotated[tuple[str, ...], BeforeValidator(cloudflare_ids)]
Topic = Annotated[str, AfterValidator(topic)]
RemotePaths = Annotated[tuple[str, ...], BeforeValidator(remote_paths)]

AnyPath = Annotated[Path, AfterValidator(_expanded), Expects("a path in quotes")]
ReadableFile = Annotated[AnyPath, AfterValidator(_readable_file)]
ExistingDirectory = Annotated[AnyPath, AfterValidator(_existing_directory)]
DirectoryToBe = Annotated[AnyPath, AfterValidator(_directory_to_be)]

BufferSize = Annotated[
    int, Field(ge=1, le=10_000_000), Expects("a whole number of events from 1 to 10000000")
]
Seconds = Annotated[
    float, Field(ge=0.1, le=86_400, allow_inf_nan=False), Expects("a number of seconds from 0.1 to 86400")
]
LinesPerSecond = Annotated[
    float, Field(ge=1, le=1_000_000, allow_inf_nan=False), Expects("a number of lines from 1 to 1000000")
]
Days = Annotated[int, Field(ge=1, le=36_500), Expects("a whole number of days from 1 to 36500")]
Megabytes = Annotated[int, Field(ge=10), Expects("a whole number of megabytes, 10 or more")]
Count = Annotated[int, Field(ge=0), Expects("a whole number, 0 or more")]
Title = Annotated[str, Field(min_length=1, max_length=100), Expects("text of 1 to 100 characters")]

MailSecurity = Annotated[
    Literal["starttls", "tls", "none"], BeforeValidator(_lower), Expects("one of starttls, tls, none")
]
AlertSeverity = Annotated[
    Literal["critical", "high", "medium", "low", "info", "off"],
    BeforeValidator(_lower),
    Expects("one of critical, high, medium, low, info, off"),
]
Names = Annotated[tuple[str, ...], BeforeValidator(names)]
Hours = Annotated[str, AfterValidator(hours)]
Budget = Annotated[int, Field(ge=1, le=1000), Expects("a whole number of messages from 1 to 1000")]
Patience = Annotated[
    float, Field(ge=0, le=3600, allow_inf_nan=False), Expects("a number of seconds from 0 to 3600")
]
LogLevelName = Annotated[
    Literal["DEBUG", "INFO", "WARNING", "ERROR"],
    BeforeValidator(_upper),
    Expects("one of DEBUG, INFO, WARNING, ERROR"),
]
LogFormat = Annotated[Literal["text", "json"], BeforeValidator(_lower), Expects("text or json")]
ReportVoice = Annotated[Literal["home", "it", "msp"], BeforeValidator(_lower), Expects("home, it or msp")]

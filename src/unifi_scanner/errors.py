"""Every error of our own, drawn by what the reader can do about it.

ScannerError(hint, exit_code)
├── ConfigError              2  change a setting            (all problems told at once)
├── UnknownSite              2  pick one of the sites listed
├── DataDirectoryError       2  make the directory writable
├── ControllerError          3  look at the controller or the way to it
│   ├── ControllerUnreachable    3  is it on, is the address right
│   │   └── ControllerSilent         3  nothing answers there at all
│   ├── CertificateNotTrusted    3  pin the fingerprint, or give the CA file
│   ├── EndpointGone             3  this version answers elsewhere
│   ├── AnswerUnusable           3  it answered with something we cannot read
│   │   ├── EndpointForbidden        3  give the account a role that may read this
│   │   └── Throttled                3  wait `retry_after` seconds before asking this again
│   ├── SignInRefused            4  user name, password, key or role
│   ├── SignInThrottled          4  wait `retry_after` seconds
│   └── FrameError               3  one frame could not be read; the others can
├── CollectionError          3  one source failed; the others go on
│   ├── WSCollectionError · RestCollectionError · SystemLogCollectionError · SSHCollectionError
├── IntegrationError         1  another service could not tell its part; the report goes on without it
│   └── PartUnavailable          1  it answers, but not this one question
├── InputError               2  a file handed to us cannot be read
├── RuleError                2  mend the rule file at `path`, `where`
├── StoreError               1  disk, rights or a damaged data file
└── DeliveryError            5  the report exists, but no channel took it
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class ScannerError(Exception):
    """Something went wrong that a person can be told about, with a hint what to do."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class ConfigError(ScannerError):
    """The settings cannot be used; `problems` lists every one of them."""

    exit_code = 2

    def __init__(self, problems: Sequence[str] | str, *, hint: str = "") -> None:
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.problems), hint=hint)


class UnknownSite(ScannerError):
    """The controller has no site of that name; `sites` are the ones it has."""

    exit_code = 2

    def __init__(self, site: str, sites: Sequence[str]) -> None:
        self.sites = list(sites)
        listed = ", ".join(self.sites) or "none that this account may see"
        super().__init__(
            f"The controller has no site called {site!r}.", hint=f"Its sites are: {listed}. Set UNIFI_SITE."
        )


class DataDirectoryError(ScannerError):
    """The data directory cannot be written."""

    exit_code = 2


class ControllerError(ScannerError):
    """The controller could not be used."""

    exit_code = 3


class ControllerUnreachable(ControllerError):
    """Nothing usable answered at the controller's address."""


class ControllerSilent(ControllerUnreachable):
    """Nothing answers at the controller's address at all: refused, unknown, or no answer in time."""


class CertificateNotTrusted(ControllerUnreachable):
    """The controller's certificate is not trusted; `fingerprint` is what it showed, where known."""

    def __init__(self, message: str, *, hint: str = "", fingerprint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.fingerprint = fingerprint


class EndpointGone(ControllerError):
    """This controller does not answer this request (any more); `status` is the HTTP status."""

    def __init__(self, message: str, *, hint: str = "", status: int = 404) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class AnswerUnusable(ControllerError):
    """The controller answered, but with something that cannot be read as its protocol."""


class EndpointForbidden(AnswerUnusable):
    """We are signed in, but this account may not read this one thing; `status` is the HTTP status."""

    def __init__(self, message: str, *, hint: str = "", status: int = 403) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class Throttled(AnswerUnusable):
    """The controller wants a pause before it is asked this again; `retry_after` is in seconds."""

    def __init__(self, message: str, *, hint: str = "", retry_after: float = 60.0) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class SignInRefused(ControllerError):
    """The controller did not accept who we say we are, or does not let this account do it."""

    exit_code = 4


class SignInThrottled(ControllerError):
    """No sign-in is made now, because the controller or our own caution wants a pause of `retry_after` seconds."""

    exit_code = 4

    def __init__(self, message: str, *, hint: str = "", retry_after: float = 60.0) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class FrameError(ControllerError):
    """One WebSocket frame could not be read."""


class CollectionError(ScannerError):
    """One source of log entries failed; `cause` is why."""

    exit_code = 3

    def __init__(self, message: str, cause: BaseException | None = None, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.cause = cause


class WSCollectionError(CollectionError):
    """The WebSocket buffer could not be collected as a whole."""


class RestCollectionError(CollectionError):
    """REST v1 gave nothing usable."""


class SystemLogCollectionError(CollectionError):
    """REST v2 system-log gave nothing usable."""


class SSHCollectionError(CollectionError):
    """The log files on the console could not be read over SSH."""


class IntegrationError(ScannerError):
    """Another service could not be asked; the report goes on without it."""


class PartUnavailable(IntegrationError):
    """Another service answers, but not this one question; `on_purpose` when it never will as things are."""

    def __init__(self, message: str, *, hint: str = "", on_purpose: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.on_purpose = on_purpose


class InputError(ScannerError):
    """A file or a name handed to a verb cannot be used."""

    exit_code = 2


class RuleError(ScannerError):
    """A rule file is wrong at `where`."""

    exit_code = 2

    def __init__(self, path: Path | str, where: str, message: str) -> None:
        self.path = Path(path)
        self.where = where
        super().__init__(f"{path}: {where}: {message}")


class StoreError(ScannerError):
    """The data file cannot be read or written."""


class DeliveryError(ScannerError):
    """One channel did not take the message."""

    exit_code = 5

    def __init__(self, channel: str, message: str, *, hint: str = "") -> None:
        self.channel = channel
        super().__init__(f"{channel}: {message}", hint=hint)

"""The closed sets of words every stage shares. Pure."""

from __future__ import annotations

from enum import StrEnum


class DeviceType(StrEnum):
    """What kind of controller answers: it decides paths, cookies and sign-in (docs/protocol.md A.1)."""

    UDM_PRO = "udm_pro"  # any UniFi OS console, and UniFi OS Server
    SELF_HOSTED = "self_hosted"  # the classic Network application


class LogSource(StrEnum):
    """The part of the network an entry speaks of."""

    WIRELESS = "WIRELESS"
    WIRED = "WIRED"
    SECURITY = "SECURITY"
    INTERNET = "INTERNET"
    DEVICE = "DEVICE"
    POWER = "POWER"
    VPN = "VPN"
    ADMIN = "ADMIN"
    SYSTEM = "SYSTEM"
    UNKNOWN = "UNKNOWN"

    @property
    def category(self) -> str:
        """Return the word used in machine-readable output, such as `wireless`."""
        return self.value.lower()


class LogLevel(StrEnum):
    """How loudly an entry was meant."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"
    CRITICAL = "CRITICAL"


class Origin(StrEnum):
    """The way an entry was heard."""

    WEBSOCKET = "websocket"
    REST = "rest"
    SYSTEM_LOG = "system_log"
    ALARM = "alarm"
    IPS = "ips"
    SYSLOG = "syslog"
    CEF = "cef"
    SSH = "ssh"
    IMPORT = "import"
    ACTIVITY = "activity"  # what administrators did; the store numbers these in order, so new ones go last
    FLOW = "flow"

    @property
    def shown(self) -> str:
        """Return the word used in machine-readable output, which tells fewer ways apart than we do."""
        return {Origin.ACTIVITY: Origin.SYSTEM_LOG, Origin.FLOW: Origin.IPS}.get(self, self).value


# one set for each way, made once: every entry holds one
ALONE = {origin: frozenset({origin}) for origin in Origin}


class Severity(StrEnum):
    """How much a finding matters to the owner, least first."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Return 0 (info) to 4 (critical), for sorting."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Status(StrEnum):
    """The verdict of a report in one word."""

    FINE = "fine"
    ATTENTION = "attention"
    URGENT = "urgent"
    BLIND = "blind"


class Confidence(StrEnum):
    """How sure a statement is."""

    CERTAINLY = "certainly"
    PROBABLY = "probably"
    POSSIBLY = "possibly"


class SourceState(StrEnum):
    """How well a source of information was seen during a period."""

    OK = "ok"
    QUIET = "quiet"  # answered, and had nothing to say
    BLIND = "blind"  # cannot tell: it does not answer on this controller
    FAILED = "failed"  # ought to answer and did not
    OFF = "off"  # not configured


class Role(StrEnum):
    """The part a moment plays in the story of an incident."""

    CHANGE = "change"  # somebody changed something before it
    CAUSE = "cause"
    CONSEQUENCE = "consequence"
    RECOVERY = "recovery"


class Novelty(StrEnum):
    """How something told now stands to the last report."""

    NEW = "new"
    CONTINUING = "continuing"
    OVER = "over"


class Voice(StrEnum):
    """Whom a report speaks to: the same facts, in other words."""

    HOME = "home"
    IT = "it"
    MSP = "msp"

"""What each source of a controller answers, in plain words, and how to get more out of it. Pure.

Menu paths are those of docs/protocol.md A.8 and F.2 and of the rules; where nobody knows the path, none is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from unifi_scanner.models.capability import (
    EMPTY_IPS,
    FROZEN_EVENTS,
    Capability,
    State,
    ought_to_tell,
    short_version,
    version_of,
)

NAMES: Mapping[str, str] = {
    "rest": "Event history (v1)",
    "alarm": "Alarms (v1)",
    "ips": "Threats (v1)",
    "system_log": "System log (v2)",
    "activity": "Admin activity (v2)",
    "flows": "Traffic log (v2)",
    "anomalies": "Wi-Fi problems (v1)",
    "super": "Sign-ins to the controller (v1)",
    "websocket": "Live stream",
    "syslog": "Syslog",
    "ssh": "Log files over SSH",
}
INTEGRATIONS = "Settings > Control Plane > Integrations"
ACTIVITY_LOGGING = "CyberSecure > Traffic Logging > Activity Logging"
INTRUSIONS = "Settings > CyberSecure > Intrusion Prevention"
SYSTEM_LOG_FROM, SIEM_FROM, SIEM_MAYBE_FROM = (9,), (9, 3), (8, 5)
_TOLD_BY_THE_LOG = frozenset({"rest", "alarm", "ips", "super"})
_SINCE_9 = frozenset({"system_log", "activity", "flows"})


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """What good advice hangs on, besides the answer of the source itself."""

    version: str | None = None
    has_account: bool = True
    has_key: bool = False
    stream_wanted: bool = True
    log: State = State.UNKNOWN  # how the system log answers: it tells what older lists no longer tell
    own_address: str = ""  # of this machine, as the controller sees it
    ports: Mapping[str, int] = {}  # that syslog is received on, by `udp`, `tcp` and `tls`
    ssh_enabled: bool = False


class Advice(NamedTuple):
    """How a source does, and what to do about it; nothing where there is nothing to do."""

    said: str
    fix: str = ""


def advice_for(source: str, capability: Capability, facts: Situation) -> Advice:
    """Return how a source does on this controller, in a sentence, and how to get more out of it."""
    match source:
        case "websocket":
            return _of_stream(capability, facts)
        case "syslog":
            return _of_syslog(facts)
        case "ssh" if not facts.ssh_enabled:
            return _SSH_OFF
    match capability.state:
        case State.WORKS:
            return Advice("works")
        case State.EMPTY:
            return Advice(_joined("answers with nothing", capability.reason), _when_empty(source, facts))
        case State.FROZEN:
            return Advice(
                _joined("frozen: it answers, but gets no new rows", _why_frozen(source, capability, facts)),
                _elsewhere(source, facts),
            )
        case State.GONE:
            return _when_gone(source, facts)
        case State.FORBIDDEN:
            return Advice(
                f"not allowed for this {'key' if facts.has_key else 'account'}", _more_rights(facts)
            )
        case State.FAILED:
            return Advice(
                _joined("failed", capability.reason),
                "It is asked again at every round; try `doctor` again in a few minutes.",
            )
        case _:
            return Advice(
                _joined("answers, but its silence cannot be believed", capability.reason),
                _elsewhere(source, facts),
            )


def result_of(source: str, capability: Capability, facts: Situation) -> str:
    """Return `ok`, `note` or `failed`: failed is only what somebody can mend, or what this version is known to have."""
    if capability.state in (State.WORKS, State.EMPTY):
        return "ok"
    if capability.state is State.FORBIDDEN or capability.state is State.FAILED:
        return "failed" if source != "websocket" or facts.has_account else "note"
    return "failed" if capability.state is State.GONE and ought_to_tell(source, facts.version) else "note"


def _of_stream(capability: Capability, facts: Situation) -> Advice:
    if not facts.stream_wanted:
        return Advice("switched off", "Set UNIFI_WEBSOCKET_ENABLED=true to hear things at once.")
    if capability.state is State.WORKS:
        return Advice("works")
    if facts.has_key and not facts.has_account:
        return Advice(
            "does not work with an API key; add a user name and password",
            "Set UNIFI_USERNAME and UNIFI_PASSWORD of a local account besides the key. Until then history is read "
            "at intervals.",
        )
    return Advice(
        _joined("did not open", capability.reason),
        "If a reverse proxy stands in between, let it pass WebSockets, or set UNIFI_HOST to the console itself. If UniFi "
        "has just been updated or restarted, try again in a few minutes.",
    )


def _of_syslog(facts: Situation) -> Advice:
    if not facts.ports:
        return Advice(
            "not received; no port is set", f"Set UNIFI_SYSLOG_UDP_PORT=5514. {_where_to_enter(facts)}"
        )
    shown = " and ".join(f"{port} ({way.upper()})" for way, port in facts.ports.items())
    return Advice(f"can be received on port {shown}", _where_to_enter(facts))


def _where_to_enter(facts: Situation) -> str:
    server = facts.own_address or "the address of this machine"
    port = next(iter(facts.ports.values()), 5514)
    version = version_of(facts.version)
    if version and version < SIEM_MAYBE_FROM:
        return (
            f"Then name {server}, port {port}, as the remote log server in UniFi; where that is set differs by version, "
            "and we are not sure of the place."
        )
    unsure = "" if version >= SIEM_FROM else " We are not sure that this version has it there."
    return (
        f"Then in UniFi open {INTEGRATIONS} (in other versions {ACTIVITY_LOGGING}), look for the SIEM server, and enter "
        f"{server}, port {port}.{unsure}"
    )


_SSH_OFF = Advice(
    "not read; it is off unless you want it",
    "Only where the console's own log files are wanted too: set UNIFI_SSH_ENABLED=true, UNIFI_SSH_KEY_FILE and "
    "UNIFI_SSH_HOST_FINGERPRINT. SSH must be switched on in the settings of the console.",
)


def _why_frozen(source: str, capability: Capability, facts: Situation) -> str:
    if capability.reason:
        return capability.reason
    known = {"rest": FROZEN_EVENTS, "ips": EMPTY_IPS}.get(source)
    is_known = known is not None and version_of(facts.version) >= known
    return f"That is so in UniFi Network {short_version(facts.version)}." if is_known else ""


def _when_empty(source: str, facts: Situation) -> str:
    if source == "ips" and version_of(facts.version) < EMPTY_IPS:
        return f"If no attack was ever seen, check that attacks are looked for: {INTRUSIONS}."
    if source == "flows":
        return "If nothing was blocked, that is right. If something was, traffic logging may be off in UniFi."
    return ""


def _when_gone(source: str, facts: Situation) -> Advice:
    version = short_version(facts.version)
    said = f"gone: not there in {f'UniFi Network {version}' if version else 'this version of UniFi Network'}"
    if source in _SINCE_9 and () < version_of(facts.version) < SYSTEM_LOG_FROM:
        return Advice(said, "Nothing to mend: it came with UniFi Network 9.")
    if source == "flows":
        fix = "Nothing to mend if there is no UniFi gateway here, which is likely; only gateways have one."
        return Advice(said, fix)
    if ought_to_tell(source, facts.version):
        return Advice(
            f"gone, though UniFi Network {version} is known to have it",
            "The controller may still be starting: try again in a few minutes.",
        )
    return Advice(said, _elsewhere(source, facts))


def _elsewhere(source: str, facts: Situation) -> str:
    if source not in _TOLD_BY_THE_LOG:
        return ""
    if facts.log in (State.WORKS, State.EMPTY):
        return "Nothing to mend: the system log tells it instead."
    return f"Nothing else tells the same to this account. Syslog tells much of it: set UNIFI_SYSLOG_UDP_PORT=5514. {_where_to_enter(facts)}"


def _more_rights(facts: Situation) -> str:
    if facts.has_key:
        return (
            "A key may do what its owner may: give the owner more rights for Network, or make a key as somebody who has them: "
            f"{INTEGRATIONS}."
        )
    return (
        "Give this account more rights for Network alone (Site Admin): Admins & Users in the settings of the console. Or leave "
        "it: the report says what it could not see."
    )


def _joined(said: str, reason: str) -> str:
    return f"{said}. {reason}" if reason else said

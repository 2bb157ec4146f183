"""Lines devices write about themselves, and who used their command line (docs/protocol.md F.4, F.5, G). Pure."""

from __future__ import annotations

import re

from unifi_scanner.logs.reading import address_of, present
from unifi_scanner.logs.told import Told

# the name is the stranger's: only the last "from" is the server's own
_ACCEPTED = re.compile(r"Accepted \S{1,64} for (.{0,200}) from (\S{1,45}) port \d{1,5}\b")
_FAILED = re.compile(
    r"Failed \S{1,64} for (?:invalid user )?(.{0,200}) from (\S{1,45})(?: port \d{1,5}.{0,40})?$"
)
# dropbear, on access points and switches
_DROPBEAR_IN = re.compile(r"(?:Password|Pubkey) auth succeeded for '([^']{0,64})'.{0,100}? from (\S{1,64})")
_DROPBEAR_BAD = re.compile(r"Bad password attempt for '([^']{0,64})' from (\S{1,64})")
_DROPBEAR_WHO = re.compile(r"Login attempt for nonexistent user(?: '([^']{0,64})')? from (\S{1,64})")
_LEASE = re.compile(r"lease of ([0-9.]{7,15}) obtained")
_SIGN_INS = (
    (_ACCEPTED, "shell.signed_in"),
    (_DROPBEAR_IN, "shell.signed_in"),
    (_FAILED, "shell.sign_in_failed"),
    (_DROPBEAR_BAD, "shell.sign_in_failed"),
    (_DROPBEAR_WHO, "shell.sign_in_failed"),
)
_SERVER = re.compile(
    r"\[(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,]\d{1,9}(?:Z|[+-]\d\d:?\d\d)?)\] <([^>]{0,200})> ([A-Z]{3,8}) {1,8}(\S{1,200})"
)
_TRACE = re.compile(
    r"(?:\s+at [\w.$/<>]{1,300}\(|\s*Caused by: |\s+\.\.\. \d{1,6} (?:more|common frames)|\s+Suppressed: )"
)


def read_ssh(text: str) -> Told | None:
    """Return who signed in to a command line, or tried to."""
    for pattern, kind in _SIGN_INS:
        match = pattern.match(text)
        if match is not None:
            who, address = match.groups()
            return Told(kind, present(admin=who, ip=_bare(address)))
    return Told("shell.session", {})  # "Invalid user" among them: a "Failed" for the same try follows


def _bare(address: str) -> str | None:
    # dropbear adds the port: 192.168.1.2:50122
    return address_of(address) or address_of(address.rpartition(":")[0])


def read_lease(text: str) -> Told | None:
    """Return the address a device was given."""
    match = _LEASE.search(text[:200])
    return Told("device.addressed", {"ip": match.group(1)}) if match else Told("log.routine", {})


def read_system(text: str) -> Told | None:
    """Return that a program crashed, where the line says so."""
    return Told("device.program_crashed", {}) if "has crashed" in text[:200] else Told("log.routine", {})


def read_reporter(text: str) -> Told | None:
    """Return that a device noted where it stands with its controller."""
    return (
        Told("device.reported", {}) if "[STATE]" in text or "transition" in text else Told("log.routine", {})
    )


def read_server_log(line: str) -> tuple[str, Told] | None:
    """Return the time and the meaning of a line of the controller's `server.log`, or None (G)."""
    match = _SERVER.match(line)
    if match is not None:
        return match.group(1), Told("log.controller", {"state": match.group(3)})
    return ("", Told("log.controller", {})) if _TRACE.match(line) else None

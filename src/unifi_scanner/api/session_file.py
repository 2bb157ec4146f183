"""A session kept across restarts, so that a restart is not a sign-in. The file holds no password, key or secret."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

import msgspec
import structlog

from unifi_scanner.api.connection import Connection
from unifi_scanner.api.session import LAST_MOMENT, Session, is_sendable, sendable
from unifi_scanner.models.enums import DeviceType

VERSION = 1
MOST_BYTES = 65_536
log = structlog.get_logger(__name__)


class Owner(msgspec.Struct, frozen=True):
    """Whose session it is: given to nobody else, and sent nowhere else."""

    controller: str
    username: str
    trust: str
    flavour: DeviceType


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    version: int
    controller: str
    username: str
    trust: str
    flavour: DeviceType
    cookies: dict[str, str]
    csrf: str | None
    made: float
    ends: float | None
    is_second_try: bool = False


_decode = msgspec.json.Decoder(
    _Kept
).decode  # on import, not by the first of several threads: msgspec would crash


def session_path(directory: Path, connection: Connection) -> Path:
    """Return the file for a controller's session: a name made of its address that is safe in any directory."""
    address = ",".join(connection.base_urls())
    plain = re.sub(r"[^a-z0-9.-]+", "-", connection.base_urls()[0].removeprefix("https://").lower()).strip(
        ".-"
    )
    digest = hashlib.sha256(address.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return directory / f"session-{plain[:60]}-{digest}.json"


class SessionStore:
    """One session on disk, 0600. Whatever is wrong with the file is said once, and costs no more than a sign-in."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._is_told = False

    def __repr__(self) -> str:
        return f"SessionStore({str(self.path)!r})"

    def load(self, owner: Owner) -> Session | None:
        """Return the session kept for this owner, or None where there is none that may be used."""
        content = self._read()
        if content is None:
            return None
        try:
            kept = _decode(content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self._tell("session_file_unreadable", "it is damaged")
            return None
        if kept.version != VERSION or owner != Owner(
            kept.controller, kept.username, kept.trust, kept.flavour
        ):
            return None
        return _session(kept)

    def _read(self) -> bytes | None:
        try:
            handle = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as exc:
            self._tell("session_file_unreadable", str(exc))
            return None
        try:
            fault = _fault(os.fstat(handle))
            content = b"" if fault else os.read(handle, MOST_BYTES)
        finally:
            os.close(handle)
        if fault:
            self._tell("session_file_refused", fault)
            self.remove()
            return None
        return content

    def save(self, owner: Owner, session: Session) -> None:
        """Keep the session in place of the one before, whole or not at all."""
        kept = _Kept(
            version=VERSION,
            controller=owner.controller,
            username=owner.username,
            trust=owner.trust,
            flavour=owner.flavour,
            cookies=dict(session.cookies),
            csrf=session.csrf,
            made=session.made,
            ends=session.ends,
            is_second_try=session.is_second_try,
        )
        try:
            self._replace(msgspec.json.encode(kept))
        except (OSError, ValueError) as exc:
            self._tell("session_not_kept", str(exc))

    def _replace(self, content: bytes) -> None:
        handle, name = tempfile.mkstemp(prefix=".session-", suffix=".tmp", dir=self.path.parent)  # 0600
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(handle)
            Path(name).replace(self.path)
        except OSError:
            with suppress(OSError):
                Path(name).unlink()
            raise

    def remove(self) -> None:
        """Forget the session."""
        try:
            self.path.unlink(missing_ok=True)
        except (OSError, ValueError) as exc:
            self._tell("session_not_removed", str(exc))

    def _tell(self, what: str, reason: str) -> None:
        if not self._is_told:
            self._is_told = True
            log.warning(what, file=str(self.path), reason=reason)


def _fault(found: os.stat_result) -> str | None:
    if not stat.S_ISREG(found.st_mode):
        return "it is not a plain file"
    if found.st_uid != os.geteuid():
        return "it belongs to another user"
    if found.st_mode & 0o077:
        return "others may read or write it"
    return "it is far too large" if found.st_size > MOST_BYTES else None


def _session(kept: _Kept) -> Session | None:
    cookies = sendable(kept.cookies)
    if not cookies or not 0 <= kept.made < LAST_MOMENT:
        return None
    csrf = kept.csrf if is_sendable(kept.csrf) else None
    return Session(cookies, csrf, kept.made, kept.ends, kept.is_second_try)

"""Host keys trusted at first use: a small file, readable by nobody else."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import msgspec

from unifi_scanner.errors import SSHCollectionError

OWNER_ONLY = 0o600


def remembered_key(file: Path, where: str) -> str | None:
    """Return the fingerprint that `where` (host:port) showed the first time; raises SSHCollectionError.

    A file that cannot be read is never taken for "first use".
    """
    return _read(file).get(where)


def remember_key(file: Path, where: str, fingerprint: str) -> None:
    """Trust this fingerprint from now on; raises SSHCollectionError where it cannot be written down."""
    known = {**_read(file), where: fingerprint}
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, half = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
        with os.fdopen(handle, "wb") as out:
            os.fchmod(out.fileno(), OWNER_ONLY)
            out.write(msgspec.json.format(msgspec.json.encode(known)))
            out.flush()
            os.fsync(out.fileno())
        Path(half).replace(file)
    except OSError as exc:
        raise SSHCollectionError(
            f"The host key cannot be written down in {file} ({exc.strerror or exc}).",
            exc,
            hint="Make the data directory writable, or pin the key in UNIFI_SSH_HOST_FINGERPRINT.",
        ) from exc


def _read(file: Path) -> dict[str, str]:
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, str])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as exc:
        raise SSHCollectionError(
            f"The trusted host keys in {file} cannot be read.",
            exc,
            hint="Remove the file to trust anew at the next use, or pin the key in UNIFI_SSH_HOST_FINGERPRINT.",
        ) from exc

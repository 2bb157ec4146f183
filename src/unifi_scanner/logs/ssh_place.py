"""Where to sign in over SSH, and how long to wait there."""

from __future__ import annotations

from pathlib import Path

import msgspec


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where to sign in, as whom, and by which host key the place is known.

    Without `fingerprint`, `trust_first_use` trusts the key shown first and keeps it in `known_keys_file`.
    """

    host: str
    key_file: Path
    known_keys_file: Path
    port: int = 22
    username: str = "root"
    passphrase: str | None = None
    fingerprint: str | None = None
    trust_first_use: bool = False

    def __repr__(self) -> str:
        return f"Place(host={self.host!r}, port={self.port!r}, username={self.username!r})"


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds we wait: for a connection and each step of signing in, for one more byte, and for a whole command."""

    sign_in_s: float = 8.0
    byte_s: float = 20.0
    command_s: float = 60.0

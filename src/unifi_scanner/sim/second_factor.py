"""The second factor an account asks for (docs/protocol.md A.5): a fixed code, or real time-based ones (RFC 6238)."""

from __future__ import annotations

import base64
import hmac
import struct
from typing import Final

from unifi_scanner import clock

DIGITS: Final = 6


class SecondFactor:
    """What the account wants besides the password; `sso` is how ui.com accounts ask.

    With a secret each code holds for its step and the one after it, and only once; `skew_s` is how far the
    controller's clock is ahead.
    """

    def __init__(
        self,
        code: str | None = None,
        *,
        sso: bool = False,
        secret: str | None = None,
        period: int = 30,
        skew_s: float = 0.0,
    ) -> None:
        self.sso = sso
        self.refused = 0
        self._code = code
        self._key = None if secret is None else _key(secret)
        self._period = period
        self._skew_s = skew_s
        self._used: set[int] = set()

    def accepts(self, given: object) -> bool:
        """Say whether this is the code, and let it count once."""
        if self._code is not None and given == self._code:
            return True
        if self._key is not None:
            now = int((clock.now_ms() / 1000 + self._skew_s) // self._period)
            for step in (now, now - 1):
                if step not in self._used and given == _code_of(self._key, step):
                    self._used.add(step)
                    return True
        self.refused += 1
        return False


def _key(secret: str) -> bytes:
    letters = secret.replace(" ", "").upper()
    return base64.b32decode(letters + "=" * (-len(letters) % 8))


def _code_of(key: bytes, step: int) -> str:
    digest = hmac.digest(key, struct.pack(">Q", step), "sha1")
    at = digest[-1] & 0xF
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**DIGITS).zfill(DIGITS)

"""How to reach a controller and who we are there. Pure."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import msgspec

USUAL_PORTS = (443, 11443, 8443)  # docs/protocol.md A.1; which flavour answers is asked, never inferred (A.2)


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """A controller's address, our account there, and whom we trust to be it."""

    host: str
    name: str = ""  # what it is called, where the host alone would not tell it from another one
    port: int | None = None
    username: str | None = None
    password: str | None = None
    api_key: str | None = None
    totp_secret: str | None = None
    site: str = "default"
    verify_ssl: bool = True
    tls_fingerprint: str | None = None
    tls_ca_file: Path | None = None
    connect_timeout: float = 8.0
    read_timeout: float = 20.0

    def __repr__(self) -> str:
        return f"Connection(host={self.host!r}, port={self.port!r}, site={self.site!r})"

    @property
    def label(self) -> str:
        """Return what the controller is called where its data are kept."""
        return self.name or self.host

    def base_urls(self) -> tuple[str, ...]:
        """Return the addresses to try, in order; one where a port is given."""
        bare_ipv6 = self.host.count(":") > 1 and not self.host.startswith("[") and "://" not in self.host
        host = f"[{self.host}]" if bare_ipv6 else self.host
        split = urlsplit(host if "://" in host else f"https://{host}")
        name = split.hostname or self.host
        name = f"[{name}]" if ":" in name else name
        port = self.port or split.port
        return tuple(f"https://{name}:{number}" for number in ((port,) if port else USUAL_PORTS))

    @property
    def has_account(self) -> bool:
        """Whether there is a name and a password to sign in with."""
        return bool(self.username and self.password)

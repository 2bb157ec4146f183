"""Which of a controller's sites are meant, by id or by the name on screen. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from unifi_scanner.errors import UnknownSite

ALL = frozenset({"all", "*"})
Row = Mapping[str, Any]


class Site(NamedTuple):
    """A site: the short id in paths (docs/protocol.md A.1), and what people call it."""

    name: str
    title: str

    @property
    def label(self) -> str:
        """Return both, for people who have to choose one."""
        return f"{self.title} ({self.name})" if self.title != self.name else self.name


def choose_sites(wanted: str, rows: Sequence[Row]) -> list[Site]:
    """Return the sites meant by one name, by several with commas between, or by `all`; raises UnknownSite."""
    sites = [Site(str(row["name"]), str(row.get("desc") or row["name"])) for row in rows if row.get("name")]
    # a name on screen may hold commas, or be "all"
    whole = _named(wanted, sites)
    if whole is not None:
        return [whole]
    if wanted.strip().casefold() in ALL:
        return sites or _unknown(wanted, sites)
    found = [_named(part, sites) or _unknown(part, sites)[0] for part in wanted.split(",") if part.strip()]
    return list(dict.fromkeys(found)) or _unknown(wanted, sites)


def _named(name: str, sites: Sequence[Site]) -> Site | None:
    text = name.strip().casefold()
    return next((site for site in sites if site.name.casefold() == text), None) or next(
        (site for site in sites if site.title.casefold() == text), None
    )


def _unknown(name: str, sites: Sequence[Site]) -> list[Site]:
    raise UnknownSite(name.strip(), [site.label for site in sites])

"""Sign-ins of administrators: who came in, from where, and whether that is new. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from ipaddress import ip_address
from typing import ClassVar, Final

from unifi_scanner.detection.analysers.trace import Trace, Words, finding_from
from unifi_scanner.detection.wording import listed, times_words
from unifi_scanner.models.addresses import is_private
from unifi_scanner.models.enums import Confidence, LogSource, Severity
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import LogEntry

Places = Mapping[
    str, Collection[str]
]  # administrator -> networks signed in from before, as place_of names them
RULES: Final = frozenset(
    {
        "admin-signed-in",
        "admin-signed-in-from-internet",
        "admin-signed-in-from-new-place",
        "new-admin-signed-in",
    }
)
SIGNED_IN: Final = "admin.signed_in"
MOST_ADMINS: Final = 200
MOST_PLACES: Final = 50
_ADMINS = "Settings > Control Plane > Admins & Users"
_PASSWORD = f"If it was none of you, change the password: {_ADMINS}."


class Visitor(Trace):
    """One administrator's sign-ins, and from where."""

    __slots__ = ("addresses",)

    def __init__(self) -> None:
        super().__init__()
        self.addresses: dict[str, None] = {}


class SignIns:
    """Who signed in from where; with `known_places`, which are asked for once needed, what of it is new.

    Without them nothing is called new, since there is nothing to compare with.
    """

    kinds: tuple[str, ...] = (SIGNED_IN,)
    MADE_WITH: ClassVar = frozenset({"_known", "_known_places"})

    def __init__(self, known_places: Places | Callable[[], Places] | None = None) -> None:
        self._known_places = known_places
        self._known: Places = {}
        self._visitors: dict[str | None, Visitor] = {}

    def see(self, entry: LogEntry) -> None:
        """Take in one sign-in; those of the reader's own account are no news."""
        get = entry.metadata.get
        if get("own_account"):
            return
        admin = get("admin")
        visitor = self._visitors.get(admin)
        if visitor is None:
            admin = admin if len(self._visitors) < MOST_ADMINS else None
            visitor = self._visitors.setdefault(admin, Visitor())
        visitor.add(entry)
        address = get("ip")
        if address and len(visitor.addresses) < MOST_PLACES:
            visitor.addresses[address] = None

    def findings(self) -> Iterator[Finding]:
        """Yield one finding for each administrator who signed in."""
        if self._visitors:
            known = self._known_places
            self._known = (known() if callable(known) else known) or {}
        for admin, visitor in self._visitors.items():
            yield self._told(admin, visitor)

    def _told(self, admin: str | None, visitor: Visitor) -> Finding:
        rule, severity, words, addresses = self._news_of(admin, visitor)
        facts = {
            "admin": admin,
            "times": times_words(visitor.count),
            "ip": listed(addresses) if addresses else None,
        }
        return finding_from(
            visitor, words, facts,
            rule=rule, severity=severity, source=LogSource.ADMIN, subject=admin or "",
            subjects=[admin] if admin else [],
            about=[*([f"admin:{admin}"] if admin else []), *(f"attacker:{ip}" for ip in addresses if not is_private(ip))],
        )  # fmt: skip

    def _news_of(self, admin: str | None, visitor: Visitor) -> tuple[str, Severity, Words, list[str]]:
        addresses = list(visitor.addresses)
        known = self._known.get(admin or "")
        if self._known and admin and known is None:
            is_far = any(is_private(ip) is False for ip in addresses)
            return "new-admin-signed-in", Severity.MEDIUM if is_far else Severity.LOW, _NEW_ADMIN, addresses
        new = [ip for ip in addresses if known is not None and place_of(ip) not in known]
        outside = [ip for ip in new or addresses if is_private(ip) is False]
        if new and outside:
            return "admin-signed-in-from-new-place", Severity.MEDIUM, _NEW_PLACE, outside
        if new:
            return "admin-signed-in-from-new-place", Severity.LOW, _NEW_PLACE_INSIDE, new
        if outside and known is None:
            return "admin-signed-in-from-internet", Severity.LOW, _FROM_INTERNET, outside
        return "admin-signed-in", Severity.INFO, _SIGNED_IN, addresses


def place_of(address: str) -> str:
    """Return the network an address belongs to: providers give a house another address now and then."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    bits = (16 if not is_private(address) else 24) if parsed.version == 4 else 48
    whole = 32 if parsed.version == 4 else 128
    return f"{parsed.version}/{int(parsed) >> (whole - bits)}"


def known_places_of(entries: Iterable[LogEntry]) -> dict[str, set[str]]:
    """Return from which networks each administrator signed in, as `known_places` wants it."""
    places: dict[str, set[str]] = {}
    for entry in entries:
        admin, address = entry.metadata.get("admin"), entry.metadata.get("ip")
        if entry.kind == SIGNED_IN and admin and (admin in places or len(places) < MOST_ADMINS):
            mine = places.setdefault(admin, set())
            if address and len(mine) < MOST_PLACES:
                mine.add(place_of(address))
    return places


_WHY = "Whoever signs in here can change your whole network. If it was you, all is well."
_SIGNED_IN = Words(
    title="{admin} signed in", what="{admin} signed in {times}[, from {ip}].", why=_WHY, do=(_PASSWORD,)
)
_FROM_INTERNET = Words(
    title="{admin} signed in from the Internet",
    what="{admin} signed in {times}. It came from the Internet, from {ip}.",
    why="From there, anybody who has the password gets in. If it was you on the road, all is well.",
    do=(_PASSWORD, f"Give the account a second factor: {_ADMINS}."),
)
_NEW_PLACE = Words(
    title="{admin} signed in from a new place. Ask whether it was them",
    what="{admin} signed in from {ip}. We have not seen this account come from there before.",
    why="A stolen password shows like this. So does a trip, or a new phone contract.",
    do=(
        "Ask whoever uses this account.",
        f"If it was none of you, change the password and sign everyone out: {_ADMINS}.",
        f"Then look at what was changed since: {_ADMINS} > Activity.",
    ),
    confidence=Confidence.POSSIBLY,
    because="The address is certain. Who sat behind it, we can't see.",
)
_NEW_PLACE_INSIDE = Words(
    title="{admin} signed in from another part of your network",
    what="{admin} signed in from {ip}. We have not seen this account come from there before.",
    why="A new device, or a guest at a strange desk, shows like this.",
    do=("Find the device behind the address: Client Devices.", _PASSWORD),
    confidence=Confidence.POSSIBLY,
    because="The address is certain. Who sat behind it, we can't see.",
)
_NEW_ADMIN = Words(
    title="{admin} signed in for the first time",
    what="{admin} signed in {times}[, from {ip}]. We have not seen this account before.",
    why="Whoever signs in here can change your whole network. A stranger may have made an account.",
    do=(
        "Ask who made this account.",
        f"If it was none of you, delete it: {_ADMINS}. Then change the password of every other account.",
    ),
    confidence=Confidence.POSSIBLY,
    because="The sign-in is certain. Somebody may have used the account before we began to look.",
)

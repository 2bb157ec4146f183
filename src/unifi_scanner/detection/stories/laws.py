"""Laws: what can bring about what, where, within which time, and how sure that makes us. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final

import msgspec

from unifi_scanner.detection.stories.themes import Theme
from unifi_scanner.models.enums import Confidence

CERTAINLY, PROBABLY, POSSIBLY = Confidence.CERTAINLY, Confidence.PROBABLY, Confidence.POSSIBLY


class Where(StrEnum):
    """How the subject of a cause stands to that of its effect."""

    SAME = "same"
    ABOVE = "above"  # the effect's subject hangs on the cause's
    HERE = "here"  # either
    ANY = "any"  # anywhere in the site
    GATEWAY = "gateway"  # the cause's subject is the gateway
    UNDER_CLIENT = "under client"  # the effect's subject is a client that was on the cause's
    SAME_LINE = "same line"  # one line of several, under whichever name


class Law(msgspec.Struct, frozen=True, kw_only=True):
    """An effect begins at most `within` after its cause began, or `lead` before it; `tail` after a cause that ended."""

    cause: Theme
    effects: tuple[Theme, ...]
    where: Where
    within: timedelta
    lead: timedelta = timedelta()
    tail: timedelta = timedelta(minutes=5)
    sure: Confidence = PROBABLY
    because: str


def _minutes(amount: float) -> timedelta:
    return timedelta(minutes=amount)


HOURS: Final = timedelta(hours=12)
# the first that fits decides: what is most specific stands first
LAWS: Final = (
    Law(cause=Theme.UPDATE, effects=(Theme.LOSS, Theme.RESTART, Theme.DROPS), where=Where.SAME,
        within=_minutes(20), lead=_minutes(20), sure=CERTAINLY,
        because="A device restarts at the end of an update, and is away for some minutes."),
    Law(cause=Theme.ASKED, effects=(Theme.LOSS, Theme.RESTART, Theme.DROPS), where=Where.SAME,
        within=_minutes(10), lead=_minutes(1), sure=CERTAINLY,
        because="It was told to restart, and it did."),
    Law(cause=Theme.LOSS, effects=(Theme.LOSS, Theme.RESTART, Theme.DROPS), where=Where.ABOVE,
        within=_minutes(10), lead=_minutes(2), tail=_minutes(3),
        because="What hangs on a device goes when it goes, and all of it went within minutes."),
    Law(cause=Theme.RESTART, effects=(Theme.LOSS, Theme.RESTART, Theme.DROPS), where=Where.ABOVE,
        within=_minutes(8), lead=_minutes(8),
        because="What hangs on a device goes when it restarts, and all of it went within minutes."),
    Law(cause=Theme.UPDATE, effects=(Theme.LOSS, Theme.RESTART, Theme.DROPS), where=Where.ABOVE,
        within=_minutes(15), lead=_minutes(15),
        because="What hangs on a device is cut off while that is updated."),
    Law(cause=Theme.ASKED, effects=(Theme.LOSS, Theme.RESTART, Theme.DROPS), where=Where.ABOVE,
        within=_minutes(10), lead=_minutes(1),
        because="What hangs on a device is cut off while that restarts."),
    Law(cause=Theme.CABLE_POWER, effects=(Theme.LOSS, Theme.RESTART), where=Where.HERE,
        within=_minutes(10), lead=_minutes(3),
        because="Its power comes from there, and both were told within minutes. A broken cable would look the same."),
    Law(cause=Theme.HEAT, effects=(Theme.LOSS, Theme.RESTART, Theme.DEVICE), where=Where.SAME, within=_minutes(60),
        because="It had said that it was too hot, or that its fan failed. Its power could have failed by chance, too."),
    Law(cause=Theme.POWER, effects=(Theme.LOSS, Theme.RESTART, Theme.CABLE_POWER), where=Where.ANY,
        within=HOURS, lead=_minutes(1), tail=_minutes(10),
        because="They went while the power was out. We can't see which outlet each of them is on."),
    Law(cause=Theme.LOSS, effects=(Theme.RESTART, Theme.DROPS, Theme.DEVICE), where=Where.SAME, within=HOURS,
        lead=_minutes(3), because="All of it was told of one device within minutes."),
    Law(cause=Theme.LOSS, effects=(Theme.LINE,), where=Where.GATEWAY, within=_minutes(10), lead=_minutes(3),
        because="The way to the Internet leads through the gateway, and both went within minutes."),
    Law(cause=Theme.RESTART, effects=(Theme.LINE,), where=Where.GATEWAY, within=_minutes(5), lead=_minutes(8),
        because="The way to the Internet leads through the gateway, and it restarted then."),
    Law(cause=Theme.UPDATE, effects=(Theme.LINE,), where=Where.GATEWAY, within=_minutes(15), lead=_minutes(15),
        because="The way to the Internet leads through the gateway, and that was updated then."),
    Law(cause=Theme.POWER, effects=(Theme.LINE,), where=Where.ANY, within=_minutes(10), lead=_minutes(1),
        sure=POSSIBLY, because="The line went when the power did. The modem may be on the same outlet."),
    Law(cause=Theme.LINE, effects=(Theme.BACKUP, Theme.BEYOND), where=Where.ANY, within=HOURS, lead=_minutes(2),
        because="It needs the line that failed, and began within minutes or while the line was down."),
    Law(cause=Theme.LINE, effects=(Theme.SLOW_LINE,), where=Where.SAME_LINE, within=2 * HOURS, lead=2 * HOURS,
        tail=2 * HOURS, because="One line was poor and failed on the same day."),
    Law(cause=Theme.BACKUP, effects=(Theme.BEYOND,), where=Where.ANY, within=_minutes(5), lead=_minutes(1),
        because="A link breaks when the Internet moves to another line, and both happened within minutes."),
    Law(cause=Theme.RADAR, effects=(Theme.CHANNEL, Theme.DROPS), where=Where.SAME, within=_minutes(5),
        because="An access point must leave its channel when it hears radar, and everyone on it has to join again."),
    Law(cause=Theme.CHANNEL, effects=(Theme.DROPS,), where=Where.SAME, within=_minutes(3),
        because="Everyone on an access point has to join again when it changes its channel."),
    Law(cause=Theme.RESTART, effects=(Theme.LOSS, Theme.DROPS), where=Where.SAME, within=_minutes(10),
        lead=_minutes(15), because="All of it was told of one device within minutes."),
    Law(cause=Theme.LOSS, effects=(Theme.CLIENT,), where=Where.UNDER_CLIENT, within=_minutes(30),
        lead=_minutes(3), sure=POSSIBLY, because="It was on the device that went, and had trouble only then."),
    Law(cause=Theme.DROPS, effects=(Theme.CLIENT,), where=Where.UNDER_CLIENT, within=_minutes(30),
        lead=_minutes(30), sure=POSSIBLY, because="It was on an access point where many had trouble at that time."),
    Law(cause=Theme.LOOP, effects=(Theme.PORT, Theme.LOSS, Theme.DROPS), where=Where.HERE, within=_minutes(15),
        lead=_minutes(5), because="A loop floods whatever hangs on the switch, and all of it began within minutes."),
    Law(cause=Theme.ADDRESS, effects=(Theme.ADDRESS_CLIENT,), where=Where.ANY, within=HOURS, lead=_minutes(10),
        because="Addresses are handed out by one place, and that was in trouble then."),
    Law(cause=Theme.SIGN_IN, effects=(Theme.DENIED,), where=Where.ANY, within=_minutes(60), lead=_minutes(10),
        because="The server that lets devices in was in trouble then. A wrong password would look the same."),
)  # fmt: skip

CHANGE_WITHIN: Final = _minutes(10)
CHANGE_SOON: Final = _minutes(5)
# words in the name of what was changed -> what such a change can bring about
_WIFI = (Theme.DROPS, Theme.CLIENT, Theme.CHANNEL, Theme.SIGN_IN, Theme.DENIED)
_LINE = (Theme.LINE, Theme.SLOW_LINE, Theme.BACKUP, Theme.BEYOND)
_LAN = (Theme.ADDRESS, Theme.ADDRESS_CLIENT, Theme.DROPS, Theme.LOSS, Theme.BEYOND)
_PORT = (Theme.LOSS, Theme.LOOP, Theme.PORT, Theme.DROPS, Theme.CABLE_POWER)
CHANGED: Final[Mapping[str, tuple[Theme, ...]]] = {
    "wifi": _WIFI, "wi-fi": _WIFI, "wlan": _WIFI, "wireless": _WIFI, "ssid": _WIFI, "radio": _WIFI, "ap ": _WIFI,
    "internet": _LINE, "wan": _LINE,
    "network": _LAN, "lan": _LAN, "dhcp": _LAN,
    "vpn": (Theme.BEYOND,), "teleport": (Theme.BEYOND,), "dns": (Theme.BEYOND,),
    "firewall": (Theme.BEYOND, Theme.CLIENT), "traffic": (Theme.BEYOND, Theme.CLIENT),
    "port": _PORT, "switch": _PORT, "ethernet": _PORT,
    "radius": (Theme.SIGN_IN, Theme.DENIED), "profile": (Theme.SIGN_IN, Theme.DENIED, Theme.DROPS),
    "device": (*_WIFI, *_PORT),
}  # fmt: skip
_UNSAID: Final = frozenset({*_WIFI, *_LINE, *_LAN}) - {Theme.LOSS, Theme.BACKUP}
BECAUSE_CHANGED: Final = (
    "It began within minutes of that change. That may be chance: undo the change to find out."
)


def laws_for(effect: Theme) -> Iterator[Law]:
    """Yield what can have brought about an effect, the most specific first."""
    yield from _LAWS_FOR.get(effect, ())


def can_follow(section: str | None, effect: Theme) -> bool:
    """Return whether a change of this part of the settings can bring about the effect."""
    if section is None:
        return effect in _UNSAID
    said = f"{section.lower()} "
    fits = [effects for word, effects in CHANGED.items() if word in said]
    return any(effect in effects for effects in fits)


_LAWS_FOR: Final = {theme: tuple(law for law in LAWS if theme in law.effects) for theme in Theme}

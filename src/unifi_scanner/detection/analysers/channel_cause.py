"""Why an access point changed its channel: radar, other signals, its own tuning, or somebody's change. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import timedelta
from typing import Final, NamedTuple

from unifi_scanner.detection.trail import Trail, about, device_of, drop_oldest, joined
from unifi_scanner.detection.wording import times_words
from unifi_scanner.models.enums import Confidence, LogSource, Severity
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import LogEntry, digest_of
from unifi_scanner.models.phrasing import tame

RULE: Final = "channel-changed"
OFTEN: Final = 4  # changes within a day, for which there is no radar to blame
A_DAY: Final = timedelta(days=1)
MOST_DEVICES: Final = 1000
_OWN_PLAN = "RADIO_AI"  # docs/protocol.md D.3: the key says that the change was planned


class _Cause(NamedTuple):
    """What can be behind a change, for how long after it, and how a sentence names it."""

    words: str
    within: timedelta
    confidence: Confidence


RADAR = _Cause("because it heard radar", timedelta(minutes=10), Confidence.CERTAINLY)
PLANNED = _Cause("because UniFi tuned the Wi-Fi by itself", timedelta(minutes=30), Confidence.CERTAINLY)
BY_HAND = _Cause("after a change of settings", timedelta(minutes=5), Confidence.PROBABLY)
NOISE = _Cause("after other signals had disturbed it", timedelta(minutes=30), Confidence.PROBABLY)
MAYBE_RADAR = _Cause("perhaps because of radar", timedelta(), Confidence.POSSIBLY)
UNKNOWN = _Cause("for no reason that we can see", timedelta(), Confidence.CERTAINLY)
_SIGNS = {
    "ap.radar": RADAR,
    "ap.optimised": PLANNED,
    "admin.changed_settings": BY_HAND,
    "ap.interference": NOISE,
}
_ORDER = (
    RADAR,
    BY_HAND,
    NOISE,
    PLANNED,
)  # what was seen of this access point itself comes before what may be


class _Changes(Trail):
    """The changes of one access point, by what was behind them."""

    __slots__ = ("causes", "newest", "restless", "unforced")

    def __init__(self) -> None:
        super().__init__()
        self.causes: dict[_Cause, int] = {}
        self.newest: LogEntry
        self.unforced: deque[LogEntry] = deque(maxlen=OFTEN)
        self.restless = False

    def note(self, entry: LogEntry, cause: _Cause) -> None:
        """Take in one change and what was behind it."""
        self.add(entry)
        self.newest = entry
        self.causes[cause] = self.causes.get(cause, 0) + 1
        if cause is RADAR:
            return
        self.unforced.append(entry)
        if len(self.unforced) == OFTEN and entry.timestamp - self.unforced[0].timestamp <= A_DAY:
            self.restless = True


class ChannelCause:
    """Finds what is behind each change of channel."""

    kinds = ("ap.channel_changed", *_SIGNS)

    def __init__(self) -> None:
        self._signs: dict[tuple[str, _Cause], LogEntry] = {}
        self._changes: dict[str, _Changes] = {}

    def see(self, entry: LogEntry) -> None:
        """Take in a change, or what may be the reason for one."""
        if not entry.has_time:
            return
        device = entry.device_mac or entry.device_name or ""
        sign = _SIGNS.get(entry.kind)
        if sign is not None:
            self._note(sign, device, entry)
        elif device:
            self._change(device, entry)

    def _note(self, sign: _Cause, device: str, entry: LogEntry) -> None:
        if sign is BY_HAND and not _is_about_wifi(entry):
            return
        drop_oldest(self._signs, MOST_DEVICES)
        # a plan and an administrator's change are told for the whole site
        self._signs[device if sign in (RADAR, NOISE) else "", sign] = entry

    def _change(self, device: str, entry: LogEntry) -> None:
        changes = self._changes.get(device)
        if changes is None:
            if len(self._changes) >= MOST_DEVICES:
                return
            changes = self._changes[device] = _Changes()
        changes.note(entry, self._cause(device, entry))

    def _cause(self, device: str, entry: LogEntry) -> _Cause:
        if _OWN_PLAN in entry.event_type:
            return PLANNED
        for cause in _ORDER:
            sign = self._signs.get((device if cause in (RADAR, NOISE) else "", cause))
            if sign is not None and timedelta() <= entry.timestamp - sign.timestamp <= cause.within:
                return cause
        return MAYBE_RADAR if _fled_from_radar(entry) else UNKNOWN

    def findings(self) -> Iterator[Finding]:
        """Yield one finding for each access point."""
        for device, changes in self._changes.items():
            yield _finding(device, changes)


def _fled_from_radar(entry: LogEntry) -> bool:
    """Return whether it left a channel that is shared with radar for one that is not."""
    start, end = entry.metadata.get("channel_from"), entry.metadata.get("channel_to")
    return _shares_with_radar(start) and end is not None and not _shares_with_radar(end)


def _shares_with_radar(channel: object) -> bool:
    text = str(channel)
    return text.isascii() and text.isdigit() and len(text) < 4 and 52 <= int(text) <= 144


def _is_about_wifi(entry: LogEntry) -> bool:
    section = str(entry.metadata.get("section") or "").lower()
    return any(word in section for word in ("radio", "channel", "wifi", "wi-fi", "wlan", "wireless"))


def _finding(device: str, changes: _Changes) -> Finding:
    name = device_of(changes.newest)
    causes = sorted(changes.causes.items(), key=lambda item: -item[1])
    return Finding(
        id=digest_of(RULE, device, changes.first_id),
        rule=RULE,
        severity=Severity.LOW if changes.restless else Severity.INFO,
        title=f"{name} keeps changing its channel"
        if changes.restless
        else f"{name} changed its Wi-Fi channel",
        what=_what(name, changes),
        why="At each change, everyone on it loses the Wi-Fi for a moment.",
        do=_steps(name, changes),
        confidence=max((cause.confidence for cause, _ in causes), key=list(Confidence).index),
        sure_because=_because(changes),
        first_seen=changes.first,
        last_seen=changes.last,
        count=changes.count,
        subjects=(name,),
        evidence=changes.evidence(),
        source=LogSource.WIRELESS,
        about=about(("device", changes.newest.device_mac)),
    )


def _what(name: str, changes: _Changes) -> str:
    facts = changes.newest.metadata
    start, end = facts.get("channel_from"), facts.get("channel_to") or facts.get("channel")
    causes = sorted(changes.causes.items(), key=lambda item: -item[1])
    if changes.count == 1:
        where = f" from {tame(str(start))} to {tame(str(end))}" if start and end else ""
        return f"{name} changed its Wi-Fi channel{where}, {causes[0][0].words}."
    told = joined(f"{times_words(count)} {cause.words}" for cause, count in causes)
    now = f" It is on channel {tame(str(end))} now." if end else ""
    return f"{name} changed its Wi-Fi channel {times_words(changes.count)}: {told}.{now}"


def _steps(name: str, changes: _Changes) -> tuple[str, ...]:
    if changes.causes.get(RADAR, 0) > 1:
        return (
            f"Choose a channel from 36 to 48, where no radar is: UniFi Devices > {name} > Settings > Radios.",
        )
    if changes.restless:
        return (f"Give it a fixed channel: UniFi Devices > {name} > Settings > Radios > Channel.",)
    return ()


def _because(changes: _Changes) -> str:
    if BY_HAND in changes.causes or NOISE in changes.causes:
        return "The change is certain. What we name as its reason came just before it."
    if MAYBE_RADAR in changes.causes:
        return "The change is certain. It left a channel that is shared with radar, but no alarm was told."
    return ""

"""What one controller answers, endpoint by endpoint, and what follows from it. Pure.

An old list that answers with nothing is not good news: it may have been frozen or emptied by an update, so it
says nothing until a newer source agrees (docs/protocol.md 0).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from unifi_scanner.models.enums import DeviceType

STALE_AFTER = timedelta(hours=1)
PROBE_EVERY, PROBE_PUZZLED_EVERY = timedelta(days=1), timedelta(minutes=15)
FROZEN_EVENTS, EMPTY_IPS = (10, 0), (9, 3, 45)
NEWER_SOURCE_FROM = (9,)  # below this version the old lists are the only ones, and whole


class State(StrEnum):
    """How an endpoint answers."""

    WORKS = "works"
    EMPTY = "empty"  # answers, has nothing, and a newer source agrees or there is none
    FROZEN = "frozen"  # answers, and no longer gets new rows
    GONE = "gone"
    FORBIDDEN = "forbidden"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """What became of one question."""

    ANSWERED = "answered"
    GONE = "gone"
    FORBIDDEN = "forbidden"
    FAILED = "failed"


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What one question to one endpoint brought; `newest` is when its newest row happened."""

    outcome: Outcome
    rows: int = 0
    newest: datetime | None = None
    reason: str = ""


class Capability(msgspec.Struct, frozen=True, kw_only=True):
    """How one endpoint answers, why we think so, and when we asked."""

    state: State = State.UNKNOWN
    reason: str = ""
    at: datetime | None = None


NOT_ASKED = Capability(reason="It was not asked.")

# which endpoints a source reads, best first: it is of use where one of them is
ENDPOINTS: Mapping[str, tuple[str, ...]] = {
    "rest": ("stat/event",),
    "alarm": ("list/alarm",),
    "ips": ("stat/ips/event",),
    "system_log": ("system-log/all", "system-log/client-alert", "system-log/system-critical-alert", "system-log/threat-alert"),
    "activity": ("system-log/admin-activity", "system-log/admin-access"),
    "flows": ("traffic-flows",),
    "anomalies": ("stat/anomalies",),
    "super": ("super/stat/event",),
}  # fmt: skip
LABELS: Mapping[str, str] = {
    "stat/event": "its old event list",
    "list/alarm": "its alarm list",
    "stat/ips/event": "its old list of threats",
    "system-log/all": "its system log",
    "system-log/client-alert": "its system log of clients",
    "system-log/system-critical-alert": "its system log of urgent events",
    "system-log/threat-alert": "its system log of threats",
    "system-log/admin-activity": "its log of what administrators do",
    "traffic-flows": "its traffic log",
    "stat/anomalies": "its list of Wi-Fi problems",
    "super/stat/event": "its list of sign-ins",
    "websocket": "its live stream",
    "websocket_with_key": "its live stream for an API key",
}  # what is not listed here is no source of ours: its changes are not worth a sentence
_INSTEAD = {
    "stat/event": "system-log/all",
    "list/alarm": "system-log/all",
    "stat/ips/event": "system-log/all",
}
# from which version on, and up to which, a list is known to be there and to get new rows (docs/protocol.md 0)
_TELLS: Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "rest": ((0,), FROZEN_EVENTS),
    "alarm": ((0,), (10, 3)),
    "ips": ((0,), EMPTY_IPS),
    "system_log": ((9,), (99,)),
    "activity": ((9,), (99,)),
    "anomalies": ((0,), (99,)),
}
_USABLE = frozenset({State.WORKS, State.EMPTY, State.FAILED, State.UNKNOWN})


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What a controller is and how each of its endpoints answers; can be kept as JSON.

    `websocket` and `websocket_with_key` are told by the stream, not by the probe.
    """

    flavour: str
    version: str | None = None
    at: datetime | None = None
    endpoints: Mapping[str, Capability] = {}
    websocket: Capability = NOT_ASKED
    websocket_with_key: Capability = NOT_ASKED

    def of(self, endpoint: str) -> Capability:
        """Return how `endpoint` answers; unknown where it was never asked."""
        if endpoint == "websocket":
            return self.websocket
        return (
            self.websocket_with_key
            if endpoint == "websocket_with_key"
            else self.endpoints.get(endpoint, NOT_ASKED)
        )

    def of_source(self, source: str) -> Capability:
        """Return how well `source` can be read: as its first endpoint, or where that is gone the best of the others."""
        first, *others = [self.of(endpoint) for endpoint in ENDPOINTS.get(source, (source,))]
        if first.state is not State.GONE or not others:
            return first
        order = list(State)
        return min(others, key=lambda one: order.index(one.state))

    def sources(self) -> tuple[str, ...]:
        """Return the sources worth asking; what nobody knows about is asked rather than left out."""
        return tuple(source for source in ENDPOINTS if self._is_worth_asking(source))

    def _ought_to_have(self, source: str) -> bool:
        gone = self.of_source(source).state in (State.GONE, State.FORBIDDEN)
        return gone and ought_to_tell(source, self.version)

    @property
    def is_puzzling(self) -> bool:
        """Return whether a list is missing that this version is known to have."""
        return any(self._ought_to_have(source) for source in ENDPOINTS)

    def _is_worth_asking(self, source: str) -> bool:
        if source == "super" and self.flavour != DeviceType.SELF_HOSTED:
            return False
        state = self.of_source(source).state
        if self._ought_to_have(source):
            return True  # an answer that it is gone may be a controller that is starting
        # before version 10 "frozen" is a guess from a quiet list, and it costs little to go on asking
        return state in _USABLE or (state is State.FROZEN and version_of(self.version) < FROZEN_EVENTS)


def ought_to_tell(source: str, version: str | None) -> bool:
    """Return whether a controller of this version is known to have this source, and to write new rows to it."""
    first, last = _TELLS.get(source, ((99,), (99,)))
    return bool(version) and first <= version_of(version) < last


def without_refuted_guesses(known: Capabilities, told: Iterable[str]) -> Capabilities:
    """Return what is known once these sources told something new: that one of them is frozen was a guess, and wrong.

    A list that this version no longer writes to is left as it is (docs/protocol.md 0).
    """
    guessed = {State.FROZEN, State.UNKNOWN}
    refuted = {
        ENDPOINTS[source][0]: Capability(state=State.WORKS, at=known.at)
        for source in told
        if source in ENDPOINTS
        and known.of_source(source).state in guessed
        and ought_to_tell(source, known.version)
    }
    return msgspec.structs.replace(known, endpoints={**known.endpoints, **refuted}) if refuted else known


def version_of(text: str | None) -> tuple[int, ...]:
    """Return a version as numbers, for comparing; empty where there is none."""
    return tuple(int(part[:9]) for part in re.findall(r"\d+", text or "")[:3])


def must_probe(known: Capabilities | None, version: str | None, now: datetime) -> bool:
    """Return whether it is time to ask again: never asked, another version, a day ago, or a clock set back."""
    if known is None or known.at is None or now < known.at:
        return True
    every = PROBE_PUZZLED_EVERY if known.is_puzzling else PROBE_EVERY
    return version_of(known.version) != version_of(version) or now - known.at >= every


def judge(
    endpoint: str, trial: Trial, *, version: str | None, newer: Trial | None, at: datetime | None = None
) -> Capability:
    """Return how an endpoint answers, given what it said and what the newer source of the same things said."""
    match trial.outcome:
        case Outcome.GONE:
            state, reason = State.GONE, trial.reason
        case Outcome.FORBIDDEN:
            state, reason = State.FORBIDDEN, trial.reason
        case Outcome.FAILED:
            state, reason = State.FAILED, trial.reason
        case _ if endpoint not in _INSTEAD:
            state, reason = (State.WORKS if trial.rows else State.EMPTY), ""
        case _ if not trial.rows:
            state, reason = judge_empty(endpoint, version=version, newer=newer)
        case _:
            state, reason = _judge_rows(endpoint, trial, version=version, newer=newer)
    return Capability(state=state, reason=reason, at=at)


def judge_empty(endpoint: str, *, version: str | None, newer: Trial | None) -> tuple[State, str]:
    """Return what an old list that answers with nothing means; without a newer source that agrees, nothing."""
    number = version_of(version)
    if endpoint == "stat/ips/event" and number >= EMPTY_IPS:
        return State.FROZEN, "Since UniFi Network 9.3.45 this list stays empty."
    if endpoint == "stat/event" and number >= FROZEN_EVENTS:
        return State.FROZEN, "UniFi Network 10 no longer writes new events to this list."
    if number and number < NEWER_SOURCE_FROM:
        return State.EMPTY, "This version has no newer list, and this one has nothing in it."
    if newer is None or newer.outcome is not Outcome.ANSWERED:
        return State.UNKNOWN, "It has nothing in it, and no newer list could be read to confirm that."
    if endpoint == "list/alarm":
        # alarms are put away by hand: an empty list beside a full log is ordinary
        return State.EMPTY, "It has no open alarm; the system log answers beside it."
    if newer.rows:
        return State.FROZEN, "It has nothing in it, although the newer list has."
    return State.EMPTY, "It has nothing in it, and the newer list agrees."


def _judge_rows(
    endpoint: str, trial: Trial, *, version: str | None, newer: Trial | None
) -> tuple[State, str]:
    if endpoint == "stat/event" and version_of(version) >= FROZEN_EVENTS:
        return State.FROZEN, "UniFi Network 10 no longer writes new events to this list."
    if endpoint == "stat/event" and _is_stale(trial.newest, newer.newest if newer else None):
        return State.FROZEN, "Its newest event is much older than the newest in the system log."
    return State.WORKS, ""


def _is_stale(newest: datetime | None, elsewhere: datetime | None) -> bool:
    return newest is not None and elsewhere is not None and elsewhere - newest > STALE_AFTER


def differences(before: Capabilities, after: Capabilities) -> list[str]:
    """Return what changed between two probes, as sentences for the owner."""
    told = _version_change(before, after)
    who = f"UniFi Network {short_version(after.version)}" if after.version else "The controller"
    for endpoint in LABELS:
        old, new = before.of(endpoint).state, after.of(endpoint).state
        if old is not new and (sentence := _sentence(who, endpoint, old, new)):
            told.append(sentence + _instead(endpoint, new, after))
    return told


def _version_change(before: Capabilities, after: Capabilities) -> list[str]:
    if not before.version or not after.version or before.version == after.version:
        return []
    return [f"UniFi Network changed from version {before.version} to {after.version}."]


def _sentence(who: str, endpoint: str, old: State, new: State) -> str:
    label, did_answer = LABELS[endpoint], old in {State.WORKS, State.EMPTY, State.FROZEN, State.FAILED}
    match new:
        case State.FROZEN if old in {State.WORKS, State.EMPTY}:
            return f"{who} stopped answering with new events in {label}"
        case State.GONE if did_answer:
            return f"{who} no longer has {label}"
        case State.FORBIDDEN if did_answer:
            return f"{who} no longer lets this account read {label}"
        case State.FAILED if old in {State.WORKS, State.EMPTY}:
            return f"{who} did not answer when asked for {label}"
        case State.WORKS if old in {State.GONE, State.FORBIDDEN, State.FAILED, State.FROZEN}:
            return f"{who} answers again with {label}"
        case _:
            return ""


def _instead(endpoint: str, new: State, after: Capabilities) -> str:
    other = _INSTEAD.get(endpoint)
    is_lost = new in {State.FROZEN, State.GONE, State.FORBIDDEN}
    if other is None or not is_lost:
        return "."
    if after.of(other).state in {State.WORKS, State.EMPTY}:
        return "; the system log is used instead."
    return "; nothing else tells the same, so expect to see less."


def short_version(version: str | None) -> str:
    """Return a version as people say it: 10.0 of 10.0.162."""
    return ".".join(str(part) for part in version_of(version)[:2])

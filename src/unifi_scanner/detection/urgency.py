"""What cannot wait for the next report: when to write, when to be quiet, and when to say that it is over. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum

import msgspec

from unifi_scanner.models.enums import LogSource, Severity
from unifi_scanner.models.finding import Finding, Incident
from unifi_scanner.models.log_entry import NO_TIME

Thing = Finding | Incident

NEWS_FOR = timedelta(
    minutes=30
)  # what ended or began longer ago when we first hear of it belongs in the report
STORM = timedelta(minutes=10)  # what follows within it, and is no graver, belongs to what was told
UPDATE_EVERY = timedelta(minutes=10)  # of one incident, unless it becomes graver
SILENT_FOR = timedelta(hours=6)  # what has no end of its own is over after so long
LOST_AFTER = timedelta(days=7)
MOST_OVER = 500  # incidents that are over and still known
DAY = timedelta(days=1)
# one power cut reaches all of these; an intruder is another story
ONE_STORM = frozenset(
    {
        LogSource.DEVICE,
        LogSource.POWER,
        LogSource.INTERNET,
        LogSource.WIRED,
        LogSource.WIRELESS,
        LogSource.VPN,
    }
)


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What its owner calls urgent. `rules` are always told; `ending` are the rules whose trouble can be over.

    `quiet` holds back everything but what is critical, in the time of `zone`. `budget` is messages for one day.
    """

    severity: Severity | None = Severity.HIGH  # None: only `rules`
    rules: frozenset[str] = frozenset()
    ending: frozenset[str] = frozenset()
    debounce: timedelta = timedelta(minutes=1)
    quiet: tuple[time, time] | None = None
    zone: tzinfo
    budget: int = 10

    def wants(self, rule: str, severity: Severity) -> bool:
        """Return whether something of this rule and severity cannot wait."""
        return rule in self.rules or (self.severity is not None and severity.rank >= self.severity.rank)

    def is_quiet(self, now: datetime) -> bool:
        """Return whether people sleep."""
        if self.quiet is None:
            return False
        begins, ends = self.quiet
        at = now.astimezone(self.zone).time()
        return begins <= at < ends if begins <= ends else at >= begins or at < ends

    def day_of(self, now: datetime) -> str:
        """Return the day a message counts for."""
        return now.astimezone(self.zone).date().isoformat()


class Step(StrEnum):
    """Where an incident is on its way to whoever should know."""

    WAITING = "waiting"  # it may be a blip
    HELD = "held"  # by night or budget
    TOLD = "told"
    JOINED = "joined"  # told as a part of another


# who keeps its thread when several become one
MERGED = (Step.TOLD, Step.JOINED, Step.WAITING, Step.HELD)


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """One incident from its begin to its end, as far as alerts go; `key` names its thread of messages."""

    key: str
    ids: tuple[str, ...]  # of the thing and of what it tells, as far as known
    rule: str
    subjects: tuple[str, ...]
    source: LogSource
    severity: Severity
    title: str
    began: datetime
    seen_at: datetime
    last_seen: datetime
    step: Step = Step.WAITING
    under: str = ""
    told_at: datetime | None = None  # the last message about it
    wrote_at: datetime | None = None  # the first
    over_since: datetime | None = None
    held_for_budget: bool = False
    unsaid: bool = False  # joined, and no message has named it yet
    is_half_over: bool = False  # we said that it is over, while what joined it is not
    ends: bool = False  # something will say that it is over


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """What alerts know: open episodes, what is over (id -> last seen), how much was sent on `day`."""

    episodes: tuple[Episode, ...] = ()
    over: Mapping[str, datetime] = {}
    begun: Mapping[str, int] = {}  # id -> episodes so far
    day: str = ""
    sent: int = 0
    slept_through: tuple[str, ...] = ()  # titles of what came and went while it was held


class Occasion(StrEnum):
    """Why a message is written."""

    URGENT = "urgent"
    UPDATE = "update"
    HUSH = "hush"  # it seems to be over: what could not leave yet must not leave any more
    AGAIN = "again"  # it was not over: whoever was not told yet must be
    CLEAR = "clear"
    SUMMARY = "summary"


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One message to write about `episode`; `number` counts those of the day.

    `also` are the titles of what belongs to it, `still` of what is not over though it is.
    """

    occasion: Occasion
    episode: Episode | None = None
    thing: Thing | None = None
    also: tuple[str, ...] = ()
    still: tuple[str, ...] = ()
    number: int = 0
    is_last_today: bool = False


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """What alerts know now, and what to write."""

    book: Book
    notices: tuple[Notice, ...] = ()


def decide(
    book: Book, things: Sequence[Thing], policy: Policy, now: datetime, lasting: Collection[str] = ()
) -> Decided:
    """Return what to write now about `things`, and what to remember; `lasting` are the ids of those that can end."""
    desk = _Desk(book, things, policy, now)
    desk.lasting = lasting
    desk.begin_day()
    desk.match()
    desk.begin_episodes()
    desk.follow()
    desk.tell_due()
    desk.update()
    return desk.decided()


def is_over(thing: Thing) -> bool:
    """Return whether it is known to be over."""
    return thing.resolved


class _Desk:
    """One decision at work."""

    def __init__(self, book: Book, things: Sequence[Thing], policy: Policy, now: datetime) -> None:
        self.policy, self.now = policy, now
        self.things = list(things)
        self.episodes = {one.key: one for one in book.episodes}
        self.current: dict[str, Thing] = {}
        self.over = dict(book.over)
        self.begun = dict(book.begun)
        self.day, self.sent = book.day, book.sent
        self.slept = list(book.slept_through)
        self.notices: list[Notice] = []
        self.lasting: Collection[str] = ()
        self._claimed: set[int] = set()

    def begin_day(self) -> None:
        """Count anew on a new day."""
        day = self.policy.day_of(self.now)
        if day != self.day:
            self.day, self.sent = day, 0

    def match(self) -> None:
        """Find out which thing each open episode is now."""
        by_id = {known: key for key, one in self.episodes.items() for known in one.ids}
        rest = []
        for place, thing in enumerate(self.things):
            keys = list(
                dict.fromkeys(by_id[name] for name in names_of(thing) if by_id.get(name) in self.episodes)
            )
            for key in keys:
                self._take(key, place, thing)
            if not keys:
                rest.append((place, thing))
            self._merge(keys)
        # a wider look may begin the same story with another entry, and so with another id
        for place, thing in rest:
            lost = [
                key
                for key, one in self.episodes.items()
                if key not in self.current
                and (one.rule, one.subjects) == (thing.rule, thing.subjects)
                and thing.last_seen >= one.last_seen
            ]
            if len(lost) == 1:
                self._take(lost[0], place, thing)

    def _take(self, key: str, place: int, thing: Thing) -> None:
        self._claimed.add(place)
        before = self.current.get(key)
        if before is None or (is_over(before) and not is_over(thing)):
            self.current[key] = thing
        one = self.episodes[key]
        if one.step in (Step.WAITING, Step.HELD):
            one = _as_it_is_now(one, thing)
        ids = tuple(dict.fromkeys((*one.ids, *names_of(thing))))[-200:]
        self._replace(
            one,
            ids=ids,
            last_seen=max(one.last_seen, thing.last_seen),
            ends=one.ends or self._has_end(thing),
        )

    def _has_end(self, thing: Thing) -> bool:
        return thing.rule in self.policy.ending or thing.id in self.lasting

    def _merge(self, keys: Sequence[str]) -> None:
        """Let what turned out to be one story be one: told once, in the thread that is there already."""
        family = sorted(
            (self.episodes[key] for key in keys), key=lambda one: (MERGED.index(one.step), one.began)
        )
        for one in family[1:]:
            if one.step in (Step.WAITING, Step.HELD):
                self._forget(one)
            elif one.step is Step.TOLD:
                for each in [one, *self._joined(one)]:
                    self._replace(each, step=Step.JOINED, under=family[0].key, unsaid=False)

    def _forget(self, one: Episode) -> None:
        self.episodes.pop(one.key)
        self.current.pop(one.key, None)

    def begin_episodes(self) -> None:
        """Open an episode for each thing that is news."""
        for place, thing in enumerate(self.things):
            if place in self._claimed or is_over(thing) or not self._is_wanted(thing):
                continue
            if self._is_known(thing):
                continue
            if thing.last_seen == NO_TIME or self.now - thing.last_seen > NEWS_FOR:
                self._close(thing.id, thing.last_seen)
                continue
            number = self.begun[thing.id] = self.begun.get(thing.id, 0) + 1
            key = f"{thing.id}.{number}"
            # the thing is older than this trouble: it was over in between, or only now became grave
            again = number > 1 or self.now - thing.first_seen > NEWS_FOR
            self.episodes[key] = Episode(
                key=key,
                ids=names_of(thing),
                rule=thing.rule,
                subjects=thing.subjects,
                source=thing.source,
                severity=thing.severity,
                title=thing.title,
                began=thing.last_seen if again else thing.first_seen,
                seen_at=self.now,
                last_seen=thing.last_seen,
                ends=self._has_end(thing),
            )
            self.current[key] = thing

    def _is_known(self, thing: Thing) -> bool:
        return any(
            name in self.over and thing.last_seen <= self.over[name]
            for name in (thing.id, _place_of(thing.rule, thing.subjects))
        )

    def follow(self) -> None:
        """See what ended, what only seemed to, and what is not heard of any more."""
        for key, one in list(self.episodes.items()):
            thing = self.current.get(key)
            if thing is None:
                if self.now - one.last_seen > LOST_AFTER:
                    self._end(one)
            elif one.step in (Step.WAITING, Step.HELD) and not (is_over(thing) or self._is_wanted(thing)):
                self._forget(one)  # there is more to it than there seemed, and it is less grave
            elif not (one.ends or is_over(thing)):
                if self.now - one.last_seen > SILENT_FOR:
                    self._end(one)
            elif is_over(thing):
                self._seems_over(one)
            elif one.over_since is not None:
                self._is_back(one, thing)
        self._clear()

    def _is_wanted(self, thing: Thing) -> bool:
        return self.policy.wants(thing.rule, thing.severity)

    def _seems_over(self, one: Episode) -> None:
        if one.step is Step.WAITING:
            self._end(one)
        elif one.step is Step.HELD:
            self.slept.append(one.title)
            self._end(one)
        elif one.over_since is None:
            self.episodes[one.key] = msgspec.structs.replace(one, over_since=self.now)
            if one.step is Step.TOLD:
                self.notices.append(Notice(occasion=Occasion.HUSH, episode=one, thing=self.current[one.key]))

    def _is_back(self, one: Episode, thing: Thing) -> None:
        again = self.episodes[one.key] = msgspec.structs.replace(one, over_since=None, is_half_over=False)
        if one.step is Step.TOLD:
            self.notices.append(
                Notice(occasion=Occasion.AGAIN, episode=again, thing=thing, number=max(self.sent, 1))
            )

    def _clear(self) -> None:
        """Say that it is over, once it has been for a while, with all that belongs to it."""
        for one in [each for each in self.episodes.values() if each.step is Step.TOLD]:
            family = [one, *self._joined(one)]
            open_ones = [each for each in family if self._may_still_end(each) and not self._stays_over(each)]
            if not open_ones and any(each.over_since is not None for each in family):
                self._clear_all(family)
            elif one not in open_ones and one.over_since is not None and not one.is_half_over:
                self._tell_half_over(one, open_ones)

    def _clear_all(self, family: Sequence[Episode]) -> None:
        for each in family:
            self._end(each)
        self.sent += 1
        self.notices.append(
            Notice(
                occasion=Occasion.CLEAR,
                episode=family[0],
                thing=self.current.get(family[0].key),
                also=_titles(family[1:]),
                number=self.sent,
            )
        )

    def _tell_half_over(self, one: Episode, open_ones: Sequence[Episode]) -> None:
        self.sent += 1
        self._say(open_ones)
        self._replace(one, is_half_over=True, told_at=self.now)
        self.notices.append(
            Notice(
                occasion=Occasion.UPDATE,
                episode=self.episodes[one.key],
                thing=self.current.get(one.key),
                still=_titles(open_ones),
                number=self.sent,
            )
        )

    def _may_still_end(self, one: Episode) -> bool:
        thing = self.current.get(one.key)
        return thing is None or one.ends or is_over(thing)

    def _stays_over(self, one: Episode) -> bool:
        return one.over_since is not None and abs(self.now - one.over_since) >= self.policy.debounce

    def _joined(self, one: Episode) -> list[Episode]:
        return [each for each in self.episodes.values() if each.under == one.key]

    def _end(self, one: Episode) -> None:
        self.episodes.pop(one.key, None)
        for each in self._joined(one):
            self._end(each)
        for name in (*one.ids, _place_of(one.rule, one.subjects)):
            self._close(name, one.last_seen)

    def _close(self, name: str, last_seen: datetime) -> None:
        known = self.over.pop(name, last_seen)
        self.over[name] = max(known, last_seen)

    def tell_due(self) -> None:
        """Write about what has lasted long enough: one message for all that belongs together."""
        quiet = self.policy.is_quiet(self.now)
        due = [one for one in self.episodes.values() if self._is_due(one, quiet=quiet)]
        due.sort(key=lambda one: (-one.severity.rank, one.began, one.key))
        for one in due:
            leader = self._leader_of(one)
            if leader is not None:
                self._replace(one, step=Step.JOINED, under=leader.key, unsaid=True)
            elif quiet and one.severity is not Severity.CRITICAL:
                self._replace(one, step=Step.HELD)
            elif self.sent >= self.policy.budget:
                self._replace(one, step=Step.HELD, held_for_budget=True)
            else:
                self._tell(one)
        self._summarise(quiet=quiet)

    def _is_due(self, one: Episode, *, quiet: bool) -> bool:
        if one.step is Step.HELD:
            return not quiet and (not one.held_for_budget or self.sent < self.policy.budget)
        waited = abs(self.now - one.seen_at) >= self.policy.debounce or not one.ends
        return one.step is Step.WAITING and waited

    def _leader_of(self, one: Episode) -> Episode | None:
        """Return what was told just now that this belongs to: of the same kind, and at least as grave."""
        if one.source not in ONE_STORM:
            return None
        return next(
            (
                each
                for each in self.episodes.values()
                if each.step is Step.TOLD
                and each.source in ONE_STORM
                and each.severity.rank >= one.severity.rank
                and each.told_at is not None
                and self.now - each.told_at <= STORM
            ),
            None,
        )

    def _tell(self, one: Episode) -> None:
        self.sent += 1
        self._replace(one, step=Step.TOLD, told_at=self.now, wrote_at=self.now, held_for_budget=False)
        self.notices.append(
            Notice(
                occasion=Occasion.URGENT,
                episode=self.episodes[one.key],
                thing=self.current.get(one.key),
                number=self.sent,
                is_last_today=self.sent >= self.policy.budget,
            )
        )

    def _replace(self, one: Episode, **changes: object) -> None:
        self.episodes[one.key] = msgspec.structs.replace(one, **changes)

    def _summarise(self, *, quiet: bool) -> None:
        if quiet or not self.slept or self.sent >= self.policy.budget:
            return
        self.sent += 1
        titles = tuple(self.slept)
        self.slept.clear()
        self.notices.append(Notice(occasion=Occasion.SUMMARY, also=titles, number=self.sent))

    def update(self) -> None:
        """Name what joined: in the first message where it was there in time, else now and then in its thread."""
        first = {
            one.episode.key: place
            for place, one in enumerate(self.notices)
            if one.occasion is Occasion.URGENT and one.episode is not None
        }
        for leader in [one for one in self.episodes.values() if one.step is Step.TOLD]:
            changed = self._graver(leader) or self._milder(leader)
            fresh = [each for each in self._joined(leader) if each.unsaid and each.over_since is None]
            if leader.key in first:
                self._say(fresh)
                place = first[leader.key]
                self.notices[place] = msgspec.structs.replace(self.notices[place], also=_titles(fresh))
            elif changed or (fresh and self._may_update(leader)):
                self._write_update(leader, fresh, changed)

    def _graver(self, leader: Episode) -> Severity | None:
        thing = self.current.get(leader.key)
        if thing is None or is_over(thing) or thing.severity.rank <= leader.severity.rank:
            return None
        return thing.severity

    def _milder(self, leader: Episode) -> Severity | None:
        """Return how grave it is where it is not what we said any more: the backup line carries the house."""
        thing = self.current.get(leader.key)
        if thing is None or is_over(thing) or self._is_wanted(thing) or thing.rule == leader.rule:
            return None
        return thing.severity if self.policy.wants(leader.rule, leader.severity) else None

    def _may_update(self, leader: Episode) -> bool:
        last = leader.told_at
        return last is not None and self.now - last >= UPDATE_EVERY and leader.over_since is None

    def _write_update(self, leader: Episode, fresh: Sequence[Episode], changed: Severity | None) -> None:
        if self.sent >= self.policy.budget or (self.policy.is_quiet(self.now) and changed is None):
            return
        self.sent += 1
        self._say(fresh)
        self._replace(leader, told_at=self.now, severity=changed or leader.severity)
        self.notices.append(
            Notice(
                occasion=Occasion.UPDATE,
                episode=self.episodes[leader.key],
                thing=self.current.get(leader.key),
                also=_titles(fresh),
                number=self.sent,
                is_last_today=self.sent >= self.policy.budget,
            )
        )

    def _say(self, fresh: Iterable[Episode]) -> None:
        for each in fresh:
            self._replace(each, unsaid=False)

    def decided(self) -> Decided:
        """Return the outcome."""
        kept = dict(list(self.over.items())[-MOST_OVER:])
        begun = {name: count for name, count in self.begun.items() if name in kept or self._is_open(name)}
        return Decided(
            book=Book(
                episodes=tuple(self.episodes.values()),
                over=kept,
                begun=begun,
                day=self.day,
                sent=self.sent,
                slept_through=tuple(self.slept),
            ),
            notices=tuple(self.notices),
        )

    def _is_open(self, name: str) -> bool:
        return any(name in one.ids for one in self.episodes.values())


def names_of(thing: Thing) -> tuple[str, ...]:
    """Return every id under which a thing may be known."""
    return (thing.id, *thing.findings) if isinstance(thing, Incident) else (thing.id,)


def _as_it_is_now(one: Episode, thing: Thing) -> Episode:
    return msgspec.structs.replace(
        one,
        rule=thing.rule,
        subjects=thing.subjects,
        source=thing.source,
        severity=one.severity if is_over(thing) else thing.severity,
        title=thing.title,
    )


def _place_of(rule: str, subjects: Sequence[str]) -> str:
    # told in another order after a restart, the same story may have another id
    return "|".join((rule, *subjects))


def _titles(episodes: Iterable[Episode]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.title for one in episodes))


def next_change(book: Book, policy: Policy, now: datetime) -> datetime | None:
    """Return when to decide again though nothing new is heard; None where nothing waits."""
    moments = [now + timedelta(minutes=1)] if book.slept_through else []
    for one in book.episodes:
        if one.step is Step.WAITING:
            moments.append(one.seen_at + policy.debounce)
        elif one.over_since is not None:
            moments.append(one.over_since + policy.debounce)
        else:
            moments.append(now + timedelta(minutes=1))
    return min(moments, default=None)

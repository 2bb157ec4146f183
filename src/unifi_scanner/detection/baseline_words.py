"""What is more than usual, in words: a trend for every measure, a finding for what is truly unusual. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from unifi_scanner.detection.baselines import (
    DAY,
    DAYS_NEEDED,
    WEEK,
    WEEKS_NEEDED,
    Comparison,
    History,
    is_usual_at,
)
from unifi_scanner.detection.witness import Seen
from unifi_scanner.models.enums import Severity
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import digest_of
from unifi_scanner.models.phrasing import tame
from unifi_scanner.models.report import Trend

RULE = "more-than-usual"
# a crowd that leaves at once, told by a fixed number; a school bell does the same every week
_BURSTS = {
    "access-point-roaming-storm": "roams",
    "many-devices-dropped-at-once": "wifi-disconnects",
    "most-devices-dropped-at-once": "wifi-disconnects",
}
GRAVE_SCORE, GRAVE_RATIO = 8.0, 3.0
_TIMES = {2: "Twice", 3: "Three times", 4: "Four times", 5: "Five times"}


def trend_of(comparison: Comparison) -> Trend:
    """Return how much of it happened, and whether that is usual here; honest where nobody can say yet."""
    measure = comparison.measure
    told = f"{comparison.amount:,} {_noun(comparison)}"
    usual = _usual_words(comparison)
    return Trend(
        what=measure.what,
        amount=comparison.amount,
        usual=comparison.usual,
        is_unusual=comparison.is_unusual,
        sentence=f"{told}; {usual} usual here {_when(comparison)}."
        if usual
        else f"{told}. {_too_early(comparison)}",
        source=measure.source,
    )


def unusual_of(comparison: Comparison, seen: Seen) -> Finding:
    """Return the finding that there was more of it than usual; `seen` are those of the period, at least one."""
    measure = comparison.measure
    name, mac, count = seen.loudest()
    return Finding(
        id=digest_of(RULE, measure.name, seen.first_id),
        rule=RULE,
        severity=_severity(comparison),
        title=f"{_much_more(comparison)} {_when(comparison)}",
        what=" ".join((_amounts(comparison), *_peak(comparison), *_whose(name, count, comparison.amount))),
        why=measure.why,
        do=measure.do,
        sure_because=f"The counts are certain. What is usual, we know from {_past_words(comparison)}.",
        first_seen=seen.first,
        last_seen=seen.last,
        count=comparison.amount,
        subjects=(tame(name),) if count * 2 > comparison.amount else (),
        about=(f"client:{mac}",) if mac and count * 2 > comparison.amount else (),
        evidence=seen.evidence(),
        source=measure.source,
    )


def qualified(finding: Finding, history: History) -> Finding:
    """Return a finding that fixed thresholds made, less grave where such an hour is usual here; others as they are."""
    measure = _BURSTS.get(finding.rule)
    if measure is None or not is_usual_at(history, measure, finding.last_seen):
        return finding
    severity = min(finding.severity, Severity.LOW, key=lambda one: one.rank)
    because = f"{finding.sure_because} In other weeks about as many do so in this hour.".lstrip()
    return msgspec.structs.replace(finding, severity=severity, sure_because=because)


def _severity(comparison: Comparison) -> Severity:
    is_grave = comparison.score >= GRAVE_SCORE and comparison.amount >= GRAVE_RATIO * comparison.middle
    return Severity.MEDIUM if is_grave else Severity.LOW


def _noun(comparison: Comparison) -> str:
    what = comparison.measure.what
    if comparison.amount != 1:
        return what
    head, space, tail = what.partition(" ")
    if head in ("moves", "times", "attacks"):
        return f"{head[:-1]}{space}{tail}"
    if head == "failed" and tail.startswith("tries"):
        return what.replace("tries", "try", 1)
    return what.removesuffix("s")


def _usual_words(comparison: Comparison) -> str:
    if comparison.usual is None:
        return ""
    low, high = (round(one) for one in comparison.usual)
    if low == high:
        return f"{low:,} {'is' if low == 1 else 'are'}"
    return f"{low:,} to {high:,} are"


def _when(comparison: Comparison) -> str:
    """Return what kind of stretch the usual speaks of: on a Monday, in a day, in a week, in 3 weeks."""
    if comparison.day:
        return f"on a {comparison.day}" if comparison.step % WEEK == 0 else "in a day"
    if WEEK - DAY <= comparison.length <= WEEK + DAY:
        return "in a week"
    days = max(1, round(comparison.length / DAY))
    return f"in {days} days"


def _too_early(comparison: Comparison) -> str:
    needed = DAYS_NEEDED if comparison.day else WEEKS_NEEDED * 7 * max(1, comparison.step // WEEK)
    known = comparison.days_known
    have = "none yet" if known == 0 else "1 day" if known == 1 else f"{known} days"
    return f"We can't say yet whether that is usual here: it takes {needed} whole days, and we have {have}."


def _much_more(comparison: Comparison) -> str:
    what = comparison.measure.what
    if comparison.middle < 1:
        return f"Far more {what} than is usual"
    ratio = int(comparison.amount / comparison.middle)
    return f"{_TIMES.get(ratio, f'{ratio} times')} as many {what} as usual"


def _amounts(comparison: Comparison) -> str:
    return f"We counted {comparison.amount:,} {_noun(comparison)}. Here, {_usual_words(comparison)} usual {_when(comparison)}."


def _peak(comparison: Comparison) -> Sequence[str]:
    hour = comparison.peak
    if hour is None:
        return ()
    day = "" if comparison.day else f" on {hour:%A} {hour.day} {hour:%b}"
    return (f"Most of them came between {hour:%H}:00 and {(hour.hour + 1) % 24:02}:00{day}.",)


def _whose(name: str, count: int, amount: int) -> Sequence[str]:
    return (f"{tame(name)} alone makes up {count:,} of them.",) if count * 2 > amount else ()


def _past_words(comparison: Comparison) -> str:
    number = len(comparison.past)
    if comparison.day and comparison.step % WEEK == 0:
        return f"{number} earlier {comparison.day}s"
    if comparison.day:
        return f"{number} earlier days"
    return f"{number} earlier weeks" if comparison.step == WEEK else f"{number} earlier stretches as long"

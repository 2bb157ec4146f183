"""What Internet lines went through, in words: which line, how often, how long at most, how long in all. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from unifi_scanner.detection.analysers.lines import Line
from unifi_scanner.detection.analysers.trace import Words, finding_from, joined
from unifi_scanner.detection.spans import span_words
from unifi_scanner.detection.wording import times_words
from unifi_scanner.models.enums import Confidence, LogSource, Severity
from unifi_scanner.models.finding import Finding

QUICK = timedelta(minutes=1)
HARDLY = timedelta(seconds=90)  # so long, once, hardly anybody notices
LONG = timedelta(minutes=30)  # on a backup line, that is a thing to know
OFTEN = 3
OFTEN_SOON = 4  # and so many within hours are a line that comes and goes
A_WHILE = timedelta(hours=3)
_STILL = ". We have not seen it come back"
_UNSURE = "[. How long {unsure} of them took, nobody told]"
_LENGTHS = "[ and was away for {downtime}][, {longest} at the longest]"
_MODEM = (
    "Look at the modem. If its Internet light is off or red, unplug it, wait 30 seconds, and plug it in again.",
    "If it is still down after 5 minutes, or fails often, call your provider[, {isp}], and name the times below.",
)
_SECOND_LINE = "If you can't do without, add a second line: Settings > Internet."


def told_of_line(line: Line, *, backups: Sequence[Line]) -> Finding:
    """Return what one line went through, whose `backups` carried the house, if it has any."""
    words, rule, severity = _of_carried(line) if backups else _of_hit(line)
    many = line.outages > 1
    facts = {
        "isp": line.isp,
        "line": line.label if backups else None,
        "backup": next((one.label for one in backups if one.label), None),
        "repeats": times_words(line.outages) if many else None,
        "times": times_words(line.outages),
        "downtime": f"{span_words(line.total)}{' in all' if many else ''}" if line.total else None,
        "longest": span_words(line.longest) if many and line.total > line.longest else None,
        "unsure": _unsure(line),
        "waited": f"{span_words(line.waited)}{' in all' if many else ''}" if line.waited >= QUICK else None,
    }
    return finding_from(
        line.trace, words, facts,
        rule=rule, severity=severity, source=LogSource.INTERNET,
        subjects=[line.label] if backups and line.label else [], about=[f"wan:{name}" for name in sorted(line.names)] or ["wan:WAN1"],
        resolved=not line.is_down,
    )  # fmt: skip


def _unsure(line: Line) -> str | None:
    if not line.unmeasured or line.outages == 1:
        return None
    return "one" if line.unmeasured == 1 else str(line.unmeasured)


def _of_hit(line: Line) -> tuple[Words, str, Severity]:
    is_brief = line.brief == line.outages and line.longest <= QUICK * 5
    title = "The Internet was down for {downtime}" if line.total else "The Internet was down"
    if line.is_down:
        title = "The Internet is down"
    elif line.unmeasured and line.outages > 1:
        title = "The Internet was down {times}"
    elif is_brief:
        title = "The Internet was briefly down"
    elif line.outages >= OFTEN:
        title = "The Internet failed {times}. Send your provider the list"
    still = _STILL if line.is_down else ""
    words = Words(
        title=title,
        what=f"The Internet connection[ {{line}}][ of {{isp}}] {'was briefly' if is_brief else 'went'} down[ {{repeats}}]{_LENGTHS}{still}{_UNSURE}.",
        why="A call may have broken up. Once in a while that is normal."
        if is_brief
        else "Without a line, calls, mail and cloud files stop. Wi-Fi and printers inside still work.",
        do=("If it happens every day, call your provider.",) if is_brief else (*_MODEM, _SECOND_LINE),
        confidence=Confidence.CERTAINLY if is_brief else Confidence.PROBABLY,
        because=""
        if is_brief
        else "The line surely failed. If you have a second one, it may have taken over.",
    )
    return words, _rule_of_hit(line, is_brief=is_brief), _severity_of_hit(line, is_brief=is_brief)


def _rule_of_hit(line: Line, *, is_brief: bool) -> str:
    if is_brief:
        return "internet-briefly-down"
    comes_and_goes = line.outages >= OFTEN_SOON and line.trace.span <= line.outages * A_WHILE / OFTEN_SOON
    return "internet-comes-and-goes" if comes_and_goes and not line.is_down else "internet-down"


def _severity_of_hit(line: Line, *, is_brief: bool) -> Severity:
    if line.is_down:
        return Severity.CRITICAL
    if is_brief:
        return Severity.LOW
    if line.outages >= OFTEN or not line.total or line.unmeasured:
        return Severity.HIGH
    if line.outages == 1 and line.longest <= HARDLY:
        return Severity.LOW
    return Severity.MEDIUM if line.longest <= QUICK else Severity.HIGH


def _of_carried(line: Line) -> tuple[Words, str, Severity]:
    is_brief = line.brief == line.outages and not line.is_down
    if is_brief:
        words = Words(
            title="The Internet ran on the backup line for a short time",
            what="The Internet[ of {isp}] ran on the backup line[ {backup}] for a short time[, {repeats}][: {downtime}].",
            why="The main line failed for a moment, and the backup did its job.",
            do=("If it happens every day, call your provider[, {isp}].",),
        )
        return words, "backup-line-briefly", Severity.LOW
    if not line.failed_over:
        return _one_of_several(line), "one-line-down", Severity.MEDIUM if line.is_down else Severity.LOW
    end = (
        ". It has not come back"
        if line.is_down
        else "[. The main line was back after {downtime}][, {longest} at the longest]"
    )
    without = "Until then you probably had no Internet. " if line.waited >= QUICK else ""
    words = Words(
        title=_title_of_carried(line),
        what=f"The main line[ {{line}}][ of {{isp}}] failed[ {{repeats}}], and the Internet moved to the backup line[ {{backup}}][ after {{waited}}]{end}.",
        why=f"{without}The backup is often slower, and mobile data can cost extra.",
        do=("Look at the modem of the main line.", "If it stays dark, call your provider[, {isp}]."),
    )
    return words, "on-backup-line", _severity_of_carried(line)


def _title_of_carried(line: Line) -> str:
    if line.is_down:
        return "The Internet runs on the backup line"
    if line.waited >= QUICK:
        return "The Internet was down for {waited}, then ran on the backup line"
    return "The Internet ran on the backup line[ for {downtime}]"


def _severity_of_carried(line: Line) -> Severity:
    if line.waited > HARDLY and not line.is_down:
        return Severity.HIGH  # as of an outage that nothing carried
    return Severity.MEDIUM if line.is_down or line.longest >= LONG else Severity.LOW


def _one_of_several(line: Line) -> Words:
    still = _STILL if line.is_down else ""
    return Words(
        title="One of your Internet lines is down" if line.is_down else "One of your Internet lines failed",
        what=f"The Internet line[ {{line}}][ of {{isp}}] went down[ {{repeats}}]{_LENGTHS}{still}. Another line of yours stayed up.",
        why="The Internet probably kept working. But nothing was left to take over.",
        do=_MODEM,
        confidence=Confidence.PROBABLY,
        because="The failure is certain. That the other line carried everything, we can't see.",
    )


def told_of_house(failed: Sequence[Line], gone: timedelta, *, is_gone_now: bool) -> Finding:
    """Return how long the house had no Internet at all, beside how long each line was down."""
    facts, each = _each(failed)
    facts["gone"] = span_words(gone) if gone else None
    words = Words(
        title="The Internet is down, and so is the backup"
        if is_gone_now
        else "The Internet was down for {gone}",
        what=f"[For {{gone}} none of your Internet lines worked. ]{'No line works now. ' if is_gone_now else ''}{each}.",
        why="Without a line, calls, mail and cloud files stop. Wi-Fi and printers inside still work.",
        do=(
            _MODEM[0],
            "If both lines fail at once, look for what they share: a box, a power strip, a cable in the street.",
        ),
        confidence=Confidence.PROBABLY if is_gone_now else Confidence.CERTAINLY,
        because="The failures are certain. A line may have come back without a word." if is_gone_now else "",
    )
    severity = Severity.CRITICAL if is_gone_now else Severity.HIGH
    return _house(failed, words, facts, rule="internet-down", severity=severity, resolved=not is_gone_now)


def told_of_luck(failed: Sequence[Line], gone: timedelta) -> Finding:
    """Return that several lines failed, but never for long at the same time."""
    facts, each = _each(failed)
    facts["gone"] = span_words(gone) if gone else None
    words = Words(
        title="Your lines failed, but not at the same time",
        what=f"{each}. [For {{gone}} no line worked.][There was always one that worked.]",
        why="That is what two lines are for.",
        confidence=Confidence.PROBABLY,
        because="Each failure is certain. Whether the other line carried everything, we can't see.",
    )
    return _house(
        failed, words, facts, rule="minutes-without-internet", severity=Severity.INFO, resolved=True
    )


def _each(failed: Sequence[Line]) -> tuple[dict[str, object], str]:
    facts: dict[str, object] = {}
    texts = []
    for i, line in enumerate(failed[:3]):
        facts |= {f"line{i}": line.label or f"Line {i + 1}", f"times{i}": times_words(line.outages)}
        facts[f"total{i}"] = span_words(line.total) if line.total else None
        all_ = " in all" if line.outages > 1 else ""
        state = ", and is still down" if line.is_down else ""
        texts.append(f"{{line{i}}} failed {{times{i}}}[, for {{total{i}}}{all_}]{state}")
    return facts, ". ".join(texts)


def _house(
    failed: Sequence[Line],
    words: Words,
    facts: dict[str, object],
    *,
    rule: str,
    severity: Severity,
    resolved: bool,
) -> Finding:
    return finding_from(
        joined(line.trace for line in failed), words, facts,
        rule=rule, severity=severity, source=LogSource.INTERNET, subject="house",
        subjects=[line.label for line in failed if line.label],
        about=[f"wan:{name}" for line in failed for name in sorted(line.names)], resolved=resolved,
    )  # fmt: skip

"""What attacks come to, in words: one's own devices, strangers, and a gateway that only watches. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from unifi_scanner.detection.analysers.deeds import MOST_TARGETS, Deed, Stranger, thing_of
from unifi_scanner.detection.analysers.themes import BAD_ADDRESS, BREAK_IN, ODD, SEARCH, Theme
from unifi_scanner.detection.analysers.trace import Trace, Words, finding_from, joined
from unifi_scanner.detection.wording import listed, times_words
from unifi_scanner.models.addresses import is_private
from unifi_scanner.models.enums import Confidence, LogSource, Severity
from unifi_scanner.models.finding import Finding

_SECURITY = LogSource.SECURITY
_SETTING = "Settings > CyberSecure > Intrusion Prevention"
MOST_TOP = 3
MOST_ABOUT = 20
_NOISE = (ODD, SEARCH, BAD_ADDRESS)
_DID: Mapping[str, str] = {
    Deed.STOPPED: "was stopped {times} when it tried to {goal} {target}",
    Deed.PASSED: "tried {times} to {goal} {target}, and nothing stopped it",
    Deed.UNSAID: "tried {times} to {goal} {target}. The record does not say whether it was stopped",
    "mixed": "tried {times} to {goal} {target}. It was stopped only {stopped}",
}
_SUFFIX = {
    Deed.STOPPED: "blocked",
    Deed.PASSED: "not-blocked",
    Deed.UNSAID: "noticed",
    "mixed": "not-blocked",
}


def told_from_inside(deeds: Sequence[Deed]) -> Finding:
    """Return what one device of one's own did, told by the gravest of it."""
    theme = max((deed.theme for deed in deeds), key=lambda theme: theme.rank)
    lead = [deed for deed in deeds if deed.theme.rank == theme.rank]
    trace, outcome = joined(lead), _outcome(lead)
    facts = _own_facts(lead, theme) | {"also": _also(deeds, trace.count)}
    words = Words(
        title=theme.title,
        what=f"{{client}}, {{thing}} of yours, {_DID[outcome]}[. It looked like {{looks}}]"
        "[. The gateway told of it {also} more, for lesser things].",
        why=theme.why_inside if lead[0].is_lateral and theme.why_inside else theme.why,
        do=_steps(lead[0], theme),
        confidence=Confidence.POSSIBLY if theme.rank < BREAK_IN.rank else Confidence.PROBABLY,
        because=f"The tries are certain. {theme.alarm}",
    )
    return finding_from(
        trace, words, facts,
        rule=_rule(theme, outcome), severity=_severity(theme, outcome), source=_SECURITY,
        subject=lead[0].attacker or "", subjects=[lead[0].attacker] if lead[0].attacker else [],
        about=_about(lead),
    )  # fmt: skip


def told_of_many(deeds: Sequence[Deed]) -> Finding:
    """Return what many devices of one's own did alike."""
    theme = max((deed.theme for deed in deeds), key=lambda theme: theme.rank)
    trace, outcome = joined(deeds), _outcome(deeds)
    often = Counter[str]()
    for deed in deeds:
        if deed.attacker and not deed.is_beyond:
            often[deed.attacker] += deed.count
    many = f"More than {len(often)}" if any(deed.is_beyond for deed in deeds) else str(len(often))
    top, facts = _top(often)
    words = Words(
        title=theme.many,
        what=f"The gateway told of {{many}} of your devices {{times}}[. The most common kind was {{looks}}]. Most often it was {top}.",
        why=f"{theme.why} So many at once are rare. Think of one program that all of them use.",
        do=theme.do,
        confidence=Confidence.POSSIBLY,
        because=f"The tries are certain. {theme.alarm}",
    )
    facts |= {"many": many, "times": times_words(trace.count), "looks": _looks(deeds)}
    facts |= {"client": "each of them", "number": deeds[0].facts.get("signature_id")}
    return finding_from(
        trace, words, facts,
        rule=_rule(theme, outcome), severity=_severity(theme, outcome), source=_SECURITY, subject="many",
        subjects=[name for name, _ in often.most_common(MOST_TOP)], about=_about(deeds),
    )  # fmt: skip


def _own_facts(deeds: Sequence[Deed], theme: Theme) -> dict[str, object]:
    first = deeds[0]
    targets = [str(target) for deed in deeds for target in deed.targets if target]
    count = sum(deed.count for deed in deeds)
    name = first.attacker
    thing = thing_of(name, first.facts.get("attacker_kind")) or "a device"
    target = listed(list(dict.fromkeys(targets))[:MOST_TARGETS]) if targets else "an unknown address"
    return {
        "client": f"A device behind your address {name}" if first.is_hidden else name,
        "thing": thing,
        "times": times_words(count),
        "stopped": times_words(sum(deed.count for deed in deeds if deed.outcome == Deed.STOPPED)),
        "goal": theme.goal,
        "target": f"{target} inside your network" if first.is_lateral else target,
        "looks": _looks(deeds),
        "number": first.facts.get("signature_id"),
    }


def _steps(first: Deed, theme: Theme) -> tuple[str, ...]:
    if not first.is_hidden:
        return theme.do
    return ("Find out which device it is: look in the list of traffic flows for {target}.", *theme.do[1:])


def _also(deeds: Iterable[Deed], told: int) -> str | None:
    more = sum(deed.count for deed in deeds) - told
    return times_words(more) if more else None


def _looks(deeds: Iterable[Deed]) -> str | None:
    seen = Counter[str]()
    for deed in deeds:
        if deed.looks:
            seen[deed.looks] += deed.count
    return seen.most_common(1)[0][0] if seen else None


def _outcome(deeds: Iterable[Deed]) -> str:
    outcomes = {deed.outcome for deed in deeds}
    if len(outcomes) == 1:
        return outcomes.pop()
    return "mixed" if Deed.STOPPED in outcomes else Deed.UNSAID


def _rule(theme: Theme, outcome: str) -> str:
    return f"{theme.rule}-{_SUFFIX[outcome]}" if theme.rule == "inside-device" else theme.rule


def _severity(theme: Theme, outcome: str) -> Severity:
    return theme.severity_blocked if outcome == Deed.STOPPED else theme.severity


def _about(deeds: Iterable[Deed]) -> Iterator[str]:
    for deed in deeds:
        entry = deed.head[0]
        address = entry.metadata.get("src_ip")
        if entry.client_mac:
            yield f"client:{entry.client_mac}"
        elif address:
            yield f"attacker:{address}"


def _top(often: Counter[str]) -> tuple[str, dict[str, object]]:
    """Return the three most frequent as a text with places for their names, and the names."""
    best = often.most_common(MOST_TOP)
    is_even = len({n for _, n in best}) == 1 and len(often) <= MOST_TOP
    texts = [f"{{top{i}}}" + ("" if is_even else f" ({times_words(n)})") for i, (_, n) in enumerate(best)]
    facts: dict[str, object] = {f"top{i}": name for i, (name, _) in enumerate(best)}
    return " and ".join(filter(None, (", ".join(texts[:-1]), texts[-1]))) if texts else "", facts


def told_from_outside(outcome: str, deeds: Sequence[Deed], strangers: Mapping[str, Stranger]) -> Finding:
    """Return what strangers on the Internet tried with this outcome, however many they were."""
    trace = joined(deeds)
    often = Counter({name: stranger.count for name, stranger in strangers.items()})
    top, facts = _top(often)
    targets = [str(target) for deed in deeds for target in deed.targets if target]
    theme = max((deed.theme for deed in deeds), key=lambda theme: theme.rank)
    words = _outside_words(outcome, theme, many=len(often), top=top)
    facts |= {
        "times": times_words(trace.count),
        "many": f"{len(often):,}",
        "looks": _looks(deeds),
        "target": listed(list(dict.fromkeys(targets))[:MOST_TARGETS]) if targets else None,
    }
    severity = Severity.LOW if all(deed.theme in _NOISE for deed in deeds) else Severity.MEDIUM
    rule, calm = _OUTSIDE[outcome]
    addresses = [name for name, _ in often.most_common(5) if is_private(name) is not None]
    clients = {deed.head[0].client_mac for deed in deeds} - {None}
    return finding_from(
        trace, words, facts,
        rule=rule, severity=Severity.INFO if calm else severity, source=_SECURITY,
        subjects=[name for name, _ in often.most_common(MOST_TOP)],
        about=[*(f"attacker:{name}" for name in addresses), *(f"client:{mac}" for mac in sorted(map(str, clients)))],
    )  # fmt: skip


_OUTSIDE = {
    Deed.STOPPED: ("attacks-from-outside-blocked", True),
    Deed.PASSED: ("attack-from-outside-not-blocked", False),
    Deed.UNSAID: ("attack-from-outside-noticed", False),
}
_OUTSIDE_WORDS = {
    Deed.STOPPED: Words(
        title="Attacks from the Internet were blocked",
        what="blocked",
        why="Machines try every address on the Internet, all day long. What is blocked does no harm.",
    ),
    Deed.PASSED: Words(
        title="An attack from the Internet was seen, but not blocked",
        what="seen {times} and let through",
        why="Most such tries fail by themselves. They work against old software and open doors.",
        confidence=Confidence.POSSIBLY,
        because="The traffic is certain. Whether it did harm, the gateway can't see.",
    ),
    Deed.UNSAID: Words(
        title="An attack from the Internet was seen",
        what="seen",
        why="The record does not say whether it was stopped.",
        do=(f"See what your gateway does with attacks: {_SETTING}. Notify and Block stops them.",),
        confidence=Confidence.POSSIBLY,
        because="The traffic is certain. Whether it got through, or did harm, we can't see.",
    ),
}


def _outside_words(outcome: str, theme: Theme, *, many: int, top: str) -> Words:
    words = _OUTSIDE_WORDS[outcome]
    done = words.what if "{times}" in words.what else f"{words.what} {{times}}"
    if many > 1:
        came = "They came" if many <= MOST_TOP else "Most came"
        said = f"Attacks from {{many}} addresses on the Internet were {done}. {came} from {top}"
    else:
        said = f"An attack from the Internet[, from {{top0}},] was {done}"
    aimed = "" if outcome == Deed.STOPPED else "[. The target was {target}]"
    looked = "The most common kind was" if many > 1 else "It looked like"
    steps = () if outcome == Deed.STOPPED else (*words.do, *_remedy(theme))
    return msgspec.structs.replace(words, what=f"{said}{aimed}[. {looked} {{looks}}].", do=steps)


def _remedy(theme: Theme) -> tuple[str, ...]:
    if theme in _NOISE:
        return ("Close every door that you do not need: Settings > Policy Engine > Port Forwarding.",)
    return (
        "Install the newest software on [{target}][whatever the Internet can reach].",
        "Where nobody needs to come in from the Internet, close the door: Settings > Policy Engine > Port Forwarding.",
    )


def told_of_returning(strangers: Iterable[Mapping[str, Stranger]]) -> Iterator[Finding]:
    """Yield, as one finding, the addresses that came back again and again."""
    back = [(name, one) for group in strangers for name, one in group.items() if one.proof is not None]
    if not back:
        return
    often, trace = Counter[str](), Trace()
    for name, one in back:
        often[name] += one.count
    for entry in sorted((one.proof for _, one in back if one.proof), key=lambda e: (e.timestamp, e.id))[:8]:
        trace.add(entry)
    trace.count = often.total()
    top, facts = _top(often)
    words = _returning_words(top, often)
    facts |= {"times": times_words(trace.count)}
    yield finding_from(
        trace, words, facts,
        rule="one-address-keeps-attacking", severity=Severity.LOW, source=_SECURITY,
        subjects=[name for name, _ in often.most_common(MOST_TOP)],
        about=[f"attacker:{name}" for name, _ in often.most_common(5)],
    )  # fmt: skip


def _returning_words(top: str, often: Counter[str]) -> Words:
    is_one = len(often) == 1
    who = "An address on the Internet keeps" if is_one else f"{len(often):,} addresses on the Internet keep"
    by = f"{top} tried {{times}}" if is_one else f"They tried {{times}} in all. The busiest: {top}"
    return Words(
        title=f"{who} trying to get in",
        what=f"{who} trying to get in. {by}.",
        why="Most are programs that try every address. One that comes back for days may mean you.",
        do=(
            "Block the busiest for good: Settings > Policy Engine > New Policy.",
            "Close every door that you do not need: Settings > Policy Engine > Port Forwarding.",
        ),
        confidence=Confidence.PROBABLY,
        because="The tries are certain. Whether they mean you, nobody can tell.",
    )


def told_of_watching(passed: Trace, *, is_known_trouble: bool) -> Finding:
    """Return, once for all attacks, that the gateway only watches."""
    words = Words(
        title="Your gateway sees attacks, but lets them through",
        what="Nothing stopped the attack that your gateway saw."
        if passed.count == 1
        else "Your gateway saw {count} attacks. It stopped none of them.",
        why="It may be set to tell of attacks only. Then nothing stops the one that matters.",
        do=(f"Let it block: {_SETTING} > Notify and Block.",),
        confidence=Confidence.PROBABLY,
        because="What it let through is certain. How it is set, we can't see.",
    )
    return finding_from(
        passed, words, {"count": f"{passed.count:,}"},
        rule="attacks-are-only-watched", severity=Severity.LOW if is_known_trouble else Severity.MEDIUM,
        source=_SECURITY,
    )  # fmt: skip

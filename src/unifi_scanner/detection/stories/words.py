"""Words: a story in plain sentences: title, what happened, why it matters, what to do, how sure that is. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from unifi_scanner.detection.spans import span_words
from unifi_scanner.detection.stories.plot import Plot
from unifi_scanner.detection.stories.spell import Spell
from unifi_scanner.detection.stories.themes import CARRIED, Theme
from unifi_scanner.detection.wording import listed, times_words
from unifi_scanner.models.enums import Confidence
from unifi_scanner.models.phrasing import tame

PLURAL: Final = {"switch": "switches"}
BEFORE: Final = "The line was poor before it failed, or after it came back."
AN_UPDATE: Final = "There is nothing to do: this is what an update looks like."
A_RESTART: Final = "There is nothing to do: somebody asked for it."
MOST_SENTENCES: Final = 5
KIND_WORDS: Final[Mapping[str, str]] = {
    "port.poe_lost": "{} stopped giving power over a cable",
    "port.poe_overload": "{} could not give enough power over a cable",
    "power.budget_exceeded": "{} had no power left for its cables",
    "power.supply_failed": "A power supply of {} failed",
    "power.on_backup": "{} runs on its backup power",
    "power.backup_overload": "The backup power of {} was not enough",
    "ap.low_power": "{} gets less power than it needs",
    "device.overheating": "{} was too hot",
    "device.fan_failed": "A fan of {} failed",
    "device.restarted": "{} restarted",
    "ap.radar": "{} heard radar and had to change its channel",
    "ap.channel_changed": "{} changed its channel",
    "ap.interference": "{} was disturbed by other radio signals",
}


class Words(NamedTuple):
    """All a story says."""

    title: str
    what: str
    why: str
    do: tuple[str, ...]
    confidence: Confidence
    because: str
    cause: str
    consequences: tuple[str, ...]


def words_of(plot: Plot) -> Words:
    """Return the words of a story; one finding alone keeps its own."""
    lead = plot.lead
    cause = cause_sentence(plot)
    if plot.is_single:
        return Words(lead.title, lead.what, lead.why, lead.do, lead.confidence, lead.sure_because, cause, ())
    followed = tuple(consequences_of(plot))
    confidence, because = sureness_of(plot)
    return Words(
        title=title_of(plot),
        what=" ".join([_what(plot, cause), *followed[:MOST_SENTENCES]]),
        why=plot.worst.why,
        do=steps_of(plot),
        confidence=confidence,
        because=because,
        cause=cause,
        consequences=followed,
    )


def _what(plot: Plot, cause: str) -> str:
    if plot.root.theme is Theme.LOSS:
        return loss_sentence(plot)
    is_change = plot.root.theme is Theme.CHANGE
    return plot.lead.what if plot.leads_with_cause and not is_change else cause


def cause_sentence(plot: Plot) -> str:
    """Return in one sentence what began it."""
    return plot.causes[0].entries[0].sentence if plot.causes[0].entries else plot.lead.what


def loss_sentence(plot: Plot) -> str:
    """Return how a device went, how often and for how long."""
    name, often = plot.name(plot.root), len(plot.causes)
    went = f"{name} went off" if often == 1 else f"{name} went off {times_words(often)}"
    if plot.off_for is None:
        return f"{went}, and has not come back."
    return f"{went}, and was away for {span_words(plot.off_for)}{' in all' if often > 1 else ''}."


def title_of(plot: Plot) -> str:
    """Return what happened as a headline: the cause, and what it took with it."""
    if plot.root.theme is Theme.CHANGE:
        return f"{change_words(plot.root)}, then {_lower(_first_sentence(plot.worst.title))}"
    if plot.root.theme is Theme.LINE and plot.lead.rule in CARRIED:
        broke = any(spell.kind.startswith("vpn.") for spell in plot.effects)
        return f"{_first_sentence(plot.lead.title)}{', and the link to another site broke' if broke else ''}"
    if plot.root.theme is Theme.LINE:
        return f"{line_words(plot)}{_line_tail(plot)}"
    alike = {spell.about for spell in plot.spells if spell.theme is Theme.CLIENT}
    if plot.root.theme is Theme.CLIENT and len(alike) > 1:
        others = amount(len(alike) - 1, "other device")
        return f"{plot.name(plot.root)} and {others} had the same trouble at one time"
    took = taken(plot)
    head = headline(plot)
    if not took:
        return head
    if plot.root.theme in (Theme.RADAR, Theme.CHANNEL):
        return f"{head}, and {took} dropped off"
    return f"{head}, and took {took} with it" if plot.is_sure_of_cause else f"{head}, and so did {took}"


def headline(plot: Plot) -> str:
    """Return the cause as a headline."""
    root, name = plot.root, plot.name(plot.root)
    away = any(spell.is_open for spell in plot.away)
    match root.theme:
        case Theme.UPDATE if away:
            return f"{name} was updated, and has not come back"
        case Theme.UPDATE:
            return f"{name} was updated"
        case Theme.ASKED:
            admin = root.metadata.get("admin")
            by = f" by {tame(str(admin))}" if admin else ""
            return f"{name} was restarted{by}{', and has not come back' if away else ''}"
        case Theme.LOSS if not taken(plot) and plot.off_for is not None and len(plot.causes) == 1:
            return f"{name} was off for {span_words(plot.off_for)}"
        case Theme.LOSS:
            often = len(plot.causes)
            return f"{name} went off" if often == 1 else f"{name} went off {times_words(often)}"
        case Theme.POWER:
            return f"The power went out{_for(plot)}"
        case Theme.HEAT | Theme.CABLE_POWER | Theme.RESTART | Theme.RADAR | Theme.CHANNEL:
            return KIND_WORDS.get(root.kind, "{} had a problem").format(name)
        case _:
            return _first_sentence(plot.lead.title)


def line_words(plot: Plot) -> str:
    """Return how often and how long the Internet was away."""
    often, off = len(plot.causes), plot.off_for
    if any(spell.is_open for spell in plot.causes):
        return (
            "The Internet is down" if often == 1 else f"The Internet failed {times_words(often)}, and is down"
        )
    if off is None or not off:
        return _first_sentence(plot.lead.title)
    if often == 1:
        return f"The Internet was down for {span_words(off)}"
    return f"The Internet failed {times_words(often)}, for {span_words(off)} in all"


def _line_tail(plot: Plot) -> str:
    themes = {spell.theme for spell in plot.effects}
    if any(spell.kind.startswith("vpn.") for spell in plot.effects):
        return ", and took the link to another site with it"
    return ", and the backup line took over" if Theme.BACKUP in themes else ""


def change_words(change: Spell) -> str:
    """Return who changed what."""
    who = tame(change.name) or "An administrator"
    return f"{who} changed {f'“{tame(change.said)}”' if change.said else 'settings'}"


def taken(plot: Plot) -> str:
    """Return what went with the cause: devices by what they are, and how many clients; empty where nothing did."""
    lost, clients = plot.lost, len(plot.clients)
    parts = [plot.name(lost[0])] if len(lost) == 1 else _counted(Counter(plot.role(s) for s in lost))
    if clients:
        parts.append(amount(clients, "device"))
    return _joined(parts)


def _counted(roles: Counter[str]) -> list[str]:
    return [amount(number, role) for role, number in sorted(roles.items(), key=lambda one: (-one[1], one[0]))]


def amount(number: int, noun: str) -> str:
    """Return how many of something: 1 switch, 4 access points."""
    return f"1 {noun}" if number == 1 else f"{number:,} {PLURAL.get(noun, noun + 's')}"


def consequences_of(plot: Plot) -> Iterator[str]:
    """Yield what followed, a sentence for each kind of thing."""
    if plot.away:
        yield _away(plot.away)
    if plot.lost:
        yield from _lost(plot)
    if plot.clients:
        yield f"{amount(len(plot.clients), 'device')} dropped off."
    told = {Theme.LOSS, Theme.RESTART, Theme.MANY, Theme.CHANGE, Theme.UPDATE, Theme.ASKED, plot.root.theme}
    told |= {Theme.DROPS} if plot.clients else set()
    yield from _line_and_beyond(plot, told)
    yield from _others(plot, told)


def _away(spells: Sequence[Spell]) -> str:
    if any(spell.is_open for spell in spells):
        return "It has not come back."
    return f"It was away for {span_words(max(spell.lasted for spell in spells))}."


def _lost(plot: Plot) -> Iterator[str]:
    names = listed([plot.name(spell) for spell in plot.lost])
    yield f"{names} went off {'with it' if plot.is_sure_of_cause else 'at the same time'}."
    still = [plot.name(spell) for spell in plot.lost if spell.is_open]
    if still and not any(spell.is_open for spell in plot.causes):
        yield f"{listed(still)} {'has' if len(still) == 1 else 'have'} not come back."


def _line_and_beyond(plot: Plot, told: set[Theme]) -> Iterator[str]:
    lines = [s for s in plot.effects if s.theme is Theme.LINE and s.theme not in told]
    if lines:
        down = any(spell.is_open for spell in lines)
        for_ = span_words(max(spell.lasted for spell in lines))
        yield "The Internet is down." if down else f"The Internet was down for {for_}."
    if plot.lead.rule not in CARRIED and any(s.kind.startswith("wan.failover") for s in plot.effects):
        yield "The Internet moved to the backup line."
    if any(s.theme is Theme.SLOW_LINE for s in plot.effects) and Theme.SLOW_LINE not in told:
        yield BEFORE
    told |= {Theme.LINE, Theme.SLOW_LINE, Theme.BACKUP}


def _others(plot: Plot, told: set[Theme]) -> Iterator[str]:
    seen: set[str] = set()
    for spell in plot.effects:
        if spell.theme in told:
            continue
        said = spell.finding.what if spell.finding is not None else spell.entries[0].sentence
        if said not in seen and said != plot.lead.what:
            seen.add(said)
            yield said


def steps_of(plot: Plot) -> tuple[str, ...]:
    """Return what to do, the step that deals with the cause first."""
    root, name, do = plot.root, plot.name(plot.root), plot.worst.do
    if plot.is_meant:
        return (AN_UPDATE if root.theme is Theme.UPDATE else A_RESTART,)
    if root.theme is Theme.CHANGE:
        who = tame(root.name) or "whoever made it"
        return (f"Ask {who} what was changed. If you can, undo it and see whether the trouble ends.", *do[:2])
    if root.theme is not Theme.LOSS or not plot.lost:
        return do
    if not plot.is_sure_of_cause:  # a common cause nobody saw
        return (
            f"Look at {name} first: is a light on, and is its cable in on both ends?",
            "Then see what they have in common, such as a switch or an outlet.",
        )
    first = f"Start with {name}: is a light on, and is its cable in on both ends? The others hang on it."
    return (first, *do[1:])


def sureness_of(plot: Plot) -> tuple[Confidence, str]:
    """Return how sure the cause is, as its weakest tie, and why."""
    if not plot.ties or (plot.root.theme is Theme.LINE and plot.leads_with_cause):
        return plot.lead.confidence, plot.lead.sure_because
    return plot.ties[0].sure, plot.ties[0].because


def _for(plot: Plot) -> str:
    return f" for {span_words(plot.off_for)}" if plot.off_for else ""


def _first_sentence(title: str) -> str:
    return title.split(". ", maxsplit=1)[0].rstrip(".")


def _lower(text: str) -> str:
    first, _, rest = text.partition(" ")
    return f"{first.lower()} {rest}" if first in ("A", "An", "The", "Many", "Several", "Someone") else text


def _joined(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1]))) if parts else ""

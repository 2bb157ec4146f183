"""Pages made from data: every rule and every kind of event, as the program itself knows them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import groupby

from unifi_scanner.detection import Rule, load_rules
from unifi_scanner.detection.catalogue import Catalogue, CodeEntry, KindEntry, Known, meaning_of
from unifi_scanner.detection.catalogue_loader import load_catalogue
from unifi_scanner.models.kinds import info_of
from unifi_scanner.models.phrasing import phrase


def made_pages() -> Mapping[str, str]:
    """Return the pages by file name."""
    return {"rules.md": rules_page(load_rules()), "events.md": events_page(load_catalogue())}


def rules_page(rules: Iterable[Rule]) -> str:
    """Return every rule with its words and one of its examples."""
    ordered = sorted(rules, key=lambda rule: (rule.category, rule.name))
    parts = [
        "# Rules\n\nWhat is told, from which events, in which words. A part in brackets is told only where its facts are known.\n"
    ]
    for category, members in groupby(ordered, key=lambda rule: rule.category):
        parts.append(f"\n## {category.replace('-', ' ').capitalize()}\n")
        parts += [_rule(rule) for rule in members]
    return "".join(parts)


def _rule(rule: Rule) -> str:
    says = next((example.says for example in rule.examples if example.says), "")
    steps = "".join(f"    - {_inert(step)}\n" for step in rule.explain.do)
    return (
        f"\n### {_inert(phrase(rule.title, {}))}\n\n"
        f"`{rule.name}`, {rule.severity.value}. Looks at: {', '.join(f'`{kind}`' for kind in rule.kind)}.\n\n"
        f"- **Says, for example:** {_inert(says)}\n"
        f"- **Why it matters:** {_inert(rule.explain.why)}\n"
        + (f"- **What to do:**\n{steps}" if steps else "")
        + (
            f"- **How sure:** {rule.explain.confidence.value}. {_inert(rule.explain.because)}\n"
            if rule.explain.because
            else ""
        )
    )


def events_page(catalogue: Catalogue) -> str:
    """Return every kind of event by part of the network, with the codes that mean it."""
    codes = sorted((entry for entry in catalogue.codes.values() if entry.kind), key=lambda entry: entry.code)
    kinds = sorted(catalogue.kinds.values(), key=lambda entry: (info_of(entry.kind).source.value, entry.kind))
    parts = [
        (
            "# Events\n\nWhat can happen, what it means, and what to do. Under each stand the codes by which controllers tell it; "
            "a code in italics is known from other programs only. `unifi-scanner explain CODE` prints the same.\n"
        )
    ]
    for source, members in groupby(kinds, key=lambda entry: info_of(entry.kind).source):
        parts.append(f"\n## {source.value.capitalize()}\n")
        parts += [_kind(entry, [code for code in codes if code.kind == entry.kind]) for entry in members]
    return "".join(parts)


def _kind(entry: KindEntry, codes: Iterable[CodeEntry]) -> str:
    told = ", ".join(_code(code) for code in codes)
    steps = "".join(f"    - {_inert(step)}\n" for step in entry.do)
    return (
        f"\n### {_inert(meaning_of(entry.kind))}\n\n"
        f"`{entry.kind}`, {entry.severity.value} by itself: {_inert(entry.severity_why)}\n\n"
        f"- **Why it matters:** {_inert(entry.why)}\n"
        + (f"- **What to do:**\n{steps}" if steps else f"- **What to do:** {_inert(entry.nothing_to_do)}\n")
        + (f"- **When it is a false alarm:** {_inert(entry.false_alarm)}\n" if entry.false_alarm else "")
        + (f"- **Codes:** {told}\n" if told else "")
    )


def _code(entry: CodeEntry) -> str:
    return f"*`{entry.code}`*" if entry.known is Known.UNCONFIRMED else f"`{entry.code}`"


def _inert(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|])", r"\\\1", text)

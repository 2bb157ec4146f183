"""Pages made from data: every rule and every kind of event, as the program itself knows them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import groupby

from unifi_scanner.detection import Rule, load_rules
from unifi_scanner.models.phrasing import phrase


def made_pages() -> Mapping[str, str]:
    """Return the pages by file name."""
    return {"rules.md": rules_page(load_rules())}


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


def _inert(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|])", r"\\\1", text)

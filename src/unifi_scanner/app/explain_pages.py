"""Answers as a page for a terminal, or as JSON. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from unifi_scanner.app.explaining import Answer
from unifi_scanner.detection.catalogue import KindEntry, Known, meaning_of
from unifi_scanner.detection.glossary import glossary, terms_in
from unifi_scanner.models.kinds import info_of
from unifi_scanner.models.phrasing import tame
from unifi_scanner.reports import escaped_json

WIDTH = 80
MOST_OTHERS = 12
_SURE: Mapping[Known, str] = {
    Known.OBSERVED: "seen on real networks",
    Known.DOCUMENTED: "named by UniFi, not yet seen in a recording",
    Known.UNCONFIRMED: "unconfirmed: no controller was seen to send it",
}


def page_of(asked: str, answers: Sequence[Answer], nearest: Sequence[str]) -> str:
    """Return the answers as text for a person; what was pasted is shown as one short visible line."""
    if not answers:
        return "\n".join(_not_known(asked, nearest)) + "\n"
    lines: list[str] = []
    for number, answer in enumerate(answers):
        lines += [*(["", "─" * WIDTH, ""] if number else []), *_answer(answer)]
    return "\n".join([*lines, *_words(lines)]) + "\n"


def _not_known(asked: str, nearest: Sequence[str]) -> Iterator[str]:
    yield f"We do not know “{tame(asked)}”."
    yield ""
    if nearest:
        yield "The names most like it that we know:"
        yield from (f"  {name}" for name in nearest)
    else:
        yield from _wrapped(
            "Give a code, or paste a whole log line or record in quotes. `unifi-scanner rules coverage` counts what we know.",
            "",
        )


def _answer(answer: Answer) -> Iterator[str]:
    yield _headline(answer)
    if answer.says:
        yield from _part("This record says", answer.says)
    if not answer.is_known:
        yield from _part("What it means", "We do not know this one. What follows holds for all such records.")
    elif answer.code is not None and answer.code.ignored:
        yield from _part("Left out on purpose", answer.meaning)
    else:
        yield from _part("What it means", answer.meaning)
        yield from _example(answer)
        yield from _becomes(answer)
    if answer.entry is not None:
        yield from _advice(answer)
    yield from _rules(answer)
    yield from _others(answer.others)


def _becomes(answer: Answer) -> Iterator[str]:
    kinds = answer.code.becomes if answer.code and not answer.says else ()
    if kinds:
        yield ""
        yield "What its facts may make of it (ask for these by name)"
        for kind in kinds:
            yield from _wrapped(f"{kind}: {meaning_of(kind)}", "  ", "    ")


def _example(answer: Answer) -> Iterator[str]:
    examples = answer.code.examples if answer.code else ()
    if examples and not answer.says:
        yield from _part("How a report words it", examples[0].says)


def _headline(answer: Answer) -> str:
    code = answer.code
    if code is None:
        return str(answer.kind)
    return f"{code.code}  ({code.family.shown}; {_SURE[code.known]})"


def _advice(answer: Answer) -> Iterator[str]:
    entry = answer.entry
    if entry is None:
        return
    yield from _part("How grave it is", f"{entry.severity.value.capitalize()}. {entry.severity_why}")
    yield from _part("Why it matters", entry.why)
    yield from _steps(f"What to do{_which_versions(entry)}", entry.do)
    if entry.nothing_to_do:
        yield from _part(
            "Nothing to do" if not entry.do else "When there is nothing to do", entry.nothing_to_do
        )
    yield from _steps("What to do on UniFi Network 9", entry.do_9)
    yield from _steps("What to do on UniFi Network 8", entry.do_8)
    yield from _part("When it is a false alarm", entry.false_alarm)


def _which_versions(entry: KindEntry) -> str:
    if entry.do_9:
        return " on UniFi Network 10"
    return " on UniFi Network 9 and 10" if entry.do_8 else ""


def _rules(answer: Answer) -> Iterator[str]:
    if answer.kind is None:
        return
    yield ""
    if not answer.looks:
        yield "No rule looks at it"
        yield from _wrapped(answer.silent or "Code of its own may look at it.", "  ")
        return
    yield f"Rules that look at it, as {answer.kind}"
    for look in answer.looks:
        yield from _wrapped(f"{look.name} ({look.severity}): {look.title}", "  ")


def _others(codes: Sequence[str]) -> Iterator[str]:
    if codes:
        yield ""
        yield "Other codes that tell the same"
        shown = [*codes[:MOST_OTHERS], *(["…"] if len(codes) > MOST_OTHERS else [])]
        yield from _wrapped(", ".join(shown), "  ")


def _part(title: str, text: str) -> Iterator[str]:
    if text:
        yield ""
        yield title
        yield from _wrapped(text, "  ")


def _steps(title: str, steps: Sequence[str]) -> Iterator[str]:
    if not steps:
        return
    yield ""
    yield title
    for number, step in enumerate(steps, start=1):
        yield from _wrapped(f"{number}. {step}", "  ", "     ")


def _wrapped(text: str, indent: str, hanging: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=hanging or indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _words(lines: Sequence[str]) -> Iterator[str]:
    terms = terms_in("\n".join(line for line in lines if line.startswith(" ")))
    if not terms:
        return
    yield ""
    yield "Words"
    told: dict[str, str] = {}
    for term in terms:
        told.setdefault(glossary()[term], term)
    for explanation, term in told.items():
        yield from _wrapped(f"{term}: {explanation}", "  ", "    ")


def json_of(asked: str, answers: Sequence[Answer], nearest: Sequence[str]) -> str:
    """Return the answers as JSON for programs."""
    told = [_row(answer) for answer in answers]
    prose = " ".join(text for answer in answers for text in _texts(answer))
    whole = {
        "asked": asked,
        "known": bool(answers) and all(answer.is_known for answer in answers),
        "answers": told,
        "nearest": list(nearest),
        "words": {term: glossary()[term] for term in terms_in(prose)},
    }
    return escaped_json(msgspec.json.format(msgspec.json.encode(whole), indent=2).decode())


def _texts(answer: Answer) -> Iterator[str]:
    yield answer.meaning
    if answer.entry is not None:
        yield from answer.entry.texts().values()


def _row(answer: Answer) -> dict[str, Any]:
    code, entry = answer.code, answer.entry
    return {
        "code": code and code.code,
        "source": code and code.family.value,
        "confidence": code and code.known.value,
        "left_out": (code and code.ignored) or None,
        "kind": answer.kind,
        "may_become": list(code.becomes) if code else [],
        "subject": info_of(answer.kind).subject if answer.kind else None,
        "says": answer.says or None,
        "what": answer.meaning,
        "severity": entry and entry.severity.value,
        "severity_why": entry and entry.severity_why,
        "why": entry and entry.why,
        "do": list(entry.do) if entry else [],
        "do_9": list(entry.do_9 or entry.do) if entry else [],
        "do_8": list(entry.do_8 or entry.do_9 or entry.do) if entry else [],
        "nothing_to_do": (entry and entry.nothing_to_do) or None,
        "false_alarm": entry and entry.false_alarm,
        "rules": [
            {"name": look.name, "severity": look.severity, "title": look.title} for look in answer.looks
        ],
        "no_rule_because": answer.silent or None,
        "examples": [{"event": one.event, "says": one.says} for one in (code.examples if code else ())],
        "other_codes": list(answer.others),
    }

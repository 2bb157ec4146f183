"""The catalogue: every code of every source is explained, and its words are true of what the wire says."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared_data import SHARED
from unifi_scanner.detection.catalogue import CodeEntry, Family, Known, count_codes, meaning_of
from unifi_scanner.detection.catalogue_loader import load_catalogue
from unifi_scanner.detection.catalogue_parsing import parse_codes, parse_kinds
from unifi_scanner.errors import RuleError
from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.models import vocabulary
from unifi_scanner.models.kinds import KINDS
from unifi_scanner.models.telling import sentence_of

CATALOGUE = load_catalogue()
EXPLAINED = [entry for entry in CATALOGUE.codes.values() if entry.kind]
TABLE = SHARED / "events" / "event_keys.tsv"
FAMILIES = {
    "v1-event": Family.EVENT,
    "v2-key": Family.SYSTEM_LOG,
    "v2-event": Family.SYSTEM_LOG,
    "v2-subcategory": Family.GROUP,
    "v2-category-9.x": Family.GROUP,
    "v2-category-10.x": Family.GROUP,
    "cef-signature": Family.CEF,
    "ws-meta.message": Family.STREAM,
    "alarm-manager-webhook": Family.WEBHOOK,
}
needs_the_table = pytest.mark.skipif(
    not TABLE.is_file(), reason="the table of known codes (../shared) is not here"
)


def known_codes() -> list[dict[str, str]]:
    """Return the rows of the table of codes that were ever seen or told of."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_every_kind_has_an_entry() -> None:
    assert sorted(KINDS.keys() - CATALOGUE.kinds.keys()) == []


def test_every_example_says_what_its_entry_promises() -> None:
    wrong = [
        f"{entry.path}: {entry.code}: it must say: {example.says} — but says: {said}"
        for entry in EXPLAINED
        for example in entry.examples
        if (said := sentence_of(normalise_record(example.event)[0])) != example.says
    ]
    assert wrong == []


def test_every_example_is_of_the_kind_its_entry_names() -> None:
    wrong = [
        (entry.code, entry.kind, kind)
        for entry in EXPLAINED
        for example in entry.examples
        if (kind := normalise_record(example.event)[0].kind) not in (entry.kind, *entry.becomes)
    ]
    assert wrong == []


def test_every_kind_that_facts_may_make_of_a_code_has_an_example() -> None:
    missing = [
        (entry.code, kind)
        for entry in EXPLAINED
        for kind in entry.becomes
        if kind not in {normalise_record(example.event)[0].kind for example in entry.examples}
    ]
    assert missing == []


def test_an_example_carries_the_code_it_is_an_example_of() -> None:
    wrong = [
        entry.code
        for entry in EXPLAINED
        for example in entry.examples
        if "*" not in entry.code and entry.code.rpartition(":")[2] not in repr(example.event)
    ]
    assert wrong == []


def test_no_sentence_holds_a_code_a_brace_or_a_gap() -> None:
    raw = re.compile(r"EVT_|[A-Z]{3,}_[A-Z]|[{}\[\]]|\bNone\b|  |\.\.")
    sentences = [(entry.code, one.says) for entry in EXPLAINED for one in entry.examples]
    sentences += [(entry.code, entry.meaning) for entry in CATALOGUE.codes.values()]
    wrong = [
        (code, said) for code, said in sentences if raw.search(said) or not said.endswith((".", ").", "”."))
    ]
    assert wrong == []


def test_every_kind_agrees_with_the_vocabulary() -> None:
    told_by_the_alert = Family.WEBHOOK
    wrong = [
        (entry.code, entry.kind)
        for entry in EXPLAINED
        if "*" not in entry.code
        and entry.family is not told_by_the_alert
        and vocabulary.kind_of_event_type(entry.code) != entry.kind
    ]
    assert wrong == []


def test_every_code_of_the_vocabulary_is_in_the_catalogue() -> None:
    told = [
        *((Family.EVENT, code) for code in vocabulary.V1),
        *(
            (Family.EVENT, f"EVT_{group}_{suffix}")
            for group in vocabulary.DEVICE_GROUPS
            for suffix in vocabulary.DEVICE_SUFFIXES
        ),
        *((Family.SYSTEM_LOG, code) for code in vocabulary.V2),
        *((Family.CEF, f"CEF:{code}") for code in vocabulary.CEF),
        *((Family.STREAM, code) for code in (*vocabulary.FRAMES, *vocabulary.EVENT_FRAMES)),
        *((Family.STREAM, f"{group}:anything") for group in vocabulary.CONFIG_FRAMES),
    ]
    assert [code for family, code in told if CATALOGUE.covers(family, code) is None] == []


@needs_the_table
def test_every_known_code_is_explained_or_left_out_for_a_reason() -> None:
    missing = [
        row["key"]
        for row in known_codes()
        if (entry := CATALOGUE.covers(FAMILIES[row["kind"]], row["key"])) is None or not is_whole(entry)
    ]
    assert missing == []


@needs_the_table
def test_no_code_claims_to_be_surer_than_it_is() -> None:
    words = {"observed": Known.OBSERVED, "documented": Known.DOCUMENTED}
    best: dict[tuple[Family, str], set[Known]] = {}
    for row in known_codes():
        sure = words.get(row["confidence"], Known.UNCONFIRMED)
        best.setdefault((FAMILIES[row["kind"]], row["key"]), set()).add(sure)
    order = [Known.OBSERVED, Known.DOCUMENTED, Known.UNCONFIRMED]
    wrong = [
        (code, entry.known)
        for (family, code), entry in CATALOGUE.codes.items()
        if entry.known is not min(best.get((family, code), {Known.UNCONFIRMED}), key=order.index)
    ]
    assert wrong == []


def is_whole(entry: CodeEntry) -> bool:
    """Say whether an entry has a reason to be left out, or a Kind that is explained, and an example."""
    return bool(entry.ignored) or (entry.kind in CATALOGUE.kinds and bool(entry.examples))


def test_the_counts_leave_no_gap() -> None:
    counts = count_codes(CATALOGUE)
    assert {one.family for one in counts} == set(Family)
    assert [one for one in counts if one.explained + one.ignored != one.known] == []
    assert sum(one.known for one in counts) >= 550


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        ("EVT_WU_Roam", "EVT_WU_Roam"),
        ("evt_wu_roam", "EVT_WU_Roam"),
        ("wu.roam", "EVT_WU_Roam"),
        ("sw.poe_overload", "EVT_SW_PoeOverload"),
        (" CLIENT_ROAMED_2 ", "CLIENT_ROAMED_2"),
        ("client_roamed_v7", "CLIENT_ROAMED"),
        ("THREAT_BLOCKED_KNOWN_SOURCE_CLIENT_V9", "THREAT_BLOCKED"),
        ("201", "CEF:Network:201"),
        ("Network 201", "CEF:Network:201"),
        ("UniFi OS 1005", "CEF:OS:1005"),
        ("CEF:Protect:2159", "CEF:Protect:2159"),
        ("EVT_NU_Overheat", "EVT_*_Overheat"),
        ("nu.overheat", "EVT_*_Overheat"),
        ("wlanconf:purge", "wlanconf:*"),
        ("sta:sync", "sta:sync"),
        ("event.threat_detected", "event.threat_detected"),
        ("MONITORING_WIFI", "MONITORING_WIFI"),
    ],
)
def test_a_code_is_found_in_any_spelling(spelling: str, code: str) -> None:
    entry = CATALOGUE.code(spelling)
    assert entry is not None
    assert entry.code == code


def test_a_code_nobody_knows_is_not_found_but_has_neighbours() -> None:
    assert CATALOGUE.code("EVT_WU_Rome") is None
    assert "EVT_WU_Roam" in CATALOGUE.nearest("EVT_WU_Rome")
    assert CATALOGUE.nearest("\x1b[2J") == []


@given(st.text(max_size=80))
def test_any_text_can_be_looked_up(text: str) -> None:
    found = CATALOGUE.code(text)
    assert found is None or found.meaning


def test_the_meaning_of_a_kind_names_nobody() -> None:
    assert meaning_of("client.roamed") == "A device moved from one access point to another."


GOOD = {"kind": "client.roamed", "confidence": "observed", "event": {"key": "EVT_WU_Roam"}, "says": "…"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "client.romed"}, "did you mean 'client.roamed'?"),
        ({"ignored": "No."}, "give either `kind`, or `ignored`"),
        ({"confidence": "sure"}, "unknown word 'sure'"),
        ({"event": {}}, "this must be a record of the wire"),
        ({"sayz": "x"}, "did you mean 'says'?"),
        ({"more": "x"}, "this must be a list of tables"),
    ],
)
def test_a_code_entry_that_is_wrong_is_refused_with_its_place(change: dict[str, object], said: str) -> None:
    with pytest.raises(RuleError) as caught:
        list(parse_codes({"EVT_WU_Roam": GOOD | change}, "codes/event/x.toml", Family.EVENT))
    assert said in str(caught.value)
    assert 'codes/event/x.toml: "EVT_WU_Roam"' in str(caught.value)


def test_a_code_without_an_example_is_refused() -> None:
    with pytest.raises(RuleError, match="give a record as a controller sends it"):
        list(parse_codes({"X": {"kind": "client.roamed", "confidence": "observed"}}, "x.toml", Family.EVENT))


KIND = {"severity": "low", "severity_why": "a", "why": "b", "do": ["c"], "false_alarm": "d"}


@pytest.mark.parametrize(
    ("kind", "change", "said"),
    [
        ("client.romed", {}, "did you mean 'client.roamed'?"),
        ("client.roamed", {"do": []}, "give steps, or `nothing_to_do`"),
        ("client.roamed", {"severity": "grave"}, "unknown word 'grave'"),
        ("client.roamed", {"why": " "}, "this must be a text"),
        ("client.roamed", {"do_7": ["x"]}, "unknown key"),
    ],
)
def test_a_kind_entry_that_is_wrong_is_refused_with_its_place(
    kind: str, change: dict[str, object], said: str
) -> None:
    with pytest.raises(RuleError) as caught:
        list(parse_kinds({kind: KIND | change}, "kinds/x.toml"))
    assert said in str(caught.value)
    assert f'kinds/x.toml: "{kind}"' in str(caught.value)


def test_the_idle_service_does_not_load_it() -> None:
    sources = Path(vocabulary.__file__).parents[1]
    asking = {
        path.relative_to(sources).as_posix()
        for path in sources.rglob("*.py")
        if "catalogue_loader import" in path.read_text(encoding="utf-8")
    }
    assert asking <= {"app/explain_code.py", "cli/rules.py"}

"""Every sentence of the catalogue, the glossary and the rules can be read by a thirteen-year-old."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tests.detection.readability import filled, problems_of, unexplained_in, without_menus
from unifi_scanner.detection import load_rules
from unifi_scanner.detection.catalogue_loader import load_catalogue
from unifi_scanner.detection.glossary import glossary, terms_in
from unifi_scanner.models.kinds import KINDS


def prose() -> Iterator[tuple[str, str]]:
    """Yield every text for people with its file and the key it stands under."""
    catalogue = load_catalogue()
    for code in catalogue.codes.values():
        for key in ("means", "ignored"):
            yield f'{code.path}: "{code.code}".{key}', getattr(code, key)
    for kind in catalogue.kinds.values():
        yield from ((f'{kind.path}: "{kind.kind}".{key}', text) for key, text in kind.texts().items())
    for name, info in KINDS.items():
        yield f"models/kinds.py: {name}", filled(info.sentence)
    for term, explanation in glossary().items():
        yield f'catalogue/glossary.toml: "{term}"', explanation
    for rule in load_rules():
        explain = rule.explain
        texts = {"what": explain.what, "why": explain.why} | {f"do[{n}]": t for n, t in enumerate(explain.do)}
        yield from ((f"{rule.path}: explain.{key}", filled(text)) for key, text in texts.items())


def test_every_text_is_easy_to_read() -> None:
    assert [f"{where}: {said}" for where, text in prose() if text for said in problems_of(text)] == []


def test_the_measure_reads_nothing_from_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the measure of readability must not reach for the network")

    monkeypatch.setattr(socket, "socket", refuse)
    assert list(problems_of("The cat sat on the mat.")) == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Look here: Settings > Control Plane > Admins & Users.", "Look here: the menu."),
        ("Open UniFi Devices > the access point > Settings > Radios and lower it.", "the menu and lower it."),
        ("Plug it in. UniFi Devices > {device} > Overview shows where.", "Plug it in. the menu shows where."),
        ("See Settings \u203a Lock to Access Point, then wait.", "the menu, then wait."),
        ("Wait for 5 minutes.", "Wait for 5 minutes."),
    ],
)
def test_menu_paths_are_left_out_of_the_measure(text: str, left: str) -> None:
    assert without_menus(text) == left


def test_hard_words_long_sentences_and_unexplained_abbreviations_are_found() -> None:
    hard = "Notwithstanding intermittent interoperability considerations, authentication deteriorated considerably."
    assert any(said.startswith("grade") for said in problems_of(hard))
    assert any("26 words" in said for said in problems_of(" ".join(["word"] * 26)))
    assert unexplained_in("The AP lost its DFS channel, its USB stick and its QZX.") == ["QZX"]


def test_terms_are_found_once_in_the_order_they_come() -> None:
    text = (
        "The access points heard radar (DFS). Another access point asked the DHCP server; dfs and PoE stayed."
    )
    assert terms_in(text) == ["access point", "DFS", "DHCP server", "PoE"]
    assert terms_in("A supported thing, without any-port, linked at 2.5 GHz.") == ["GHz"]


def test_the_glossary_explains_with_words_it_need_not_explain_itself() -> None:
    circular = [term for term, told in glossary().items() if term in terms_in(told)]
    assert circular == []


def test_the_glossary_is_read_only() -> None:
    with pytest.raises(TypeError):
        glossary()["AP"] = "x"  # type: ignore[index]

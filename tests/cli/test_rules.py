"""`rules new` and `rules replay`, as typed."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from unifi_scanner import clock
from unifi_scanner.app.channels import DATA_FILE
from unifi_scanner.cli import main
from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.models.kinds import KINDS
from unifi_scanner.store import Shard, open_store


@pytest.mark.parametrize(
    "kind", ["client.roamed", "client.connected", "wan.down", "client.state", "admin.signed_in"]
)
def test_a_new_rule_passes_its_own_test_where_an_example_of_its_kind_is_known(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules", "new", "my-rule", kind, "--rules-dir", str(tmp_path)]) == 0
    path = Path(capsys.readouterr().out.strip())
    assert path == tmp_path / "own" / "my-rule.toml"
    has_examples = "[[example]]\nnote" in path.read_text()
    assert main(["rules", "test", "--rules-dir", str(tmp_path)]) == (0 if has_examples else 2), (
        capsys.readouterr().out
    )


def test_every_kind_gives_a_rule_that_can_be_loaded(tmp_path: Path) -> None:
    for number, kind in enumerate(sorted(KINDS)):
        assert main(["rules", "new", f"rule-{number}", kind, "--rules-dir", str(tmp_path)]) == 0
    assert main(["rules", "list", "--json", "--rules-dir", str(tmp_path)]) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["../evil", "client.roamed"], "no name for a rule"),
        (["good", "client.roamd"], "client.roamed"),
        (["good", "client.roamed", "--category", "../../etc"], "no category for a rule"),
    ],
)
def test_a_new_rule_that_cannot_be_says_why(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules", "new", *arguments, "--rules-dir", str(tmp_path / "rules")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "rules").exists()


def test_a_rule_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    assert main(["rules", "new", "mine", "client.roamed", "--rules-dir", str(tmp_path)]) == 0
    before = (tmp_path / "own" / "mine.toml").read_text()
    assert main(["rules", "new", "mine", "wan.down", "--rules-dir", str(tmp_path)]) == 2
    assert (tmp_path / "own" / "mine.toml").read_text() == before


@pytest.fixture
def past(tmp_path: Path) -> Path:
    """Return a data directory whose store holds two switches lost and one found again."""
    now = clock.now() - timedelta(days=2)
    rows = [
        {"key": "EVT_SW_Lost_Contact", "sw": f"d0:21:f9:00:00:0{number}", "sw_name": f"Switch {number}",
         "time": int(now.timestamp() * 1000) + number * 86_400, "_id": f"{number:024x}"}
        for number in (1, 2)
    ]  # fmt: skip
    data = tmp_path / "data"
    with closing(open_store(data / DATA_FILE)) as store:
        entries = [entry for row in rows for entry in normalise_record(row)]
        store.add(Shard("https://console", "default"), entries)
    return data


def replay(past: Path, *more: str) -> list[str]:
    """Return the arguments that replay what is stored."""
    return ["rules", "replay", "--data-dir", str(past), *more]


def test_a_replay_tells_what_changed_rules_would_have_said(
    past: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "overrides.toml").write_text(
        '[[override]]\nrule = "device-offline"\ndevice = "Switch 1"\nmute = true\n'
        '[[override]]\nrule = "device-offline"\ndevice = "Switch 2"\nseverity = "critical"\n'
    )
    assert main(replay(past, "--with", str(mine))) == 0
    told = capsys.readouterr().out
    assert "Switch 1" in next(line for line in told.splitlines() if line.startswith("- "))
    assert "[critical] Switch 2" in told
    assert "0 more, 1 fewer, 1 changed" in told
    assert main(replay(past, "--with", str(mine), "--json")) == 0
    (site,) = json.loads(capsys.readouterr().out)
    assert [finding["rule"] for finding in site["fewer"]] == ["device-offline"]
    assert [pair["to"]["severity"] for pair in site["changed"]] == ["critical"]


def test_a_replay_with_the_same_rules_finds_no_difference(
    past: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(replay(past)) == 0
    assert "0 more, 0 fewer, 0 changed" in capsys.readouterr().out


def test_a_replay_of_nothing_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(replay(tmp_path / "empty")) == 2
    assert "Nothing is stored" in capsys.readouterr().err

"""`health`: degraded is not dead."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from unifi_scanner.app.data_in_use import in_use
from unifi_scanner.cli import main


def test_a_service_that_hears_nothing_is_degraded_and_one_that_is_not_there_is_down(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["health", "--json", "--data-dir", str(tmp_path)]
    with in_use(tmp_path):
        assert main([*words, "--alive"]) == 0
        assert json.loads(capsys.readouterr().out)["status"] == "degraded"
        assert main(words) == 1
        capsys.readouterr()
    assert main([*words, "--alive"]) == 1
    assert json.loads(capsys.readouterr().out)["status"] == "down"

"""An afternoon without Internet, told over real sockets, comes to two stories with their causes."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.running import command, environment, until
from unifi_scanner.sim import SimulatedController, load_scenario

LONG = timedelta(hours=3)


def report_on_the_afternoon(data_dir: Path) -> Any:
    began = datetime.now(UTC) - LONG
    with SimulatedController(load_scenario("outage"), speed=20_000, start_at=began) as twin:
        twin.play()
        assert until(twin.finished)
        asked = command("report", "--since", (began - timedelta(minutes=5)).isoformat(), "--json")
        done = subprocess.run(
            asked, env=environment(twin, data_dir), capture_output=True, timeout=60, check=True
        )
    return json.loads(done.stdout)


@pytest.mark.timeout(120)
def test_an_afternoon_without_internet_is_two_stories_with_their_causes(tmp_path: Path) -> None:
    report = report_on_the_afternoon(tmp_path)
    stories = {incident["rule"]: incident for incident in report["incidents"]}
    assert stories.keys() == {"on-backup-line", "power-went-out"}
    line, power = stories["on-backup-line"], stories["power-went-out"]
    assert "failed twice" in line["what"]
    assert "1 hour 23 minutes in all" in line["what"]
    assert "the Internet moved to the backup line WAN2" in line["what"]
    assert (
        power["title"]
        == "The power went out for 33 minutes, and took 2 access points, 2 switches and 3 devices with it"
    )
    assert power["cause"] == "The power went out; the battery backup took over."
    assert line["ended"]
    assert power["ended"]
    known = {finding["id"]: finding["incident"] for finding in report["findings"]}
    assert all(known[id_] == story["id"] for story in (line, power) for id_ in story["findings"])
    assert set(report["needs_you"]) == {line["id"], power["id"]}
    roles = [beat["role"] for beat in power["timeline"]]
    assert roles == ["cause", "consequence", "consequence", "recovery", "recovery"]

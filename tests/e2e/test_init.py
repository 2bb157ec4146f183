"""`init` at a real terminal, against a simulated controller."""

from __future__ import annotations

import os
import pty
import re
import select
import stat
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.running import PASSWORD, clean_environment, command
from unifi_scanner.config import load_settings
from unifi_scanner.sim import SimulatedController, load_scenario


class Terminal:
    """A person at a terminal: reads until a question comes, then types an answer."""

    def __init__(self, words: list[str], env: dict[str, str], folder: Path) -> None:
        self._own, theirs = pty.openpty()
        self.process = subprocess.Popen(
            words, env=env, stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, start_new_session=True
        )
        os.close(theirs)
        self.shown = ""

    def answer(self, question: str, text: str) -> None:
        """Wait for a question, and type the answer to it."""
        assert self._reads(question), f"waited for {question!r} in:\n{self.shown[-3000:]}"
        os.write(self._own, f"{text}\n".encode())

    def _reads(self, wanted: str, seconds: float = 60) -> bool:
        seen, until = len(self.shown), time.monotonic() + seconds
        while time.monotonic() < until:
            if re.search(wanted, self.shown[seen:]):
                return True
            if not self._read_more():
                return False
        return False

    def _read_more(self) -> bool:
        ready, _, _ = select.select([self._own], [], [], 0.2)
        try:
            self.shown += os.read(self._own, 65_536).decode(errors="replace") if ready else ""
        except OSError:
            return False
        return True

    def end(self) -> int:
        """Return the exit code, with everything that was shown read."""
        while self._read_more() and self.process.poll() is None:
            pass
        code = self.process.wait(30)
        while select.select([self._own], [], [], 0)[0] and self._read_more():
            pass
        os.close(self._own)
        return code

    def leave(self) -> None:
        """Hang up, whatever it is doing."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)


def set_up(person: Terminal, twin: SimulatedController) -> None:
    """Answer every question, some of them wrong at first."""
    person.answer("Address of your controller|Which one", "no-such-host.invalid")
    person.answer("could not be reached[^§]*Address of your controller", f"https://127.0.0.1:{twin.port}")
    person.answer("Pin it", "y")
    person.answer("How should it sign in", "")
    person.answer("Name of the account", "scanner")
    person.answer("Password", "wrong")
    person.answer("How should it sign in", "1")
    person.answer("Name of the account", "scanner")
    person.answer("Password", PASSWORD)
    person.answer("Which site", "1")
    person.answer("When", "every now and then")
    person.answer("When", "weekly on mon at 06:30")
    person.answer("Set up e-mail", "")


@pytest.mark.slow
def test_a_first_hour_ends_with_settings_and_a_report(tmp_path: Path) -> None:
    with SimulatedController(load_scenario("quiet-week")) as twin:
        twin.emit("EVT_WU_Connected", user="02:00:00:00:00:01", ssid="Home")
        env = clean_environment() | {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}
        person = Terminal(command("init"), env, tmp_path)
        try:
            set_up(person, twin)
            assert person.end() == 0, person.shown
        finally:
            person.leave()
    file = tmp_path / "unifi-scanner.toml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    settings = load_settings(config_path=file, environ={}, for_controller=True)
    assert (settings.host, settings.port) == ("127.0.0.1", twin.port)
    assert settings.tls_fingerprint is not None
    assert settings.schedule_preset is not None
    assert settings.site == "Default"
    assert "[ok] System log" in person.shown
    assert "unifi-scanner run --config" in person.shown
    assert PASSWORD not in person.shown
    assert "wrong" not in person.shown.replace("wrong.", "")


def test_without_a_terminal_it_says_so_and_asks_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        command("init"), env=clean_environment(), cwd=tmp_path, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "no terminal" in done.stderr
    assert not list(tmp_path.iterdir())

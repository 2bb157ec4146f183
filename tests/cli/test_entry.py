"""Exit codes, help, and what is told when something goes wrong."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.cli.failing import FAILURES
from unifi_scanner import __version__
from unifi_scanner.cli import main
from unifi_scanner.cli.verbs import VERBS, Verb
from unifi_scanner.log import register_secret

EXIT_CODES = {
    "config": 2, "site": 2, "data": 2, "unreachable": 3, "certificate": 3, "refused": 4, "throttled": 4,
    "store": 1, "delivery": 5, "disk": 1, "interrupt": 130,
}  # fmt: skip
HEAVY = (
    "pydantic",
    "httpx2",
    "structlog",
    "jinja2",
    "websockets",
    "apscheduler",
    "sqlite3",
    "asyncio",
    "aiohttp",
)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the command line a verb that fails."""
    monkeypatch.setitem(VERBS, "fail", Verb("tests.cli.failing", "fail as told"))


def scanner(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program in a process of its own."""
    command = [sys.executable, "-m", "unifi_scanner", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(("how", "code"), EXIT_CODES.items())
@pytest.mark.usefixtures("failing")
def test_every_failure_has_its_exit_code_and_no_traceback(
    how: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fail", how]) == code
    told = capsys.readouterr()
    assert told.out == ""
    assert "Traceback" not in told.err
    if how != "interrupt":
        assert told.err.startswith("error: ")


@pytest.mark.usefixtures("failing")
def test_all_problems_are_told_one_a_line_and_the_hint_last(capsys: pytest.CaptureFixture[str]) -> None:
    main(["fail", "config"])
    assert capsys.readouterr().err.splitlines() == [
        "error: UNIFI_PORT: bad.", "error: UNIFI_HOST: bad.", "hint: Mend both.",
    ]  # fmt: skip


@pytest.mark.usefixtures("failing")
def test_a_secret_in_an_error_is_not_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    register_secret("Tr0ub4dor&3")
    monkeypatch.setitem(FAILURES, "disk", OSError("cannot open Tr0ub4dor&3"))
    main(["fail", "disk"])
    assert "Tr0ub4dor" not in capsys.readouterr().err


def test_an_unexpected_error_ends_with_1_a_traceback_and_no_secret() -> None:
    program = (
        "from unifi_scanner.cli import main; from unifi_scanner.cli.verbs import VERBS, Verb;"
        "from unifi_scanner.log import register_secret; register_secret('division');"
        "VERBS['fail'] = Verb('tests.cli.failing', 'x'); main(['fail', 'bug'])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert "ZeroDivisionError" in ended.stderr
    assert "Please report" in ended.stderr
    assert "division" not in ended.stderr.replace("ZeroDivisionError", "")


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m unifi_scanner config schema | head -c 1"
    ended = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60, check=False)  # noqa: S602
    assert ended.stdout == "{"
    assert ended.stderr == ""


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([verb, "--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert f"unifi-scanner {verb}" in told
    assert "--config" in told


def test_help_lists_every_verb_and_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    told = capsys.readouterr().out
    assert all(f"    {verb} " in told for verb in VERBS)
    assert "exit codes" in told


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys; from unifi_scanner.cli.entry import build_parser;"
        "verbs = ['demo', 'run', 'report', 'analyze', 'tail', 'doctor', 'health', 'rules', 'config', 'simulate'];"
        f"build_parser(verbs).format_help(); print([name for name in {HEAVY} if name in sys.modules])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert ended.stdout.strip() == "[]"


def test_the_version_is_told() -> None:
    assert scanner("--version").stdout == f"unifi-scanner {__version__}\n"


@pytest.mark.parametrize(
    "arguments", [[], ["dance"], ["report", "--sinse", "2h"], ["analyze"], ["run", "extra"]]
)
def test_wrong_usage_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: unifi-scanner" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["run", "report", "tail", "doctor"])
def test_a_verb_without_its_controller_says_what_is_missing(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([verb]) == 2
    told = capsys.readouterr().err
    assert all(name in told for name in ("UNIFI_HOST", "UNIFI_USERNAME", "UNIFI_PASSWORD"))


@pytest.mark.parametrize("since", ["yesterday", "2100-01-01"])
def test_a_since_that_is_not_understood_ends_with_2(
    since: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("UNIFI_API_KEY", "k" * 20)
    assert main(["report", "--host", "127.0.0.1", "--since", since]) == 2
    assert "--since" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        *((verb,) for verb in VERBS if verb not in ("rules", "config", "init")),
        ("rules", "list"),
        ("config", "show"),
    ],
)
def test_every_verb_speaks_to_programs_too(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    told = capsys.readouterr().out
    assert ended.value.code == 0
    assert "--json" in told
    assert "--format" in told

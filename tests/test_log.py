from __future__ import annotations

import json
import subprocess
import sys

import pytest

from unifi_scanner.log import REDACTED, redact, redact_event, register_secret

PROGRAM = """
import os, sys, structlog
from unifi_scanner.log import set_up_logging
set_up_logging("INFO")
sys.stderr.close()
structlog.get_logger().warning("socket_lost", reason="the disk is full")
sys.stderr = open("/dev/full", "w", buffering=1)
structlog.get_logger().warning("socket_lost", reason="the disk is full")
print("still running", flush=True)
os._exit(0)
"""


def test_a_log_that_cannot_be_written_stops_nothing_else() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "still running\n")


SECRETS = ("default", "admin", "pw1!", "correct horse", "Rosebud", "k" * 40, "a+b/c==", "eyJhb.eyJj.sig-_x")


@pytest.fixture
def secrets() -> None:
    for secret in SECRETS:
        register_secret(secret)


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize(
    "text",
    [
        "https://scanner:correct horse@host/",
        '{"password": "correct horse"}',
        "password=correct horse&rememberMe=true",
        "X-API-KEY: " + "k" * 40,
        "Cookie: TOKEN=a+b/c==; Path=/",
        "Cookie: TOKEN=eyJhb.eyJj.sig-_x",
        "said (correct horse), twice: correct horse.",
        "Rosebud",
        "TOKEN%3D" + "k" * 40,
        "password: pw1!",
        '{"password":"pw1!"}',
        "password=pw1!&user=root",
        "'passwd': 'pw1!'",
        "https://host/login?api_key=pw1!",
        "smtp_password = pw1!",
        '{"password": "default"}',
        'token: "default"',
    ],
)
def test_a_secret_is_blanked_wherever_it_stands(text: str) -> None:
    told = redact(text)
    assert REDACTED in told
    assert not any(secret in told for secret in SECRETS)


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize(
    "text",
    [
        "The site default answers as admin.",
        "The site defaults to Main.",
        "Two Rosebuds, one Rosebudding",
        "by_default it is on, redefaulted",
        "The passwords that were used on it.",
        "pw1!",  # too short to be told from an ordinary word
        "A password was wrong: check it.",
        "a wrong Wi-Fi password: 3 times",
        "session_opened site=default2",
        "kkkkkkkkk",
        "Token ring: old technology",
    ],
)
def test_ordinary_words_stay_though_somebody_chose_one_as_a_password(text: str) -> None:
    assert redact(text) == text


@pytest.mark.usefixtures("secrets")
def test_values_beside_the_name_of_a_secret_are_blanked_in_log_events_whatever_they_are() -> None:
    told = redact_event(
        None, "", {"event": "x", "password": "ab", "nested": {"api_key": "ab", "who": "correct horse"}}
    )
    assert told == {
        "event": "x",
        "password": REDACTED,
        "nested": {"api_key": REDACTED, "who": REDACTED},
    }


HOSTILE = (
    "x\r\n2026-01-01T00:00:00Z [info     ] service_stopped", "\x1b[2Jx\x07", "\x9b31m", "\u202egnp.exe", "\u2028l",
    "\ud800 x", "\x00", "<script>", "\U0001f4a9" * 2_560,
)  # fmt: skip
SPEAKER = """
import json, logging, sys, structlog
from unifi_scanner.log import set_up_logging
words = json.loads(sys.argv[1])
set_up_logging("DEBUG", as_json=sys.argv[2] == "json")
for word in words:
    structlog.get_logger().info("thing_happened", name=word, reason=ValueError(word), raw={word: [word]})
    logging.getLogger("library").warning("said %s", word)
    try:
        raise ValueError(word)
    except ValueError:
        structlog.get_logger().exception("job_failed")
        logging.getLogger("library").exception("said %s", word)
"""


@pytest.mark.parametrize("form", ["console", "json"])
def test_one_event_stays_one_line_whatever_a_stranger_says(form: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SPEAKER, json.dumps(HOSTILE), form],
        capture_output=True, encoding="utf-8", errors="surrogateescape", check=True,
    )  # fmt: skip
    lines = done.stderr.split("\n")
    assert [line for line in lines if not line.isprintable()] == []
    begun = [line for line in lines if line and not line.startswith("    ")]
    assert len(begun) == 4 * len(HOSTILE)
    assert not [line for line in begun if line.startswith("2026-01-01")]
    assert done.stderr.count("Traceback") == 2 * len(HOSTILE)


def test_a_secret_in_a_librarys_traceback_is_blanked() -> None:
    said = SPEAKER.replace("words = ", "from unifi_scanner.log import register_secret\nregister_secret('hunter22')\nwords = ")  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", said, json.dumps(["hunter22"]), "console"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "hunter22" not in done.stderr

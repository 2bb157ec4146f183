"""`notify test`: a real message through every channel."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.delivery.http_server import receiver, unused_port
from tests.delivery.mail_server import mail_server
from tests.e2e.running import clean_environment, command


def notify(data_dir: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environ = clean_environment() | {"UNIFI_DATA_DIR": str(data_dir)} | settings
    return subprocess.run(
        command("notify", "test", "--json"),
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_every_channel_is_tried_and_each_says_how_it_fared(tmp_path: Path) -> None:
    with mail_server("none") as inbox, receiver() as hook:
        done = notify(
            tmp_path / "data",
            UNIFI_SMTP_HOST="127.0.0.1",
            UNIFI_SMTP_PORT=str(inbox.port),
            UNIFI_SMTP_SECURITY="none",
            UNIFI_EMAIL_TO="anna@example.org",
            UNIFI_WEBHOOK_URL=f"{hook.url}/secret-path",
            UNIFI_APPRISE_URLS=f"ntfy://127.0.0.1:{unused_port()}/very-secret-topic",
            UNIFI_FILE_DIR=str(tmp_path / "files"),
        )
    rows = {row["channel"].partition("-")[0]: row["ok"] for row in json.loads(done.stdout)}
    assert rows == {"email": True, "webhook": True, "ntfy": False, "file": True}
    assert done.returncode == 5
    assert "very-secret-topic" not in done.stdout + done.stderr
    assert "secret-path" not in done.stdout + done.stderr
    assert inbox.mails[0]["Subject"] == "UniFi Scanner: this is a test"
    assert json.loads(hook.taken[0].body)["type"] == "test"
    assert (tmp_path / "files" / "unifi-scanner-test.txt").exists()


def test_without_any_channel_the_report_directory_is_tried(tmp_path: Path) -> None:
    done = notify(tmp_path / "data")
    assert [(row["channel"], row["ok"]) for row in json.loads(done.stdout)] == [("file", True)]
    assert done.returncode == 0

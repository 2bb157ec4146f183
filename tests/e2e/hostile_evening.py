"""An evening among hostile names: a controller full of them, the real service, and everything it puts out."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final

from tests.delivery.mail_server import Inbox, mail_server
from tests.e2e.running import ask_to_stop, command, entries_of, environment, service, until
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.sim import LedgerRow, SimulatedController, parse_scenario

NAMES: Final = {
    "script": "<script>alert(1)</script>",
    "handler": '"><img src=x onerror="parent.pwned=\'image\'">',
    "frame": "</title></style><iframe srcdoc=\"<script>top.pwned='frame'</script>\">",
    "clear screen": "\x1b[2J\x1b]0;owned\x07\x9b31m",
    "right to left": "\u202egnp.exe\u2066\u200f",
    "bcc": "x\r\nBcc: evil@example.org\r\n\r\nbody",
    "line separators": "one\u2028two\u2029three\x85four\x0bfive",
    "emoji": "\U0001f4a9" * 2_560,  # 10 KB of UTF-8
    "nul": "before\x00after",
    "template": "{{7*7}}{% raw %}${7*7}[[ {client} ]]",
    "sql": "'; DROP TABLE entries;--",
    "path": "../../etc/passwd",
    "forged log": "x\n2026-01-01T00:00:00Z [info     ] service_stopped",
    "half a surrogate": "half \ud800 a pair",
}
# JSON cannot carry half a pair: the wire's own reader puts the mark of a lost character there
ON_THE_WIRE: Final = {what: name.replace("\ud800", "\ufffd") for what, name in NAMES.items()}
TRIED: Final = "Invalid user "
RECIPIENT, SENDER = "anna@example.org", "scanner@example.org"
SITES: Final = {"default": "forged log", "cabin": "clear screen", "attic": "bcc"}
FIELDS: Final = ("ssid", "hostname", "ap_name", "ap_displayName", "essid", "admin", "msg", "network_name")


@dataclass(frozen=True, kw_only=True)
class Evening:
    """What happened, what was stored, and what was put out."""

    ledger: list[LedgerRow]
    stored: list[LogEntry]
    put_out: dict[str, str]
    tailed: str
    log: str
    mail: EmailMessage
    raw_mail: bytes
    recipients: list[list[str]]
    mails: list[EmailMessage]
    files: list[Path]
    root: Path


@contextmanager
def evening(root: Path) -> Iterator[Evening]:
    """Live through it once, and yield what came of it."""
    with SimulatedController(parse_scenario(house(), "hostile.toml")) as twin, mail_server("none") as inbox:
        port = free_port()
        env = environment(
            twin, root / "data", UNIFI_SYSLOG_UDP_PORT=str(port), UNIFI_SYSLOG_BIND="127.0.0.1", UNIFI_SMTP_HOST="127.0.0.1", UNIFI_SMTP_PORT=str(inbox.port),
            UNIFI_SMTP_SECURITY="none", UNIFI_EMAIL_TO=RECIPIENT, UNIFI_EMAIL_FROM=SENDER, UNIFI_LOG_LEVEL="DEBUG",
            UNIFI_FILE_DIR=str(root / "reports"),
        )  # fmt: skip
        tail_file = root / "tail"
        with service(env, root / "log") as process, tailing(env, tail_file) as tail:
            assert until(lambda: twin.connections() == 2, 40), (root / "log").read_text()
            speak(twin)
            send_lines(port)
            assert until(lambda: len(entries_of(root / "data")) >= len(twin.ledger()) + len(NAMES), 40)
            assert until(lambda: tail_file.read_text(errors="replace").count("\n") >= len(NAMES) * 5, 20)
            tail.terminate()
            tail.wait(10)
            assert ask_to_stop(process)[0] == 0
        put_out = {form: run(env, "report", "--since", "2h", *words) for form, words in FORMS.items()}
        put_out |= {verb: run(env, verb) for verb in ("doctor", "health")}
        put_out["unknown site"] = run(env | {"UNIFI_SITE": "nowhere"}, "report", code=2)
        pages = run(
            env | {"UNIFI_SITE": "all"}, "report", "--format", "html", "--output", str(root / "pages.html")
        )
        put_out["names of pages"] = pages
        yield _evening(root, twin, inbox, put_out, tail_file)


FORMS: Final = {
    "text": (), "json": ("--json",), "html": ("--format", "html"), "entries": ("--entries",), "deliver": ("--deliver",),
}  # fmt: skip


def _evening(
    root: Path, twin: SimulatedController, inbox: Inbox, put_out: dict[str, str], tail: Path
) -> Evening:
    return Evening(
        ledger=twin.ledger(), stored=entries_of(root / "data"), put_out=put_out, tailed=_text(tail),
        log=_text(root / "log"), mail=inbox.mails[-1], raw_mail=inbox.raw[-1], recipients=inbox.to, mails=list(inbox.mails),
        files=[path for path in root.rglob("*") if path.is_file()], root=root,
    )  # fmt: skip


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def run(env: dict[str, str], *words: str, code: int = 0) -> str:
    """Return what the program prints, to the byte: its answer, or its error where one is wanted."""
    done = subprocess.run(command(*words), env=env, capture_output=True, timeout=60, check=False)
    assert done.returncode == code, done.stderr.decode(errors="replace")
    return (done.stderr if code else done.stdout).decode()


@contextmanager
def tailing(env: dict[str, str], file: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run `tail` into a file while inside."""
    with file.open("wb") as out:
        process = subprocess.Popen(command("tail"), env=env, stdout=out, stderr=out)
        try:
            yield process
        finally:
            process.kill()
            process.wait(10)


def speak(twin: SimulatedController) -> None:
    """Let every name turn up wherever a stranger may put one."""
    for number, name in enumerate(NAMES.values()):
        client, ap = f"02:00:00:00:00:{number:02x}", f"02:00:00:00:01:{number:02x}"
        twin.emit("EVT_WU_Connected", user=client, ssid=name, hostname=name, ap=ap, ap_name=name)
        twin.emit("EVT_AP_Lost_Contact", ap=ap, ap_name=name, ap_displayName=name)
        twin.emit("EVT_AP_DetectRogueAP", essid=name, mac=client, ap=ap)
        twin.emit("EVT_GW_DhcpPoolExhausted", network_name=name)
        for _ in range(5):
            twin.emit("EVT_AD_LoginFailed", admin=name, ip="192.168.1.9")
        twin.emit(f"EVT_WU_NeverHeardOf{number}", msg=name, user=client)


def send_lines(port: int) -> None:
    """Send a log line with every name in it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for name in NAMES.values():
            line = (
                f"<38>{datetime.now(UTC):%b %e %H:%M:%S} Gate sshd[7]: {TRIED}{name} from 192.0.2.9 port 22"
            )
            sender.sendto(line.encode("utf-8", "surrogatepass"), ("127.0.0.1", port))


def free_port() -> int:
    """Return a port for UDP that nobody has just now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def house() -> str:
    """Return a scenario in which everything that has a name has one of these."""
    names = [json.dumps(name, ensure_ascii=False) for what, name in NAMES.items() if "surrogate" not in what]
    clients = "".join(
        f"[[network.clients]]\nhostname = {n}\nname = {n}\nssid = {n}\nalways = true\n" for n in names
    )
    aps = "".join(f"[[network.aps]]\nname = {n}\n" for n in names)
    titles = "".join(
        f'[[sites]]\nname = "{short}"\ndesc = {json.dumps(NAMES[what])}\n' for short, what in SITES.items()
    )
    return (
        f'title = "Hostile"\nseed = 5\nduration = "1h"\n[network]\nisp = {names[0]}\n'
        f'[network.gateway]\nname = "Dream {NAMES["sql"]}"\n{aps}{clients}{titles}'
    )


def strangers_text(record: Any) -> set[str]:
    """Return what strangers wrote into a wire record."""
    return {str(record[field]) for field in FIELDS if field in record}


def texts_in(value: Any) -> set[str]:
    """Return every text of a wire record, however deep it lies."""
    if isinstance(value, str):
        return {value}
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, Sequence) else ()
    return {text for each in inner for text in texts_in(each)}

"""The way to a console over SSH, against a real server."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import paramiko
import pytest
from cryptography.hazmat.primitives import serialization
from paramiko.common import AUTH_SUCCESSFUL, OPEN_SUCCEEDED

from tests.logs.ssh_server import HERE, Console, make_key, serving, silent_port
from unifi_scanner.errors import SSHCollectionError
from unifi_scanner.logs.ssh_link import Patience, Place, SSHLink, fingerprint_of

Dial = Callable[..., SSHLink]


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    with serving(Console(user_key=make_key(tmp_path / "id"), host_key=make_key())) as console:
        yield console


@pytest.fixture
def dial(console: Console, tmp_path: Path) -> Iterator[Dial]:
    """Make links to the console, pinned to its key unless said otherwise."""
    with ExitStack() as stack:

        def make(patience: Patience | None = None, **more: Any) -> SSHLink:
            known: dict[str, Any] = {
                "host": HERE,
                "port": console.port,
                "key_file": tmp_path / "id",
                "known_keys_file": tmp_path / "state" / "ssh_hosts.json",
                "fingerprint": console.fingerprint,
            }
            link = SSHLink(Place(**(known | more)), patience or Patience())
            stack.callback(link.close)
            return link

        yield make


def refusal(link: SSHLink) -> SSHCollectionError:
    with pytest.raises(SSHCollectionError) as told:
        link.run("echo hello", 100)
    assert told.value.hint
    return told.value


def test_a_command_gives_what_it_printed_and_its_status(dial: Dial) -> None:
    answer = dial().run("echo out; echo err >&2; exit 3", 100)
    assert (answer.stdout, answer.stderr, answer.status) == (b"out\n", "err\n", 3)


def test_several_commands_use_one_connection_and_our_own_user_name(dial: Dial, console: Console) -> None:
    link = dial(username="reader")
    for n in range(3):
        assert link.run(f"echo {n}", 100).stdout == b"%d\n" % n
    assert console.dialled == 1
    assert set(console.users) == {"reader"}


def test_a_connection_that_died_between_commands_is_dialled_again(dial: Dial, console: Console) -> None:
    link = dial()
    link.run("true", 100)
    console.drop_links()
    assert link.run("echo back", 100).stdout == b"back\n"
    assert console.dialled == 2


def test_a_key_with_a_passphrase_is_opened_with_it(dial: Dial, console: Console, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.write_bytes(with_passphrase(console.user_key.export_private_key("openssh"), b"correct horse"))
    assert dial(key_file=locked, passphrase="correct horse").run("echo in", 100).stdout == b"in\n"
    for wrong in (None, "battery staple"):
        assert "UNIFI_SSH_KEY_PASSPHRASE" in str(refusal(dial(key_file=locked, passphrase=wrong)))


def with_passphrase(key: bytes, passphrase: bytes) -> bytes:
    return serialization.load_ssh_private_key(key, None).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.BestAvailableEncryption(passphrase),
    )


def test_a_key_the_console_does_not_know_is_refused_and_no_password_is_tried(
    dial: Dial, console: Console, tmp_path: Path
) -> None:
    make_key(tmp_path / "other")
    told = refusal(dial(key_file=tmp_path / "other"))
    assert "refused the SSH key for user root" in str(told)
    assert console.passwords == []


def test_another_host_key_than_the_pinned_one_is_refused_before_we_say_who_we_are(
    dial: Dial, console: Console
) -> None:
    pinned = make_key().get_fingerprint()
    told = str(refusal(dial(fingerprint=pinned)))
    assert console.fingerprint in told
    assert pinned in told
    assert "UNIFI_SSH_HOST_FINGERPRINT" in told
    assert console.users == []


def test_an_unknown_host_key_is_refused_with_its_fingerprint(dial: Dial, console: Console) -> None:
    told = str(refusal(dial(fingerprint=None)))
    assert console.fingerprint in told
    assert "UNIFI_SSH_HOST_FINGERPRINT" in told
    assert console.users == []


def test_first_use_is_trusted_only_when_asked_for_and_then_only_that_key(
    dial: Dial, console: Console, tmp_path: Path
) -> None:
    file = tmp_path / "state" / "ssh_hosts.json"
    dial(fingerprint=None, trust_first_use=True).run("true", 100)
    assert console.fingerprint in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    dial(fingerprint=None, trust_first_use=True).run("true", 100)
    file.write_text(file.read_text().replace(console.fingerprint, make_key().get_fingerprint()))
    told = str(refusal(dial(fingerprint=None, trust_first_use=True)))
    assert "not the one we know" in told
    assert str(file) in told


def test_a_damaged_list_of_known_keys_is_never_taken_for_first_use(
    dial: Dial, console: Console, tmp_path: Path
) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "ssh_hosts.json").write_text("{ half")
    refusal(dial(fingerprint=None, trust_first_use=True))
    assert console.users == []


def test_nobody_at_the_port_is_told_with_the_settings(dial: Dial) -> None:
    told = str(refusal(dial(port=1)))
    assert "cannot be reached" in told
    assert "UNIFI_SSH_PORT" in told


def test_a_port_that_never_greets_is_given_up(dial: Dial) -> None:
    with silent_port() as port:
        assert "in time" in str(refusal(dial(Patience(sign_in_s=0.2), port=port)))


def test_a_command_that_never_answers_is_given_up(dial: Dial, console: Console) -> None:
    console.hangs = True
    assert "in time" in str(refusal(dial(Patience(byte_s=0.2))))


def test_a_command_that_drips_is_given_up_too(dial: Dial) -> None:
    link = dial(Patience(byte_s=5, command_s=0.3))
    with pytest.raises(SSHCollectionError, match="in time"):
        link.run("sleep 2; echo late", 100)


def test_an_answer_beyond_the_bound_is_refused(dial: Dial) -> None:
    with pytest.raises(SSHCollectionError, match="more than was asked"):
        dial().run("head -c 1000000 /dev/zero", 1000)


def test_errors_without_end_do_not_hold_us(dial: Dial) -> None:
    link = dial(Patience(byte_s=0.5, command_s=2))
    try:
        answer = link.run("head -c 10000000 /dev/zero >&2", 1000)
    except SSHCollectionError:
        return
    assert len(answer.stderr) <= 200_000


class _NeverSaysYes(paramiko.ServerInterface):
    """A server that lets us in and then neither grants nor refuses a command."""

    def __init__(self, done: threading.Event) -> None:
        self.done = done

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return AUTH_SUCCESSFUL

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        self.done.wait(20)
        return False


def test_a_command_neither_granted_nor_refused_is_given_up(dial: Dial, tmp_path: Path) -> None:
    make_key(tmp_path / "host")
    host_key = paramiko.PKey.from_path(tmp_path / "host")
    done = threading.Event()
    with socket.create_server((HERE, 0)) as listener:
        link = dial(
            Patience(command_s=0.3),
            port=listener.getsockname()[1],
            fingerprint=fingerprint_of(host_key.asbytes()),
        )
        told: list[SSHCollectionError] = []
        worker = threading.Thread(target=lambda: told.append(refusal(link)))
        worker.start()
        server = paramiko.Transport(listener.accept()[0])
        server.add_server_key(host_key)
        server.start_server(server=_NeverSaysYes(done))
        worker.join(15)
        done.set()
        server.close()
    assert "in time" in str(told[0])


def test_closing_ends_a_command_in_another_thread(dial: Dial, console: Console) -> None:
    console.hangs = True
    link = dial()
    told: list[SSHCollectionError] = []
    worker = threading.Thread(target=lambda: told.append(refusal(link)))
    worker.start()
    deadline = time.monotonic() + 10
    while not console.commands and time.monotonic() < deadline:
        time.sleep(0.01)
    link.close()
    worker.join(5)
    assert not worker.is_alive()
    assert told


def test_closing_ends_a_dial_in_another_thread(dial: Dial) -> None:
    with silent_port() as port:
        link = dial(Patience(sign_in_s=60), port=port)
        worker = threading.Thread(target=lambda: refusal(link))
        worker.start()
        deadline = time.monotonic() + 10
        while link._transport is None and time.monotonic() < deadline:
            time.sleep(0.01)
        link.close()
        worker.join(5)
        assert not worker.is_alive()


def test_a_closed_link_stays_closed_and_leaves_no_thread(dial: Dial, console: Console) -> None:
    link = dial()
    link.run("true", 100)
    link.close()
    link.close()
    refusal(link)
    assert console.dialled == 1
    deadline = time.monotonic() + 10
    while any(thread.name.startswith("Thread-") for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_secret_is_not_in_what_a_place_shows_of_itself(tmp_path: Path) -> None:
    place = Place(host="h", key_file=tmp_path, known_keys_file=tmp_path, passphrase="correct horse")
    assert "correct" not in repr(place)

from __future__ import annotations

import os
import stat
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unifi_scanner.api.connection import Connection
from unifi_scanner.api.session import Session
from unifi_scanner.api.session_file import Owner, SessionStore, session_path
from unifi_scanner.models.enums import DeviceType

OWNER = Owner("https://10.0.0.1:443", "scanner", "AA:BB", DeviceType.UDM_PRO)
SESSION = Session({"TOKEN": "a.b.c"}, "csrf", 1_700_000_000.0, 1_700_003_600.0)


@pytest.fixture
def store(tmp_path: Path) -> SessionStore:
    return SessionStore(tmp_path / "session.json")


def test_what_is_kept_comes_back_and_only_its_owner_may_read_it(store: SessionStore) -> None:
    store.save(OWNER, SESSION)
    assert store.load(OWNER) == SESSION
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert [path.name for path in store.path.parent.iterdir()] == ["session.json"]


@pytest.mark.parametrize(
    "other",
    [
        {"controller": "https://10.0.0.2:443"},
        {"username": "admin"},
        {"trust": "CC:DD"},
        {"flavour": DeviceType.SELF_HOSTED},
    ],
)
def test_a_session_is_given_to_nobody_else(store: SessionStore, other: dict[str, str]) -> None:
    store.save(OWNER, SESSION)
    assert store.load(msgspec.structs.replace(OWNER, **other)) is None
    assert store.load(OWNER) == SESSION


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_that_others_may_touch_is_refused_and_replaced(store: SessionStore, mode: int) -> None:
    store.save(OWNER, SESSION)
    store.path.chmod(mode)
    assert store.load(OWNER) is None
    assert not store.path.exists()
    store.save(OWNER, SESSION)
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_a_link_is_not_followed(store: SessionStore, tmp_path: Path) -> None:
    elsewhere = SessionStore(tmp_path / "elsewhere.json")
    elsewhere.save(OWNER, SESSION)
    store.path.symlink_to(elsewhere.path)
    assert store.load(OWNER) is None
    store.save(OWNER, SESSION)
    assert not store.path.is_symlink()


def test_a_pipe_or_a_directory_in_its_place_is_survived(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        store = SessionStore(tmp_path / name)
        assert store.load(OWNER) is None
        store.save(OWNER, SESSION)
        store.remove()


def test_a_place_that_cannot_be_written_is_told_once_and_costs_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = SessionStore(tmp_path / "absent" / "session.json")
    for _ in range(3):
        store.save(OWNER, SESSION)
        assert store.load(OWNER) is None
        store.remove()
    told = "".join(capsys.readouterr())
    assert told.count("session_not_kept") == 1
    assert "a.b.c" not in told


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_any_bytes_in_the_file_are_survived(store: SessionStore, content: bytes) -> None:
    store.path.write_bytes(content)
    store.path.chmod(0o600)
    assert store.load(OWNER) is None


FIELDS = ["version", "controller", "username", "trust", "flavour", "cookies", "csrf", "made", "ends"]
VALUES = (
    st.none()
    | st.integers()
    | st.floats()
    | st.text()
    | st.lists(st.text(), max_size=2)
    | st.dictionaries(st.text(), st.text(), max_size=2)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(FIELDS), VALUES))
def test_a_field_of_any_other_value_is_survived(store: SessionStore, wrong: dict[str, object]) -> None:
    store.save(OWNER, SESSION)
    kept = msgspec.json.decode(store.path.read_bytes())
    store.path.write_bytes(msgspec.json.encode(kept | wrong))
    session = store.load(OWNER)
    assert session is None or all(value.isascii() for value in session.cookies.values())


def test_a_file_of_a_hundred_thousand_brackets_is_survived(store: SessionStore) -> None:
    store.path.write_bytes(b"[" * 60_000)
    store.path.chmod(0o600)
    assert store.load(OWNER) is None


@pytest.mark.parametrize(
    "host",
    [
        "192.168.1.1",
        "https://unifi.lan:8443",
        "fe80::1",
        "../../etc/passwd",
        "a/b",
        "UniFi",
        "x" * 300,
        "..",
        "",
    ],
)
def test_a_name_stays_in_its_directory_whatever_the_address(tmp_path: Path, host: str) -> None:
    path = session_path(tmp_path, Connection(host=host))
    assert path.parent == tmp_path
    assert path.name.startswith("session-")
    assert len(path.name) < 120


def test_two_controllers_never_share_a_file(tmp_path: Path) -> None:
    connections = [
        Connection(host="10.0.0.1"),
        Connection(host="10.0.0.1", port=8443),
        Connection(host="10.0.0.1", port=443),
        Connection(host="10.0.0.11"),
        Connection(host="10-0-0-1"),
    ]
    assert len({session_path(tmp_path, connection) for connection in connections}) == len(connections)

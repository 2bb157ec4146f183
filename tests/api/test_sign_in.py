"""Signing in, in all its forms, at real TLS sockets."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.api.conftest import MakeTwin
from tests.api.test_stream import until
from unifi_scanner.api.client import UnifiClient
from unifi_scanner.api.connection import Connection
from unifi_scanner.api.sign_in_policy import SignInPolicy
from unifi_scanner.api.transport import Transport
from unifi_scanner.errors import (
    ConfigError,
    ControllerUnreachable,
    EndpointForbidden,
    ScannerError,
    SignInRefused,
    SignInThrottled,
    Throttled,
)
from unifi_scanner.sim import Flavour, SimulatedController

LATELY = timedelta(hours=1)
SECRET = "JBSWY3DPEHPK3PXP"
KEY = "key-0123456789"
Open = Callable[..., UnifiClient]


def quick(period: int) -> str:
    return f"otpauth://totp/UniFi:scanner?secret={SECRET}&period={period}"


@pytest.fixture
def opened() -> Iterator[Open]:
    with ExitStack() as stack:

        def make(
            twin: SimulatedController,
            session_file: Path | None = None,
            policy: SignInPolicy | None = None,
            **more: Any,
        ) -> UnifiClient:
            known: dict[str, Any] = {
                "host": "127.0.0.1",
                "port": twin.port,
                "username": "scanner",
                "password": "correct horse",
                "tls_fingerprint": twin.fingerprint,
            }
            connection = Connection(**(known | more))
            transport = Transport(connection, session_file, policy=policy)
            return stack.enter_context(UnifiClient(connection, transport=transport))

        yield make


def posts_to_sign_in(twin: SimulatedController) -> list[int]:
    return [status for method, path, status in twin.requests() if method == "POST" and "login" in path]


def since() -> datetime:
    return datetime.now(UTC) - LATELY


# -- the second factor


@pytest.mark.parametrize(
    ("flavour", "version", "sso", "statuses"),
    [
        (Flavour.CLASSIC, "8.6.9", False, [200, 200]),
        (Flavour.CLASSIC, "9.3.43", False, [400, 200]),
        (Flavour.UNIFI_OS, "9.3.43", False, [400, 200]),
        (Flavour.UNIFI_OS, "10.4.57", True, [499, 200]),
        (Flavour.UNIFI_OS_SERVER, "9.3.43", True, [499, 200]),
    ],
)
def test_an_account_with_a_second_factor_is_let_in_with_a_code(
    twins: MakeTwin, opened: Open, flavour: Flavour, version: str, sso: bool, statuses: list[int]
) -> None:
    twin = twins(flavour, version)
    twin.ask_code(secret=SECRET, sso=sso)
    client = opened(twin, totp_secret="jbsw y3dp ehpk 3pxp")
    client.sign_in()
    assert client.devices()
    assert posts_to_sign_in(twin) == statuses
    assert twin.refused_codes() == 0


def test_an_account_with_a_second_factor_and_no_secret_is_told_which_setting_to_give(
    twins: MakeTwin, opened: Open
) -> None:
    twin = twins(totp_secret=SECRET)
    client = opened(twin)
    for _ in range(3):
        with pytest.raises(SignInRefused, match="UNIFI_TOTP_SECRET") as told:
            client.sign_in()
    assert told.value.exit_code == 4
    assert posts_to_sign_in(twin) == [400]


@pytest.mark.parametrize("sso", [False, True])
def test_codes_that_are_refused_are_two_and_then_the_clock_is_blamed(
    twins: MakeTwin, opened: Open, sso: bool
) -> None:
    twin = twins()
    twin.ask_code(secret=SECRET, sso=sso, period=1, skew_s=3600)
    client = opened(twin, totp_secret=quick(1))
    for _ in range(3):
        with pytest.raises(SignInRefused, match="clock") as told:
            client.sign_in()
    assert told.value.exit_code == 4
    assert twin.refused_codes() == 2
    assert len(posts_to_sign_in(twin)) == 3


def test_a_code_that_somebody_else_has_used_is_followed_by_the_next_one(
    twins: MakeTwin, opened: Open
) -> None:
    twin = twins()
    twin.ask_code(secret=SECRET, period=2)
    first, second = opened(twin, totp_secret=quick(2)), opened(twin, totp_secret=quick(2))
    first.sign_in()
    second.sign_in()
    assert second.devices()
    assert twin.sign_ins() == 2
    assert twin.refused_codes() <= 1


def test_the_same_process_never_sends_a_code_twice(twins: MakeTwin, opened: Open) -> None:
    twin = twins()
    twin.ask_code(secret=SECRET, period=2)
    client = opened(twin, totp_secret=quick(2))
    client.sign_in()
    twin.expire_sessions()
    assert client.devices()
    assert twin.sign_ins() == 2
    assert twin.refused_codes() == 0


def test_a_close_ends_the_wait_for_the_next_code(twins: MakeTwin, opened: Open) -> None:
    twin = twins()
    twin.ask_code(secret=SECRET, period=3600, skew_s=1e6)
    client = opened(twin, totp_secret=quick(3600))
    ended: list[ScannerError] = []

    def sign_in() -> None:
        try:
            client.sign_in()
        except ScannerError as exc:
            ended.append(exc)

    waiting = threading.Thread(target=sign_in)
    waiting.start()
    assert until(lambda: twin.refused_codes() == 1)
    client.close()
    waiting.join(5)
    assert [type(one) for one in ended] == [ControllerUnreachable]


def test_a_bad_secret_is_a_fault_of_the_settings_and_not_shown(twins: MakeTwin, opened: Open) -> None:
    with pytest.raises(ConfigError, match="UNIFI_TOTP_SECRET") as told:
        opened(twins(), totp_secret=f"{SECRET}1")
    assert SECRET not in str(told.value)


# -- API keys


def test_a_bad_key_says_so(twins: MakeTwin, opened: Open) -> None:
    twin = twins(api_key=KEY)
    with pytest.raises(SignInRefused, match="API key") as told:
        opened(twin, username=None, password=None, api_key="another-key").sign_in()
    assert told.value.exit_code == 4
    assert "another-key" not in str(told.value)


def test_a_key_that_cannot_stand_in_a_header_is_a_bad_key(twins: MakeTwin, opened: Open) -> None:
    with pytest.raises(SignInRefused, match="API key"):
        opened(twins(api_key=KEY), username=None, password=None, api_key="schlüssel\n").sign_in()


def test_a_key_whose_owner_may_not_is_told_from_a_bad_one(twins: MakeTwin, opened: Open) -> None:
    twin = twins(api_key=KEY)
    client = opened(twin, username=None, password=None, api_key=KEY)
    client.sign_in()
    twin.forbid("stat/sta")
    with pytest.raises(EndpointForbidden) as told:
        client.clients()
    assert told.value.status == 403
    twin.be_read_only(True)
    with pytest.raises(EndpointForbidden) as told:
        client.system_log(since())
    assert told.value.status == 401
    assert client.devices()


def test_with_key_and_account_the_key_asks_and_the_account_serves_the_stream_alone(
    twins: MakeTwin, opened: Open
) -> None:
    twin = twins(api_key=KEY)
    client = opened(twin, api_key=KEY)
    client.sign_in()
    assert client.devices()
    assert client.get_session_cookies() == {}
    assert twin.sign_ins() == 0
    cookies = client.transport.cookies_for_stream()
    assert set(cookies) == {"TOKEN"}
    assert client.transport.cookies_for_stream() == cookies == client.get_session_cookies()
    twin.expire_sessions()
    assert client.devices()
    assert twin.sign_ins() == 1
    assert client.sign_in_again(cookies) != cookies


def test_a_key_alone_has_no_cookies(twins: MakeTwin, opened: Open) -> None:
    client = opened(twins(api_key=KEY), username=None, password=None, api_key=KEY)
    client.sign_in()
    assert client.transport.api_key == KEY
    assert client.transport.cookies_for_stream() == client.sign_in_again({}) == {}


# -- pauses


@pytest.mark.parametrize("as_date", [False, True])
def test_a_pause_in_sign_ins_is_kept_in_both_its_forms(twins: MakeTwin, opened: Open, as_date: bool) -> None:
    twin = twins()
    twin.limit_logins(True, retry_after=120, as_date=as_date)
    client = opened(twin)
    for _ in range(3):
        with pytest.raises(SignInThrottled) as told:
            client.sign_in()
    assert told.value.retry_after == pytest.approx(120, abs=3)
    assert told.value.exit_code == 4
    assert posts_to_sign_in(twin) == [429]


@pytest.mark.parametrize(("asked", "kept"), [(None, 60), (86_400, 300)])
def test_a_pause_without_a_time_is_a_minute_and_none_is_over_five(
    twins: MakeTwin, opened: Open, asked: int | None, kept: int
) -> None:
    twin = twins()
    twin.limit_logins(True, retry_after=asked)
    with pytest.raises(SignInThrottled) as told:
        opened(twin).sign_in()
    assert told.value.retry_after == pytest.approx(kept, abs=2)


def test_after_its_pause_a_sign_in_is_made(twins: MakeTwin, opened: Open) -> None:
    twin = twins()
    twin.limit_logins(True, retry_after=1)
    client = opened(twin)
    with pytest.raises(SignInThrottled):
        client.sign_in()
    twin.limit_logins(False)
    assert until(client.transport._sign_in.may_sign_in)
    client.sign_in()
    assert client.devices()


@pytest.mark.parametrize("as_date", [False, True])
def test_a_source_that_wants_a_pause_gets_it_and_costs_no_other(
    twins: MakeTwin, opened: Open, as_date: bool
) -> None:
    twin = twins()
    client = opened(twin)
    client.sign_in()
    twin.throttle("system-log", 90, as_date=as_date)
    for _ in range(3):
        with pytest.raises(Throttled) as told:
            client.system_log(since())
    assert told.value.retry_after == pytest.approx(90, abs=3)
    assert [status for _, path, status in twin.requests() if "system-log" in path] == [429]
    assert client.devices()
    assert twin.sign_ins() == 1


def test_a_source_is_asked_again_after_its_pause(twins: MakeTwin, opened: Open) -> None:
    twin = twins()
    client = opened(twin)
    client.sign_in()
    twin.throttle("stat/sta", 1)
    with pytest.raises(Throttled):
        client.clients()
    twin.throttle("stat/sta", on=False)

    def answered() -> bool:
        try:
            return bool(client.clients() is not None)
        except Throttled:
            return False

    assert until(answered)


def test_sessions_that_keep_being_refused_are_not_an_endless_row_of_sign_ins(
    twins: MakeTwin, opened: Open
) -> None:
    twin = twins()
    client = opened(twin)
    client.sign_in()
    for _ in range(2):
        twin.expire_sessions()
        assert client.devices()
    for _ in range(5):
        twin.expire_sessions()
        with pytest.raises(SignInThrottled, match="keeps ending our session") as told:
            client.devices()
        assert 55 <= told.value.retry_after <= 60
    assert twin.sign_ins() == 3


def test_many_questions_that_find_the_session_over_share_one_sign_in(twins: MakeTwin, opened: Open) -> None:
    twin = twins()
    client = opened(twin)
    client.sign_in()
    twin.expire_sessions()
    answered: list[int] = []

    def ask() -> None:
        answered.append(len(client.devices()))

    askers = [threading.Thread(target=ask) for _ in range(8)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(20)
    assert len(answered) == 8
    assert twin.sign_ins() == 2


# -- roles, and what is no matter of sessions


def test_an_account_that_only_reads_is_told_what_it_may_not_read_and_signs_in_once(
    twins: MakeTwin, opened: Open
) -> None:
    twin = twins()
    twin.be_read_only(True)
    client = opened(twin)
    client.sign_in()
    for question in (client.system_log, client.activity, client.flows):
        with pytest.raises(EndpointForbidden):
            question(since())
    assert client.devices()
    assert twin.sign_ins() == 1


def test_an_old_csrf_token_is_replaced_without_a_sign_in(twins: MakeTwin, opened: Open) -> None:
    twin = twins()
    client = opened(twin)
    client.sign_in()
    twin.rotate_csrf()
    client.devices()
    old = client.transport._sign_in.session
    client.transport._sign_in._session = msgspec.structs.replace(old, csrf="stale")
    twin.rotate_csrf()
    assert client.system_log(since()).rows == ()
    assert twin.sign_ins() == 1


def lose_an_answer(twin: SimulatedController, client: UnifiClient) -> None:
    """Let the answer that told the new token go to somebody with the same cookies, who keeps it to itself."""
    twin.rotate_csrf()
    session = client.transport._sign_in.session
    client.transport._line.send("GET", "/proxy/network/api/s/default/stat/device", session=session)


def test_a_token_that_was_lost_with_an_answer_costs_one_sign_in(twins: MakeTwin, opened: Open) -> None:
    twin = twins()
    client = opened(twin)
    client.sign_in()
    client.system_log(since())
    lose_an_answer(twin, client)
    assert client.system_log(since()).rows == ()
    assert client.activity(since()).rows == ()
    assert twin.sign_ins() == 2


def test_a_token_that_an_earlier_run_lost_costs_one_sign_in(
    twins: MakeTwin, opened: Open, tmp_path: Path
) -> None:
    twin = twins()
    first = opened(twin, tmp_path / "session.json")
    first.sign_in()
    lose_an_answer(twin, first)
    second = opened(twin, tmp_path / "session.json")
    second.sign_in()
    assert second.system_log(since()).rows == ()
    assert twin.sign_ins() == 2


def test_a_role_that_may_not_write_costs_no_sign_in_each_time_it_begins(
    twins: MakeTwin, opened: Open, tmp_path: Path
) -> None:
    twin = twins()
    twin.fail("system-log", 403, "")
    for _ in range(4):
        client = opened(twin, tmp_path / "session.json")
        client.sign_in()
        for _ in range(2):
            with pytest.raises(EndpointForbidden):
                client.system_log(since())
    assert twin.sign_ins() == 2


def test_a_console_that_reissues_its_cookie_with_every_answer_is_followed(
    twins: MakeTwin, opened: Open
) -> None:
    twin = twins(version="10.4.57")
    twin.reissue_tokens(True)
    client = opened(twin)
    client.sign_in()
    seen = set()
    for _ in range(3):
        assert client.devices()
        seen.add(client.get_session_cookies()["TOKEN"])
    assert len(seen) == 3
    assert twin.sign_ins() == 1


def test_the_strangers_token_in_a_refusal_is_not_taken_for_a_session(twins: MakeTwin, opened: Open) -> None:
    twin = twins()
    client = opened(twin)
    client.sign_in()
    twin.expire_sessions()
    assert client.devices()
    assert [status for _, path, status in twin.requests() if "stat/device" in path] == [401, 200]
    assert twin.sign_ins() == 2


def test_a_token_that_comes_with_a_refusal_of_one_endpoint_is_followed(twins: MakeTwin, opened: Open) -> None:
    twin = twins()
    client = opened(twin)
    client.sign_in()
    twin.forbid("stat/sta")
    twin.rotate_csrf()
    with pytest.raises(EndpointForbidden):
        client.clients()
    assert client.system_log(since()).rows == ()
    assert [status for _, path, status in twin.requests() if "system-log" in path] == [200]


def test_a_token_that_has_run_out_is_renewed_before_it_is_used(twins: MakeTwin, opened: Open) -> None:
    twin = twins()
    client = opened(twin)
    client.sign_in()
    present = client.transport._sign_in.session
    client.transport._sign_in._session = msgspec.structs.replace(present, ends=1.0)
    assert client.devices()
    assert [status for _, path, status in twin.requests() if "stat/device" in path] == [200]
    assert twin.sign_ins() == 2


@pytest.mark.parametrize(
    ("status", "body"), [(200, "<html>starting</html>"), (502, None), (200, "Login Failed: Host starting up")]
)
def test_a_controller_that_starts_is_no_refusal(
    twins: MakeTwin, opened: Open, status: int, body: str | None
) -> None:
    twin = twins()
    client = opened(twin)
    twin.fail("login", status, body)
    with pytest.raises(ControllerUnreachable, match="starting"):
        client.sign_in()
    twin.fail("login", None)
    client.sign_in()
    assert client.devices()


def test_a_sign_in_without_a_cookie_names_the_proxy(twins: MakeTwin, opened: Open) -> None:
    twin = twins()
    twin.fail("login", 200, "{}")
    with pytest.raises(ControllerUnreachable, match="proxy"):
        opened(twin).sign_in()


# -- a session kept across restarts


@pytest.mark.parametrize("flavour", list(Flavour))
def test_a_restart_is_not_a_sign_in(twins: MakeTwin, opened: Open, tmp_path: Path, flavour: Flavour) -> None:
    twin, kept = twins(flavour), tmp_path / "session.json"
    for _ in range(3):
        client = opened(twin, kept)
        client.sign_in()
        assert client.devices()
        client.system_log(since())
        client.close()
    assert twin.sign_ins() == 1
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_second_process_beside_the_first_is_not_a_sign_in(
    twins: MakeTwin, opened: Open, tmp_path: Path
) -> None:
    twin, kept = twins(), tmp_path / "session.json"
    service, report = opened(twin, kept), opened(twin, kept)
    service.sign_in()
    report.sign_in()
    twin.expire_sessions()
    assert service.devices()
    assert report.devices()
    assert twin.sign_ins() == 2


def test_opening_again_is_not_a_sign_in(twins: MakeTwin, opened: Open) -> None:
    twin = twins()
    client = opened(twin)
    client.sign_in()
    client.sign_in()
    assert twin.sign_ins() == 1


def test_a_kept_session_that_is_over_is_replaced(twins: MakeTwin, opened: Open, tmp_path: Path) -> None:
    twin, kept = twins(version="10.4.57"), tmp_path / "session.json"
    opened(twin, kept).sign_in()
    twin.age_sessions(timedelta(hours=25))
    client = opened(twin, kept)
    client.sign_in()
    assert client.devices()
    assert twin.sign_ins() == 2


def test_the_cookie_that_was_reissued_last_is_the_one_kept(
    twins: MakeTwin, opened: Open, tmp_path: Path
) -> None:
    twin, kept = twins(), tmp_path / "session.json"
    client = opened(twin, kept)
    client.sign_in()
    twin.rotate_csrf()
    client.devices()
    client.close()
    assert client.get_session_cookies()["TOKEN"] in kept.read_text()
    second = opened(twin, kept)
    second.sign_in()
    assert second.system_log(since()).rows == ()
    assert twin.sign_ins() == 1


def test_another_accounts_session_is_never_used(twins: MakeTwin, opened: Open, tmp_path: Path) -> None:
    twin, kept = twins(), tmp_path / "session.json"
    opened(twin, kept).sign_in()
    with pytest.raises(SignInRefused):
        opened(twin, kept, username="somebody", password="else").sign_in()


def test_a_refused_sign_in_forgets_the_session(twins: MakeTwin, opened: Open, tmp_path: Path) -> None:
    twin, kept = twins(), tmp_path / "session.json"
    opened(twin, kept).sign_in()
    twin.expire_sessions()
    with pytest.raises(SignInRefused):
        opened(twin, kept, password="wrong horse").sign_in()
    assert not kept.exists()


def test_a_damaged_file_costs_one_sign_in_and_one_warning(
    twins: MakeTwin, opened: Open, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twin, kept = twins(), tmp_path / "session.json"
    kept.write_bytes(b"\x00{")
    kept.chmod(0o600)
    client = opened(twin, kept)
    client.sign_in()
    assert client.devices()
    assert "".join(capsys.readouterr()).count("session_file_unreadable") == 1
    opened(twin, kept).sign_in()
    assert twin.sign_ins() == 1


def test_a_directory_that_cannot_be_written_costs_nothing(
    twins: MakeTwin, opened: Open, tmp_path: Path
) -> None:
    client = opened(twins(), tmp_path / "absent" / "session.json")
    client.sign_in()
    assert client.devices()


def test_a_session_over_12_hours_old_opens_no_stream(twins: MakeTwin, opened: Open) -> None:
    twin = twins()
    client = opened(twin)
    client.sign_in()
    cookies = client.transport.cookies_for_stream()
    assert twin.sign_ins() == 1
    present = client.transport._sign_in.session
    old = msgspec.structs.replace(present, made=present.made - 12 * 3600)
    client.transport._sign_in._session = old
    assert client.transport.cookies_for_stream() != cookies
    assert twin.sign_ins() == 2


@pytest.mark.parametrize("sso", [False, True])
def test_no_secret_is_in_a_log_an_error_a_repr_or_the_file(
    twins: MakeTwin,
    opened: Open,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    sso: bool,
) -> None:
    caplog.set_level(logging.DEBUG)
    twin, kept = twins(api_key=KEY), tmp_path / "session.json"
    twin.ask_code(secret=SECRET, sso=sso)
    client = opened(twin, kept, totp_secret=quick(30))
    client.sign_in()
    shown: list[Any] = [client, client.transport, client.transport._sign_in, client._connection]
    shown += [client.transport._sign_in.session, client.transport._sign_in._store]
    wrong = opened(twin, tmp_path / "other.json", totp_secret=SECRET, password="wrong horse")
    for failing in (wrong.sign_in, opened(twin, api_key="key-of-nobody").sign_in):
        with pytest.raises(SignInRefused) as told:
            failing()
        shown.append(told.value)
    session = client.transport._sign_in.session
    secrets = ["correct horse", "wrong horse", KEY, "key-of-nobody", SECRET]
    told_all = (
        " ".join(map(repr, shown)) + " ".join(map(str, shown)) + caplog.text + "".join(capsys.readouterr())
    )
    assert not [
        word for word in (*secrets, *session.cookies.values(), session.csrf or "-") if word in told_all
    ]
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir()).decode()
    assert session.cookies["TOKEN"] in files
    assert not [word for word in secrets if word in files]

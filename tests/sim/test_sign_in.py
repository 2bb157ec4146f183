"""Sign-in, sessions and CSRF as each flavour does them (docs/protocol.md A)."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import pytest

from tests.sim.simulated import Reader, data_of, json_of, signed_in, small_home
from unifi_scanner import clock
from unifi_scanner.sim import Flavour

CONSOLES = [Flavour.UNIFI_OS, Flavour.UNIFI_OS_SERVER]


def _payload(token: str) -> dict[str, Any]:
    middle = token.split(".")[1]
    decoded: dict[str, Any] = msgspec.json.decode(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return decoded


def test_the_front_page_tells_a_console_from_a_classic_controller() -> None:
    console, classic = Reader().ask("GET", "/"), Reader(Flavour.CLASSIC).ask("GET", "/")
    assert (console.status, console.content_type) == (200, "text/html")
    assert "X-CSRF-Token" in console.headers
    assert (classic.status, classic.headers["Location"]) == (302, "/manage")


@pytest.mark.parametrize("flavour", list(Flavour))
def test_status_needs_no_sign_in_and_hides_the_version_from_10_on(flavour: Flavour) -> None:
    nine = Reader(flavour, "9.3.43").ask("GET", f"{flavour.prefix}/status")
    ten = Reader(flavour, "10.4.57").ask("GET", f"{flavour.prefix}/status")
    assert json_of(nine)["meta"]["server_version"] == "9.3.43"
    assert json_of(ten)["meta"]["rc"] == "ok"
    assert "server_version" not in json_of(ten)["meta"]


def test_the_cookie_of_the_front_page_lets_nobody_in() -> None:
    reader = Reader()
    reader.keep(reader.ask("GET", "/"))
    assert "TOKEN" in reader.cookies
    assert reader.site("GET", "stat/device").status == 401


@pytest.mark.parametrize("flavour", CONSOLES)
def test_a_console_answers_a_sign_in_with_the_user_and_a_token_that_holds_the_csrf_token(
    flavour: Flavour,
) -> None:
    reader = Reader(flavour)
    reply = reader.sign_in()
    payload = _payload(reader.cookies["TOKEN"])
    assert "meta" not in json_of(reply)
    assert json_of(reply)["username"] == "scanner"
    assert payload["csrfToken"] == reply.headers["X-CSRF-Token"]
    assert payload["exp"] > payload["iat"]


def test_a_classic_controller_answers_a_sign_in_with_its_envelope_and_two_cookies() -> None:
    reader = Reader(Flavour.CLASSIC)
    reply = reader.sign_in()
    assert json_of(reply) == {"meta": {"rc": "ok"}, "data": []}
    assert set(reader.cookies) == {"unifises", "csrf_token"}


@pytest.mark.parametrize(
    ("flavour", "version", "status", "body"),
    [
        (Flavour.CLASSIC, "9.3.43", 400, {"meta": {"rc": "error", "msg": "api.err.Invalid"}, "data": []}),
        (Flavour.UNIFI_OS, "8.6.9", 401, {"errors": ["Invalid username or password"]}),
        (
            Flavour.UNIFI_OS,
            "10.4.57",
            403,
            {
                "code": "AUTHENTICATION_FAILED_INVALID_CREDENTIALS",
                "message": "Invalid username or password",
            },
        ),
    ],
)
def test_a_wrong_password_is_refused_in_the_flavours_own_words(
    flavour: Flavour, version: str, status: int, body: dict[str, Any]
) -> None:
    reader = Reader(flavour, version)
    reply = reader.sign_in("wrong")
    assert (reply.status, json_of(reply)) == (status, body)
    assert reader.cookies == {}
    assert reader.console.sessions.sign_ins == 0


def test_the_other_flavours_sign_in_does_not_exist() -> None:
    body = {"username": "scanner", "password": "correct horse"}
    assert Reader(Flavour.CLASSIC).ask("POST", "/api/auth/login", body).status != 200
    assert Reader().ask("POST", "/api/login", body).status == 404


@pytest.mark.parametrize(
    ("flavour", "body"),
    [(Flavour.UNIFI_OS, b"Unauthorized"), (Flavour.CLASSIC, b'{"meta":{"rc":"error","msg":"api.err.LoginRequired"},"data":[]}')],
)  # fmt: skip
def test_an_expired_session_is_a_401_until_the_next_sign_in(flavour: Flavour, body: bytes) -> None:
    reader = signed_in(flavour)
    assert reader.site("GET", "stat/device").status == 200
    reader.console.sessions.expire_all()
    refused = reader.site("GET", "stat/device")
    assert (refused.status, refused.body) == (401, body)
    reader.sign_in()
    assert reader.site("GET", "stat/device").status == 200


def test_a_session_ends_when_its_time_is_over() -> None:
    reader = signed_in(scenario=small_home('[serving]\nsession_lifetime = "0s"\n'))
    assert reader.site("GET", "stat/device").status == 401


@pytest.mark.parametrize("flavour", list(Flavour))
def test_a_sign_out_ends_the_session(flavour: Flavour) -> None:
    reader = signed_in(flavour)
    path = "/api/logout" if flavour is Flavour.CLASSIC else "/api/auth/logout"
    assert reader.ask("POST", path).status == 200
    assert reader.site("GET", "stat/device").status == 401


@pytest.mark.parametrize("flavour", CONSOLES)
@pytest.mark.parametrize("token", [None, "some-other-token"])
def test_a_post_without_csrf_is_refused(flavour: Flavour, token: str | None) -> None:
    reader = signed_in(flavour)
    assert reader.log("all").status == 200
    reader.headers = {} if token is None else {"x-csrf-token": token}
    assert reader.log("all").status == 403
    assert reader.site("POST", "stat/event", {}).status == 403
    assert reader.site("GET", "stat/event").status == 200


def test_a_classic_controller_asks_for_no_csrf_token() -> None:
    reader = signed_in(Flavour.CLASSIC)
    reader.headers = {}
    assert reader.log("all").status == 200


def test_a_rotated_csrf_token_is_told_once_and_the_old_one_is_refused_afterwards() -> None:
    reader = signed_in()
    reader.console.sessions.rotate_csrf()
    told = reader.site("GET", "stat/device")
    assert (
        told.headers["X-Updated-CSRF-Token"]
        == _payload(told.cookies[0].split(";")[0].removeprefix("TOKEN="))["csrfToken"]
    )
    assert reader.log("all").status == 403
    reader.keep(told)
    assert reader.log("all").status == 200
    assert "X-Updated-CSRF-Token" not in reader.log("all").headers


def test_the_token_cookie_is_partitioned_on_newer_firmware_only() -> None:
    old, new = Reader(version="9.3.43").sign_in(), Reader(version="10.4.57").sign_in()
    assert "Partitioned" not in old.cookies[0]
    assert "; Partitioned" in new.cookies[0]


@pytest.mark.parametrize("flavour", list(Flavour))
@pytest.mark.parametrize("wait", [None, 7])
def test_limited_sign_ins_are_a_429_that_may_say_how_long_to_wait(flavour: Flavour, wait: int | None) -> None:
    reader = Reader(flavour)
    reader.console.sessions.limit(on=True, retry_after=wait)
    reply = reader.sign_in()
    assert reply.status == 429
    assert json_of(reply)["code"] == "AUTHENTICATION_FAILED_LIMIT_REACHED"
    assert reply.headers.get("Retry-After") == (None if wait is None else "7")
    reader.console.sessions.limit(on=False)
    assert reader.sign_in().status == 200


def test_ten_wrong_passwords_in_a_row_lock_the_account() -> None:
    reader = Reader()
    assert [reader.sign_in("wrong").status for _ in range(11)] == [403] * 10 + [429]
    assert reader.sign_in().status == 429


@pytest.mark.parametrize("flavour", list(Flavour))
def test_a_local_account_may_be_asked_for_a_code(flavour: Flavour) -> None:
    from unifi_scanner.sim.second_factor import SecondFactor

    reader = Reader(flavour)
    reader.console.sessions.second_factor = SecondFactor("123456")
    assert json_of(reader.sign_in())["meta"]["msg"] == "api.err.Ubic2faTokenRequired"
    assert json_of(reader.sign_in(ubic_2fa_token="000000"))["meta"]["rc"] == "error"
    assert reader.sign_in(ubic_2fa_token="123456").status == 200
    assert reader.site("GET", "stat/device").status == 200


def test_a_ui_com_account_is_asked_for_a_code_with_499_and_a_cookie() -> None:
    from unifi_scanner.sim.second_factor import SecondFactor

    reader = Reader()
    reader.console.sessions.second_factor = SecondFactor("123456", sso=True)
    asked = reader.sign_in()
    assert asked.status == 499
    name, _, value = json_of(asked)["data"]["mfaCookie"].partition("=")
    assert name == "UBIC_2FA"
    assert reader.sign_in(token="123456").status == 499
    reader.cookies = {name: value}
    assert reader.sign_in(token="123456").status == 200


def test_a_code_made_of_a_secret_holds_once_and_not_for_long() -> None:
    from unifi_scanner.sim.second_factor import SecondFactor

    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # of RFC 6238's own table: 94287082 at 59 s, here its six last digits
    then = clock.now_ms() / 1000 - 59
    factor = SecondFactor(secret=secret, skew_s=-then)
    assert not SecondFactor(secret=secret, skew_s=-then + 120).accepts("287082")
    assert factor.accepts("287082")
    assert not factor.accepts("287082")
    assert factor.refused == 1


def test_a_refused_request_of_a_console_carries_a_token_good_for_nothing() -> None:
    reader = Reader()
    refused = reader.site("GET", "stat/device")
    assert refused.status == 401
    assert refused.cookies[0].startswith("TOKEN=")
    reader.keep(refused)
    assert reader.site("GET", "stat/device").status == 401


@pytest.mark.parametrize(("version", "status"), [("9.3.43", 200), ("10.3.58", 200), ("10.4.57", 401)])
def test_from_10_4_57_on_no_cookie_is_good_for_more_than_a_day(version: str, status: int) -> None:
    reader = signed_in(version=version)
    reader.console.sessions.age(25 * 3_600_000)
    assert reader.site("GET", "stat/device").status == status


def test_a_console_may_hand_out_a_new_cookie_with_every_answer() -> None:
    reader = signed_in()
    reader.console.sessions.reissues = True
    first = reader.cookies["TOKEN"]
    reader.keep(reader.site("GET", "stat/device"))
    assert reader.cookies["TOKEN"] != first
    assert reader.site("GET", "stat/device").status == 200


def test_an_account_that_only_reads_is_told_401_for_every_post() -> None:
    reader = signed_in()
    reader.console.read_only = True
    assert reader.log("all").status == 401
    assert reader.site("GET", "stat/device").status == 200


def test_a_role_too_low_for_one_endpoint_is_a_403_there_alone() -> None:
    reader = signed_in()
    reader.console.forbidden = {"stat/sta", "system-log"}
    refused = reader.site("GET", "stat/sta")
    assert (refused.status, json_of(refused)["meta"]["msg"]) == (403, "api.err.NoPermission")
    assert reader.log("all").status == 403
    assert reader.site("GET", "stat/device").status == 200


def test_a_pause_may_be_told_as_a_date() -> None:
    reader = Reader()
    reader.console.sessions.limit(on=True, retry_after=90, as_date=True)
    assert reader.sign_in().headers["Retry-After"].endswith("GMT")


@pytest.mark.parametrize(
    ("flavour", "version", "key", "status"),
    [
        (Flavour.UNIFI_OS, "9.3.43", "secret-key", 200),
        (Flavour.UNIFI_OS_SERVER, "10.4.57", "secret-key", 200),
        (Flavour.UNIFI_OS, "9.3.43", "another", 401),
        (Flavour.UNIFI_OS, "8.6.9", "secret-key", 401),
        (Flavour.CLASSIC, "9.3.43", "secret-key", 401),
    ],
)
def test_an_api_key_replaces_cookie_and_csrf_where_there_are_keys(
    flavour: Flavour, version: str, key: str, status: int
) -> None:
    reader = Reader(flavour, version, api_key="secret-key")
    reader.headers = {"x-api-key": key}
    assert reader.site("GET", "stat/device").status == status
    assert reader.log("all").status == status
    assert reader.console.sessions.sign_ins == 0


@pytest.mark.parametrize("flavour", list(Flavour))
def test_there_are_two_sites_and_no_third(flavour: Flavour) -> None:
    reader = signed_in(flavour)
    sites = data_of(reader.ask("GET", f"{flavour.prefix}/api/self/sites"))
    assert [(site["name"], site["desc"]) for site in sites] == [
        ("default", "Default"),
        ("h0l1day7", "Holiday Cottage"),
    ]
    assert data_of(reader.site("GET", "stat/device", site="h0l1day7")) == []
    assert (
        json_of(reader.site("GET", "stat/device", site="Default"))["meta"]["msg"] == "api.err.NoSiteContext"
    )


@pytest.mark.parametrize("flavour", list(Flavour))
def test_the_other_flavours_paths_do_not_exist(flavour: Flavour) -> None:
    reader = signed_in(flavour)
    other = "/proxy/network" if flavour is Flavour.CLASSIC else ""
    assert reader.ask("GET", f"{other}/api/s/default/stat/device").status == 404
    assert reader.ask("GET", f"{other}/api/self/sites").status == 404
